"""A cohort: its kind and rule, its roster with who waits and who left, and who graduates."""

import re
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.registers import cohorts as actions
from nightschool.actions.registers.cohorts import Asking, Outcome
from nightschool.errors import Refused, told_together
from nightschool.formats.certificates import certificates_data
from nightschool.queries.courses import shared_people
from nightschool.queries.places.schools import school_record
from nightschool.queries.registers import cohorts as queries
from nightschool.queries.registers.cohorts import Cohort, Graduation, Roster
from nightschool.rules.courses.shared_people import tell_in_both
from nightschool.rules.names import finder
from nightschool.rules.registers import graduation as rules
from nightschool.rules.registers.attendance import mark_word
from nightschool.rules.registers.cohorts import (
    check_enrolment,
    check_kind_change,
    source_word,
    tell_refused_cohort,
)
from nightschool.texts import _, counted
from nightschool.web.people.newcomers import check_rows
from nightschool.web.registers.cohorts_form import CohortForm, EnrolForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, today, writing
from nightschool.web.site.converters import PublicIdConverter
from nightschool.web.site.papers import pdf_answer, unprintable
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, edited, look_up, tried

bp = Blueprint("cohorts", __name__)

# A village with more learners than this does not list them all to be ticked: one looks for somebody first.
MOST_SHOWN = 200


@bp.route("/courses/<public_id:course>/cohort", methods=["GET", "POST"])
@allows("schedule")
def settings(course: str) -> Any:
    """Lecture or cohort; of a cohort, how many it takes and what it takes to graduate."""
    found = _cohort(course)
    form = CohortForm(data=asdict(found))

    def save(db: Session) -> None:
        actions.set_cohort(
            db, course=course, entry=form.entry(), seen_version=form.seen_version, by=actor(), now=now()
        )

    def rule() -> None:
        active = found.enrolled + found.waiting
        check_kind_change(found.kind, form.kind.data or found.kind, active=active, has_marks=False)

    found, status = edited(form, found, save, _refuse, again=partial(_cohort, course), check=rule)
    if status == SAVED:
        flash(_("存好了。"))
        return redirect(url_for("courses.show", course=course), SAVED)
    return render_template("registers/cohorts/settings.html", form=form, cohort=found), status


@bp.route("/courses/<public_id:course>/roster", methods=["GET", "POST"])
@allows("keep_people")
def roster(course: str) -> Any:
    """Who is in the cohort, who waits, who left; and enrolling more."""
    found = look_up(queries.roster, course)
    form = EnrolForm(data={"source": "self", "day": today(), "query": request.args.get("q", "")[:60]})
    if request.form.get("do") == "find":
        return _roster_page(found, form)

    def enrol(db: Session) -> None:
        asking = Asking(
            form.learners.data,
            form.new_learners(),
            form.source.data or "self",
            form.proxy_name.data or "",
        )
        outcome = actions.enrol_learners(
            db, course=course, asking=asking, day=form.day.data, by=actor(), now=now()
        )
        _say(outcome, ahead=found.cohort.waiting)

    def rule() -> None:
        cohort = found.cohort
        told_together(
            lambda: check_enrolment(
                cohort.kind,
                cohort.last_day,
                form.day.data,
                today=today(),
                source=form.source.data or "self",
                proxy_name=form.proxy_name.data or "",
                asking=len(form.learners.data) + sum(map(bool, form.new_names.data)),
            ),
            lambda: check_rows(form, cohort.region_code),
        )

    status = tried(form, enrol, _refuse_enrolment, check=rule)
    if status == SAVED:
        if request.form.get("then"):  # the roster says it itself
            for sentence in _overlaps(course):
                flash(sentence, "alarm")
        return redirect(_back(course), SAVED)
    return _roster_page(found, form), status


@bp.post("/courses/<public_id:course>/roster/<public_id:learner>/let-in")
@allows("keep_people")
def let_in(course: str, learner: str) -> Any:
    """Somebody who waited is in the cohort."""
    if _is_done(actions.let_in, course, learner):
        found = _cohort(course)
        told = counted("收进来了。现在比定的多 %(n)d 人。", found.beyond) if found.beyond else _("收进来了。")
        flash(told)
    return redirect(_back(course), 303)


@bp.post("/courses/<public_id:course>/roster/<public_id:learner>/leave")
@allows("keep_people")
def leave(course: str, learner: str) -> Any:
    """Somebody has left the cohort or its waiting list."""
    if _is_done(actions.leave, course, learner):
        flash(_("退了。退错了，在下面「退了的」里收回来。"))
    return redirect(_back(course), 303)


