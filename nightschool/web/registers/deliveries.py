"""The register without signal: what a phone takes along, and what it brings back. In JSON, for the phone's script."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import generate_csrf

from nightschool.actions.registers.deliveries import Delivered, Fate, bring_in
from nightschool.actions.trust import logins
from nightschool.errors import NotAllowed, NotFound, Refused
from nightschool.queries.people.people import groups
from nightschool.queries.places import places
from nightschool.queries.registers import pocket as queries
from nightschool.queries.registers.attendance import Register, RegisterPerson
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.registers import attendance as rules
from nightschool.rules.registers.waiting import tell_why_waiting
from nightschool.rules.slots import Slot
from nightschool.texts import _
from nightschool.web.registers.attendance_form import RegisterForm
from nightschool.web.registers.brought import MOST_SHEETS, CannotRead, read_delivery
from nightschool.web.site.access import actor, allows, current_login, public
from nightschool.web.site.browser import device_name
from nightschool.web.site.context import moment, now, reading, services, today, writing
from nightschool.web.site.headers import with_a_worker
from nightschool.web.site.receipts import keeper
from nightschool.web.site.records import look_up
from nightschool.web.site.static_files import content

bp = Blueprint("deliveries", __name__)


@bp.get("/desk/<region_code:village>/pocket")
@allows("keep_register")
def page(village: str) -> Response:
    """The register without signal, as a phone keeps it: nothing of anybody, which comes from the phone."""
    text = render_template(
        "registers/deliveries/pocket.html",
        place=look_up(places.region_named, village),
        form=RegisterForm(),
        group_names=(),
        numbers={},
        in_order=list,
        present=(),
        excused=(),
        statuses={},
        beside={},
        hits=(),
        choices={code: rules.mark_word(code) for code in rules.STATUS_WORDS if code != rules.PRESENT},
    )
    return with_a_worker(make_response(text))


@bp.get("/pocket-worker.js")
@public
def worker() -> Response:
    """What answers in place of the network where there is none; at the root, for the addresses it looks after."""
    response = Response(content("pocket_worker.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/desk/<region_code:village>/pocket.json")
@allows("keep_register")
def taken_along(village: str) -> Any:
    """What a phone keeps of this village: a key, a name and its pinyin of each learner, the classes around today.

    Nothing else.
    """
    place = look_up(places.region_named, village)
    with reading() as db:
        found = queries.pocket(db, village, today=today())
        group_names = groups(db, village)
    people = {one.public_id: one for register in found.registers for one in register.people}
    borne = Counter(one.name for one in people.values())
    return jsonify(
        **_known(),
        village=village,
        name=place.name,
        day=found.day.isoformat(),
        people={key: _label(one, borne) for key, one in people.items()},
        sounds={key: one.keys for key, one in people.items()},
        groups=group_names,
        classes=[_class(one, rows) for one, rows in zip(found.registers, found.rows, strict=True)],
    )


@bp.get("/deliveries")
@allows("own_account", without_posting=True)
def sender() -> Any:
    """Whose sheets may be sent from here, and the token it takes."""
    return jsonify(**_known(), token=generate_csrf())


@bp.post("/deliveries")
@allows("own_account", without_posting=True)
def receive() -> Any:
    """A receipt for each sheet that is kept, or what speaks against keeping it; each is taken in by itself.

    What has no receipt stays on the phone. Beside them, how many sheets the phone still keeps is noted of this login.
    """
    said = request.get_json(silent=True)
    sheets = said.get("sheets", []) if isinstance(said, dict) else None
    if not isinstance(sheets, list) or len(sheets) > MOST_SHEETS:
        return jsonify(error=_("这不是手机点名送来的。")), 422
    receipts, refused = [], []
    for sheet in sheets:
        name = str(sheet.get("id", ""))[:36] if isinstance(sheet, dict) else ""
        try:
            receipts.append(_receipt(sheet))
        except CannotRead as mistake:
            refused.append({"id": name, "words": str(mistake) or _("这张单子读不出来，先留在手机里。")})
        except (NotFound, NotAllowed):
            words = _("这节课不在你管的村里，先留在手机里。换回点名的那个账号再发。")
            refused.append({"id": name, "words": words})
        except Refused:
            refused.append({"id": name, "words": _("没有存成，先留在手机里，过一会儿再发。")})
    _note(said.get("waits"))
    return jsonify(receipts=receipts, refused=refused, at=now().instant.isoformat())


def _known() -> dict[str, Any]:
    """Whose phone it is, as a browser knows them, whether theirs alone, and what time it is here."""
    login = current_login()
    own = login is not None and login.is_own_phone
    return {"keeper": keeper(), "own": own, "at": now().instant.isoformat()}


def _receipt(said: Any) -> dict[str, Any]:
    delivery = read_delivery(said, device=device_name())
    with writing() as db:
        done = bring_in(db, delivery, by=actor(), now=now())
    return {
        "version": done.version,
        "id": str(done.receipt.submission_id),
        "fingerprint": done.receipt.fingerprint,
        "outcome": done.outcome,
        "words": _told(done),
    }


def _told(done: Delivered) -> str:
    if done.outcome == Fate.WAITS:
        why = tell_why_waiting(done.why, day=done.day, today=today())
        return _("%(title)s：放在待处理里了。%(why)s", title=done.title, why=why)
    return _("%(title)s：存好了。", title=done.title)


def _note(waits: Any) -> None:
    login = current_login()
    if login is not None and isinstance(waits, int) and 0 <= waits <= 9999:
        with writing() as db:
            logins.note_pocket(db, login_id=login.id, waits=waits, now=now())


def _label(person: RegisterPerson, borne: Counter[str]) -> str:
    """The name; of those who share it, with the group."""
    if borne[person.name] == 1:
        return person.name
    return person.name + _("（%(what)s）", what=person.group_name)


def _hours(slot: Slot) -> str:
    """From when to when, which no line breaks."""
    return f"{clock(slot.starts)}\u2060–\u2060{clock(slot.ends)}"


def _class(register: Register, rows: Mapping[str, int]) -> dict[str, Any]:
    closed = rules.why_no_register(register.status, register.slot, moment())
    opens = rules.register_opens(register.slot)
    zone = ZoneInfo(services().settings.timezone)
    expected = [one.public_id for one in register.expected]
    last = max(rows.values(), default=0) + 1
    expected.sort(key=lambda key: rows.get(key, last))  # as on paper; who is not on it, behind
    return {
        "id": register.class_session,
        "title": register.title,
        "day": register.day.isoformat(),
        "when": f"{full_day(register.day, today())} {_hours(register.slot)}",
        "venue": register.venue,
        "is_cohort": register.is_cohort,
        "version": register.version,
        "recorded": register.turnout.attendances if register.saved else None,
        "opens_at": (
            datetime.combine(opens.day, time(), zone) + timedelta(minutes=opens.minutes)
        ).isoformat(),
        "closed": rules.tell_no_register(closed, slot=register.slot, today=today()) if closed else "",
        "is_off": closed not in (None, "opens_later"),
        "expected": expected,
        "rows": rows,
        "others": [one.public_id for one in register.people if one.public_id not in set(expected)],
    }
