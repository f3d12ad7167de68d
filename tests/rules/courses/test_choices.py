"""What a class session with these teachers at this place holds for itself alone."""

from dataclasses import replace
from datetime import date

from nightschool.rules.courses.choices import Choices, TeacherChoice, VenueChoice
from nightschool.rules.courses.conflicts import Want
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Slot

ZHOU = TeacherChoice("zhou", "周老师", Resource(ResourceKind.TEACHER, 1), "511002105000")
ROOM = VenueChoice("room", "村活动室", Resource(ResourceKind.VENUE, 1))
SQUARE = VenueChoice("square", "晒坝", Resource(ResourceKind.VENUE, 2), holds_slots=False)
EVENING = Slot(date(2026, 11, 27), 1140, 1230)
CHOICES = Choices((ZHOU,), (ROOM, SQUARE))


def test_a_class_holds_its_teachers_and_its_room() -> None:
    assert CHOICES.want(EVENING, ("zhou",), "room") == Want(EVENING, (ZHOU.resource, ROOM.resource))


def test_a_place_for_several_classes_has_only_to_be_open() -> None:
    assert CHOICES.want(EVENING, ("zhou",), "square") == Want(EVENING, (ZHOU.resource,), (SQUARE.resource,))


def test_what_is_no_choice_or_was_put_away_is_passed_over() -> None:
    assert CHOICES.want(EVENING, ("nobody",), None) == Want(EVENING, ())
    put_away = Choices((replace(ZHOU, is_retired=True),), (ROOM,))
    assert put_away.want(EVENING, ("zhou",), "room") == Want(EVENING, (ROOM.resource,))


def test_everything_that_can_be_chosen_has_its_name_and_what_was_put_away_is_not_offered() -> None:
    choices = replace(CHOICES, venues=(ROOM, replace(SQUARE, is_retired=True)))
    assert choices.names == {"zhou": "周老师", "room": "村活动室", "square": "晒坝"}
    assert choices.offered == {"zhou", "room"}


def test_the_usual_venue_is_the_one_called_so_or_the_only_one() -> None:
    usual = replace(SQUARE, is_usual=True)
    assert Choices(venues=(ROOM, usual)).usual_venue == "square"
    assert Choices(venues=(ROOM, SQUARE)).usual_venue == ""
    assert Choices(venues=(ROOM, replace(usual, is_retired=True))).usual_venue == ""
    assert Choices(venues=(ROOM,)).usual_venue == "room"
    assert Choices().usual_venue == ""
