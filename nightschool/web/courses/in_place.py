"""A teacher or a venue that is missed while a course is scheduled: written down there, and chosen."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from nightschool.actions.people import people
from nightschool.actions.places import venues
from nightschool.errors import Refused
from nightschool.queries.courses.choices import Choices
from nightschool.rules.names import compared
from nightschool.rules.people.people import TeacherEntry, tell_refused_person
from nightschool.rules.places.venues import VenueEntry, tell_refused_venue
from nightschool.texts import _
from nightschool.web.courses.courses_form import ScheduleForm
from nightschool.web.site.access import actor
from nightschool.web.site.context import now, today, writing


def teacher_added(form: ScheduleForm, village: str, choices: Choices) -> bool:
    """The teacher who is written beside the list is kept and chosen; one on the list by that name is only chosen.

    False when they cannot be kept; the form says why.
    """
    name = form.new_teacher.data or ""

    def add(db: Session) -> str:
        if name and not form.new_kind.data:
            raise Refused("kind_missing", field="new_teacher")
        entry = TeacherEntry(
            name,
            kind=form.new_kind.data,
            unit=form.new_unit.data or "",
            phone=form.new_phone.data or "",
            is_another=bool(form.is_another.data),
        )
        return people.add_teacher(db, region=village, entry=entry, by=actor(), now=now())

    listed = {compared(one.name): one.public_id for one in choices.teachers}
    try:
        teacher = _found_or_added(
            form, ("new_teacher", "new_kind", "new_unit", "new_phone"), listed.get(compared(name)), add
        )
    except Refused as refused:
        is_kind = refused.code == "kind_missing"
        form.refuse("new_teacher", _("是哪一类老师？点一个。") if is_kind else tell_refused_person(refused))
        form.namesakes = refused.details.get("namesakes", ())
        return False
    if teacher:
        form.teachers.data = [*dict.fromkeys([*(form.teachers.data or ()), teacher])]
        form.told += (_("%(name)s在名单上了，已经选好。", name=name),)
    return bool(teacher)


def venue_added(form: ScheduleForm, village: str, choices: Choices) -> bool:
    """The same for a venue."""
    name = form.new_venue.data or ""

    def add(db: Session) -> str:
        return venues.add_venue(db, village=village, entry=VenueEntry(name), by=actor(), now=now())

    listed = {compared(one.name): one.public_id for one in choices.venues}
    try:
        venue = _found_or_added(form, ("new_venue",), listed.get(compared(name)), add)
    except Refused as refused:
        form.refuse("new_venue", tell_refused_venue(refused, today=today()))
        return False
    if venue:
        form.venue.data = venue
        form.told += (_("%(name)s在名单上了，已经选好。", name=name),)
    return bool(venue)


def _found_or_added(
    form: ScheduleForm, names: tuple[str, ...], found: str | None, add: Callable[[Session], str]
) -> str | None:
    """The record by that name, or one more; None when the fields cannot be read. They are empty afterwards."""
    if not all(form[name].validate(form) for name in names):
        return None
    if found is None:
        with writing() as db:
            found = add(db)
    for name in names:
        form[name].data = ""
    return found


# By the button that asks for it; what is written there and not added by its button is added on the way.
ADDED = {"teacher": teacher_added, "venue": venue_added}
