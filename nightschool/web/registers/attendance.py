"""The register of one class session: filled in, put right, taken back, and looked through."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.registers import attendance as actions
from nightschool.actions.registers import deliveries
from nightschool.errors import Refused, StaleRecord
from nightschool.queries.courses import desk
from nightschool.queries.courses.sessions import SessionLine
from nightschool.queries.places.region_settings import register_days
from nightschool.queries.registers import attendance as queries
from nightschool.queries.registers import register_history, waiting
from nightschool.queries.registers.attendance import Register
from nightschool.queries.registers.missed import stayed_away
from nightschool.queries.registers.regulars import regulars
from nightschool.queries.registers.sheet_photos import kept_photo
from nightschool.queries.registers.sign_in_sheets import row_numbers, sheet_rows
from nightschool.queries.registers.waiting import SheetWaiting
from nightschool.rules import slots
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.names import compared, finder
from nightschool.rules.people.people import tell_refused_person
from nightschool.rules.registers import attendance as rules
from nightschool.rules.registers.from_paper import (
    OnRoster,
    Recognised,
    is_rows,
    of_rows,
    read_rows,
    recognise,
    tell_refused_paper,
)
from nightschool.texts import _, counted
from nightschool.web.people.newcomers import check_rows
from nightschool.web.registers.asked_back import asked_back_of
from nightschool.web.registers.attendance_form import RegisterForm, Ticked, VoidForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.browser import device_name
from nightschool.web.site.context import moment, now, reading, today, writing
from nightschool.web.site.forms import version_in
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, look_up, telling, tried

bp = Blueprint("attendance", __name__)


@bp.app_template_global("opens_later")
def _opens_later(line: SessionLine) -> str:
    """The hour from which this class session, of today or later, can be recorded; "" where it can be already."""
    is_closed = rules.why_no_register(line.status, line.slot, moment()) == "opens_later"
    return clock(rules.register_opens(line.slot).minutes) if is_closed else ""


@bp.route("/sessions/<public_id:class_session>/register", methods=["GET", "POST"])
@allows("keep_register")
def register(class_session: str) -> Any:
    """The register; saving it makes the session held."""
    if request.method != "POST":
        found = _register(class_session)
        return _opened(found, _waiting(request.args.get("sheet"), found))
    form = RegisterForm()
    asked = request.form.get("do") or ("find" if form.query.data else "save")
    if asked in ("save", "paper") and form.paper.data:  # what it means is looked at before it is saved
        return _read_paper(_register(class_session), form)
    if asked == "save":
        return _save(class_session, form)
    found = _register(class_session)
    match asked:
        case "all":
            form.tick_all(tuple(person.public_id for person in found.expected))
        case "undo":
            form.untick_all()
        case "merge":
            form.merge(_ticked(found))
    return _page(found, form)


@bp.route("/sessions/<public_id:class_session>/register/void", methods=["GET", "POST"])
@allows("keep_register")
def void(class_session: str) -> Any:
    """The whole register taken back, with its reason."""
    found = _register(class_session)
    form = VoidForm(data={"submission": str(uuid.uuid4())})

    def save(db: Session) -> None:
        actions.void_register(
            db,
            class_session=class_session,
            reason=form.reason.data or "",
            submission_id=_submission_id(form.submission.data),
            device=device_name(),
            by=actor(),
            now=now(),
        )

    status = tried(form, save, telling(partial(rules.tell_refused_register, today=today())))
    if status == SAVED:
        _tell_saved(class_session)
        return redirect(url_for("sessions.show", class_session=class_session), SAVED)
    return render_template("registers/attendance/void.html", register=found, form=form), status


@bp.post("/sessions/<public_id:class_session>/register/take-back")
@allows("keep_register")
def take_back(class_session: str) -> Any:
    """What was saved last is taken back, unless something arrived since."""
    try:
        with writing() as db:
            actions.take_back_last(
                db,
                class_session=class_session,
                version=version_in(request.form.get("seen")),
                reason=_("刚存就撤销了"),
                submission_id=uuid.uuid4(),
                device=device_name(),
                by=actor(),
                now=now(),
            )
    except StaleRecord:
        flash(_("撤销不了：后来又存过一次。下面是现在算数的。"), "alarm")
    except Refused as refused:
        flash(rules.tell_refused_register(refused, today=today()), "alarm")
    else:
        stands = look_up(queries.held, class_session)
        flash(
            counted("撤销了，照前一次存的算，到 %(n)d 人次。", stands.attendances)
            if stands.is_held
            else _("撤销了，这节课又是没记的。")
        )
    return redirect(url_for("attendance.register", class_session=class_session), SAVED)


@bp.get("/sessions/<public_id:class_session>/register/history")
@allows("keep_register")
def history(class_session: str) -> Any:
    """Every version of the register: who saved it when, and what that changed."""
    found = look_up(register_history.arrivals_of, class_session)
    return render_template(
        "registers/attendance/history.html", history=found, mark_word=rules.mark_word, skew=slots.CLOCK_SKEW
    )


def _register(class_session: str) -> Register:
    return look_up(queries.register, class_session)


def _read_paper(found: Register, form: RegisterForm) -> Any:
    """The page with whom the paper names ticked, or with what cannot be read of it; nothing is saved yet."""
    text = form.paper.data or ""
    with reading() as db:
        rows = sheet_rows(db, found)
    here = {person.public_id for person in found.people}
    try:
        if is_rows(text):
            numbers = read_rows(text, last=len(rows))
            learners = {row.number: row.learner for row in rows if row.learner}
            gone = [(row.number, row.name) for row in rows if row.learner and row.learner not in here]
            recognised = of_rows(numbers, learners, gone=gone)
        else:
            roster = [OnRoster(one.public_id, one.name, one.group_name) for one in found.people]
            recognised = recognise(text, roster)
    except Refused as refused:
        tell = tell_refused_paper if refused.field == "paper" else rules.tell_refused_guests
        form.refuse("paper", tell(refused))
        return _page(found, form), BAD_INPUT
    form.take_paper(recognised)
    return _page(found, form, recognised=recognised)


def _waiting(public_id: str | None, found: Register) -> SheetWaiting | None:
    """The sheet that waits and is to be looked at in this register; of another village there is none."""
    if not public_id:
        return None
    sheet = look_up(waiting.sheet_waiting, public_id)
    return sheet if sheet.region_code == found.region_code else None


def _opened(found: Register, sheet: SheetWaiting | None = None) -> str:
    # What was already ticked when somebody else cancelled stays on the page: then the action refuses, and says why.
    if reason := rules.why_no_register(found.status, found.slot, moment()):
        sentence = rules.tell_no_register(reason, slot=found.slot, today=today())
        return render_template("registers/attendance/closed.html", register=found, sentence=sentence)
    if sheet is not None:
        return _page(found, RegisterForm(data=_stored(found) | _said(found, sheet)), sheet)
    return _page(found, RegisterForm(data=_stored(found)))


def _save(class_session: str, form: RegisterForm) -> Any:
    def save(db: Session) -> None:
        actions.record_sheet(
            db,
            class_session=class_session,
            sheet=form.sheet(),
            submission_id=_submission_id(form.submission.data),
            device=device_name(),
            taken_at=now().instant,
            based_on=version_in(form.based_on.data),
            reason=form.reason.data or "",
            by=actor(),
            now=now(),
        )
        if form.waiting.data:
            deliveries.take_waiting(db, waiting_sheet=form.waiting.data, by=actor(), now=now())

    try:
        status = tried(
            form, save, _refuse_sheet, check=lambda: check_rows(form, _register(class_session).region_code)
        )
    except StaleRecord:
        status, form.is_stale = CLASH, True
    if status == SAVED:
        _tell_saved(class_session)
        return redirect(url_for("attendance.register", class_session=class_session), SAVED)
    found = _register(class_session)
    if form.is_stale:
        form.submission.data, form.based_on.data = str(uuid.uuid4()), str(found.version)
    return _page(found, form), status


def _tell_saved(class_session: str) -> None:
    """The next page says what stands now, with the button that takes it back."""
    stands = look_up(queries.held, class_session)
    what = {"day": spoken_day(stands.day, today()), "title": stands.title}
    done = {
        "said": counted(
            "%(day)s %(title)s存好了，到 %(n)d 人次。记错了就在下面改，再保存一次。",
            stands.attendances,
            **what,
        )
        if stands.is_held
        else _("%(day)s %(title)s的登记作废了。现在可以重新点名，也可以取消。", **what),
        "undo": url_for("attendance.take_back", class_session=class_session),
        "seen": stands.version,
    }
    flash(done, "undo")  # type: ignore[arg-type]  # staff.html knows how to show it


def _refuse_sheet(form: RegisterForm, refused: Refused) -> int:
    if "row" in refused.details:
        return CLASH if form.refuse_new(refused, tell_refused_person(refused)) else BAD_INPUT
    if refused.code == "other_content":
        form.is_stale = True
    else:
        form.refuse(refused.field, rules.tell_refused_register(refused, today=today()))
    return CLASH


def _page(
    found: Register,
    form: RegisterForm,
    sheet: SheetWaiting | None = None,
    *,
    recognised: Recognised | None = None,
) -> str:
    fits = finder(form.query.data)
    hits = [person for person in found.people if form.query.data and fits(person.name, person.keys)]
    outside = {person.public_id for group in found.outside for person in group.people}
    with reading() as db:
        rows = sheet_rows(db, found)
        often = regulars(db, found.region_code, found.guests, today=today()) if found.saved else ()
        away = stayed_away(db, found) if found.saved else ()
        photo = kept_photo(db, found.class_session) if found.saved else None
        next_open = desk.next_unrecorded(db, found.region_code, at=moment()) if found.saved else None
    shown = {*form.present.data, *form.row_errors, *(person.public_id for person in hits)}
    return render_template(
        "registers/attendance/register.html",
        register=found,
        form=form,
        present=set(form.present.data),
        excused=set(form.excused.data),
        statuses=form.statuses.data,
        beside=form.written_beside(),
        choices={code: rules.mark_word(code) for code in rules.STATUS_WORDS if code != rules.PRESENT},
        hits=hits,
        outside_is_open=not found.in_class or bool(outside & shown),
        later_is_open=not found.in_class or bool({one.public_id for one in found.joined_later} & shown),
        differing=_differing(found, form) if form.is_stale or (sheet and found.saved) else [],
        sheet=sheet,
        recognised=recognised,
        names={person.public_id: person.name for person in found.people} if recognised else {},
        numbers=(numbers := row_numbers(rows)),
        in_order=lambda people: sorted(people, key=lambda one: numbers.get(one.public_id, len(rows))),
        questions=[
            *rules.questions(found.turnout, found.difference_note),
            *(rules.tell_elsewhere(other) for other in found.elsewhere),
            *_counted_twice(found),
        ],
        photo=photo,
        asked_back=[] if form.is_stale else asked_back_of(found),
        next_open=next_open,
        often=often,
        away=away,
        days_late=0 if found.saved else rules.days_late(found.day, today()),
        asks_why=found.saved is not None and found.day < today() and _asks_why(found),
    )


def _asks_why(found: Register) -> bool:
    """True when it is so old that what is saved is changed only with a reason."""
    with reading() as db:
        return rules.asks_why(found.day, today(), register_days(db, found.region_code))


def _stored(found: Register) -> dict[str, Any]:
    """What the form shows when it is opened: what is recorded so far."""
    ticked = _ticked(found)
    turnout = found.turnout
    return {
        "submission": str(uuid.uuid4()),
        "based_on": str(found.version),
        "present": ticked.present,
        "excused": ticked.excused,
        "statuses": ticked.statuses,
        "substituted": tuple(ticked.came_instead),
        "substitutes": tuple(ticked.came_instead.values()),
        "guests": rules.write_guests(found.guests),
        "unnamed_guests": turnout.unnamed_guests or None,
        "headcount": turnout.headcount,
        "women": turnout.women,
        "over_60": turnout.over_60,
        "on_paper": turnout.on_paper,
        "difference_note": found.difference_note,
    }


def _said(found: Register, waiting: SheetWaiting) -> dict[str, Any]:
    """What the form shows of a sheet that waits: what it says of those who are on the list of this register."""
    sheet = waiting.sheet
    here = {person.public_id for person in found.people}
    marks = {learner: status for learner, status in sheet.marks.items() if learner in here}
    beside = {key: name for key, name in sheet.came_instead.items() if key in here}
    present = rules.ATTENDED if not found.is_cohort else {rules.PRESENT}
    excused = {rules.EXCUSED} if not found.is_cohort else set()
    return {
        "present": tuple(key for key, status in marks.items() if status in present),
        "excused": tuple(key for key, status in marks.items() if status in excused),
        "statuses": {key: one for key, one in marks.items() if one not in present} if found.is_cohort else {},
        "substituted": tuple(beside) if found.is_cohort else (),
        "substitutes": tuple(beside.values()) if found.is_cohort else (),
        "new_names": tuple(one.name for one in sheet.new_learners),
        "new_groups": tuple(one.group_name for one in sheet.new_learners),
        "guests": rules.write_guests(sheet.guests),
        "unnamed_guests": sheet.unnamed_guests or None,
        "headcount": sheet.headcount,
        "women": sheet.women,
        "over_60": sheet.over_60,
        "on_paper": sheet.on_paper,
        "difference_note": sheet.difference_note,
        "waiting": waiting.public_id,
    }


def _ticked(found: Register) -> Ticked:
    if not found.is_cohort:
        present = tuple(person.public_id for person in found.people if person.attended)
        return Ticked(present, tuple(person.public_id for person in found.people if person.excused))
    return Ticked(
        present=tuple(person.public_id for person in found.people if person.status == rules.PRESENT),
        statuses={p.public_id: p.status for p in found.people if p.status not in (None, rules.PRESENT)},
        came_instead={p.public_id: p.came_instead for p in found.people if p.came_instead},
    )


def _differing(found: Register, form: RegisterForm) -> list[tuple[str, str, str]]:
    """Name, the stored mark and the mark of the form, of everybody for whom the two differ."""
    marks, names = form.marks(), form.came_instead()
    differing = []
    for person in found.people:
        theirs = rules.PRESENT if person.attended and not found.is_cohort else person.status
        mine, mine_instead = marks.get(person.public_id), names.get(person.public_id, "")
        if (mine, mine_instead) != (theirs, person.came_instead):
            told = rules.mark_word(theirs, person.came_instead), rules.mark_word(mine, mine_instead)
            differing.append((person.name, *told))
    return differing


def _counted_twice(found: Register) -> list[str]:
    """The questions about names that came for themselves and instead of somebody, too."""
    here = {compared(person.name) for person in found.people if person.status in rules.CAME_IN_PERSON}
    return [
        rules.tell_counted_twice(person.came_instead, person.name)
        for person in found.people
        if person.came_instead and compared(person.came_instead) in here
    ]


def _submission_id(text: Any) -> uuid.UUID:
    """The id the form was given when it was opened; a new one when it is none, which only loses the repeat's memory."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return uuid.uuid4()