@bp.get("/courses/<public_id:course>/graduation")
@allows("keep_people")
def graduation(course: str) -> Any:
    """How far everybody in the cohort is from graduating."""
    by_name = request.args.get("by") == "name"
    found = look_up(queries.graduation, course, at=moment(), by_name=by_name)
    return render_template(
        "registers/cohorts/graduation.html",
        graduation=found,
        by_name=by_name,
        rules=rules,
        mark_word=mark_word,
    )


@bp.get("/courses/<public_id:course>/certificates")
@allows("keep_people")
def certificates(course: str) -> Any:
    """A certificate for each who graduates by now, as a page that prints: in whatever fonts the browser has."""
    found = look_up(queries.graduation, course, at=moment())
    if not found.graduates:
        return redirect(url_for("cohorts.graduation", course=course), 303)
    said = _certificates(found)
    return render_template(
        "registers/cohorts/certificates.html",
        cohort=found.cohort,
        said=said,
        unprintable=unprintable(said),
    )


@bp.get("/courses/<public_id:course>/certificates.pdf")
@allows("keep_people")
def certificates_pdf(course: str) -> Any:
    """The same as PDF."""
    found = look_up(queries.graduation, course, at=moment())
    otherwise = url_for("cohorts.certificates", course=course)
    if not found.graduates:
        return redirect(otherwise, 303)
    data = _certificates(found)
    return pdf_answer("certificate", data, name=f"certificates-{today()}", otherwise=otherwise)


def _certificates(found: Graduation) -> dict[str, Any]:
    """What the certificates of those who graduate say."""
    with reading() as db:
        school = school_record(db, found.cohort.region_code)
    return certificates_data(
        found.cohort,
        [one for one in found.lines if one.progress.graduates],
        school.institution_name if school else None,
        today(),
    )


def _is_done(action: Callable[..., object], course: str, learner: str) -> bool:
    """True once this is done with the learner; else the page says why not."""
    try:
        with writing() as db:
            action(db, course=course, learner=learner, by=actor(), now=now())
    except Refused as refused:
        flash(tell_refused_cohort(refused, today=today()), "alarm")
        return False
    return True


def _cohort(course: str) -> Cohort:
    return look_up(queries.cohort, course)


def _refuse(form: CohortForm | EnrolForm, refused: Refused) -> int:
    form.refuse(refused.field, tell_refused_cohort(refused, today=today()))
    return CLASH


def _refuse_enrolment(form: EnrolForm, refused: Refused) -> int:
    if "row" not in refused.details:
        return _refuse(form, refused)
    sentence = tell_refused_cohort(refused, today=today())
    return CLASH if form.refuse_new(refused, sentence) else BAD_INPUT


def _say(outcome: Outcome, *, ahead: int) -> None:
    if outcome.enrolled:
        flash(counted("收了 %(n)d 人进班。", outcome.enrolled))
    if outcome.waiting and ahead:
        told = counted("前面已经有 %(n)d 人在等，先报名的先进。", ahead)
        flash(told + counted("这 %(n)d 人排在后面。", outcome.waiting))
    elif outcome.waiting:
        flash(counted("前面没有空位，%(n)d 人先排队。", outcome.waiting))
    if not outcome.enrolled and not outcome.waiting:
        flash(_("勾的人都已经在班里，或者在排队，没有变。"))


def _back(course: str) -> str:
    """Where the button was pressed: the register that somebody walked into, or the roster."""
    then = request.form.get("then", "")
    if re.fullmatch(PublicIdConverter.regex, then):
        return url_for("attendance.register", class_session=then)
    return url_for("cohorts.roster", course=course)


def _overlaps(course: str) -> list[str]:
    with reading() as db:
        found = shared_people.overlaps(db, course, today=today())
    return [tell_in_both(one, today()) for one in found]


def _roster_page(found: Roster, form: EnrolForm) -> str:
    query, ticked = form.query.data, set(form.learners.data)
    fits = finder(query)
    total = sum(len(group.people) for group in found.outside)
    lists_all = total <= MOST_SHOWN
    shown = []
    for group in found.outside:
        people = tuple(
            person
            for person in group.people
            if person.public_id in ticked or ((lists_all or query) and fits(person.name, person.keys))
        )
        shown += [(group.label, people)] if people else []
    return render_template(
        "registers/cohorts/roster.html",
        roster=found,
        cohort=found.cohort,
        form=form,
        ticked=ticked,
        shown=shown,
        total=total,
        overlaps=_overlaps(found.cohort.public_id),
        lists_all=lists_all,
        source_word=source_word,
        is_over=found.cohort.is_over(today()),
        tell_rule=rules.tell_rule,
    )
