"""What villagers are told about their data, and that it is taken away for good."""

import logging
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions.people import erasures as actions
from nightschool.queries.people import people
from nightschool.queries.places import places
from nightschool.rules.people.erasures import WHY, why_word
from nightschool.rules.people.told import NOTICE_NOW, notice_lines
from nightschool.texts import _
from nightschool.web.people.erasures_form import ErasureForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import digester, now, services, writing
from nightschool.web.site.records import BAD_INPUT, SHOWN, look_up

bp = Blueprint("erasures", __name__)
_logger = logging.getLogger(__name__)


@bp.get("/desk/<region_code:village>/learners/notice")
@allows("keep_people")
def notice(village: str) -> Any:
    """The notice as it is now, to be read out, or printed and left with somebody."""
    return render_template(
        "people/erasures/notice.html",
        place=look_up(places.region_named, village),
        version=NOTICE_NOW,
        lines=notice_lines(NOTICE_NOW),
    )


@bp.route("/learners/<public_id:learner>/erase", methods=["GET", "POST"])
@allows("keep_people")
def erase(learner: str) -> Any:
    """What goes and what stays, asked once more; then it is gone, from backups that are restored as well."""
    record = look_up(people.learner, learner)
    form = ErasureForm()
    form.why.choices = {code: why_word(code) for code in WHY}
    status = SHOWN
    if form.validate_on_submit():
        with writing() as db:
            actions.erase(db, learner=learner, why=form.why.data, digester=digester(), by=actor(), now=now())
        _settle()
        flash(_("%(name)s的资料永久删除了。人数和次数都没有变。", name=record.name))
        return redirect(url_for("learners.index", village=record.region_code), 303)
    if form.errors:
        status = BAD_INPUT
    return render_template("people/erasures/erase.html", form=form, record=record), status


def _settle() -> None:
    """The mark stands beside the database too, and what was deleted stands in no log of it. What fails is mended with
    the next erasure, start or backup.
    """
    database = services().database
    try:
        with database.reading() as db:  # not the request's own, in which the log would be held open
            actions.keep_beside(services().settings.erased_file, db)
        database.settle()
    except OSError:
        _logger.exception("the marks of erased learners are not kept beside the database")
