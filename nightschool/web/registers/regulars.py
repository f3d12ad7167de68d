"""A guest who keeps coming is taken onto the roster in one tap."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from nightschool.actions.registers.regulars import take_regular
from nightschool.errors import Refused
from nightschool.queries.registers import attendance as queries
from nightschool.rules.people.people import tell_refused_person
from nightschool.rules.registers.attendance import WrittenGuest
from nightschool.rules.registers.regulars import group_of_guest, tell_refused_regular
from nightschool.rules.typed import LONGEST_LINE, one_line
from nightschool.texts import _
from nightschool.web.site.access import actor, allows
from nightschool.web.site.browser import device_name
from nightschool.web.site.context import now, writing
from nightschool.web.site.records import look_up

bp = Blueprint("regulars", __name__)


@bp.post("/desk/<region_code:village>/regulars")
@allows("keep_register")
def take(village: str) -> Any:
    """The guest is a learner, with all visits of before; the page is the register again."""
    name, home = (one_line(request.form.get(field, ""))[:LONGEST_LINE] for field in ("name", "home"))
    back = url_for("learners.index", village=village)
    if held := request.form.get("then"):
        found = look_up(queries.register, held)
        if found.region_code == village:
            back = url_for("attendance.register", class_session=held)
    group_name = group_of_guest(home)
    try:
        with writing() as db:
            take_regular(
                db,
                village=village,
                guest=WrittenGuest(name, home),
                group_name=group_name,
                reason=_("常来，写进了学员名单"),
                device=device_name(),
                by=actor(),
                now=now(),
            )
    except Refused as refused:
        tell = tell_refused_regular if refused.code in ("no_visits", "same_name") else tell_refused_person
        flash(tell(refused), "alarm")
    else:
        flash(
            _(
                "%(name)s写进学员名单了（%(group)s），以前来的都记在名下。组不对，点「学员」改。",
                name=name,
                group=group_name,
            )
        )
    return redirect(back, 303)
