"""Our words with fields: filled in again they are our words, so that a region begins with what was said before."""

from dataclasses import fields

import pytest

from nightschool.formats.notices import MOST_OF_A_SHORT_MESSAGE, notice_text, words_to_begin_with
from nightschool.queries.notices.notices import Notice
from nightschool.queries.notices.samples import sample_notice
from nightschool.queries.notices.timetable import Entry, School, SeenTeacher, Village
from nightschool.rules.notices.own_texts import OWN_FORMS, NoticeField, check_own_text
from nightschool.rules.notices.revisions import Facts, Known
from nightschool.rules.notices.told import Channel
from tests.factories import TODAY


def sample_text(form: str, own: str = "") -> str:
    channel, _dash, state = form.partition("-")
    return notice_text(sample_notice(state, TODAY), Channel(channel), "", {form: own} if own else {})


@pytest.mark.parametrize("form", OWN_FORMS)
def test_what_a_region_begins_with_says_what_we_say(form: str) -> None:
    channel, _dash, state = form.partition("-")
    begin = words_to_begin_with(sample_notice(state, TODAY), Channel(channel), "")
    check_own_text(begin, form)
    assert "柑橘" not in begin
    assert "文化院坝" not in begin
    if form != "loudspeaker-changed":  # said once more with what changed
        assert sample_text(form, begin) == sample_text(form)
    if form.startswith("short"):
        assert len(sample_text(form)) <= MOST_OF_A_SHORT_MESSAGE


def test_a_short_message_that_would_be_two_is_said_in_our_words() -> None:
    long = "{时间}讲{课题}" + "请大家都来" * 12
    assert sample_text("short-usual", long) == sample_text("short-usual")


def test_no_field_of_a_notice_is_about_a_villager() -> None:
    """Whoever adds one says here whose it is: personal data of villagers cannot get onto a notice."""
    assert {field.name for field in fields(Notice)} == {"village", "entries", "today", "told", "wished"}
    assert {*SeenTeacher._fields, *Known._fields} == {"name", "unit", "id"}  # names that are public
    assert {field.name for field in fields(School)} == {
        *(
            "institution_name",
            "principal",
            "contact_name",
            "contact_phone",
        ),  # the school's own, public by purpose
    }
    of_class = {
        *("title", "summary", "slot", "status", "venue", "directions", "reason", "reason_text", "moves_to"),
        *("moved_from", "revision", "changed_at", "attendances", "teachers", "differs", "told", "known_by"),
        *("mode", "labels", "course", "course_title", "public_id"),
    }
    assert set(Entry._fields) == of_class
    assert {field.name for field in fields(Facts)} == {
        *(
            "title",
            "day",
            "starts",
            "ends",
            "standing",
            "place",
            "place_id",
            "teachers",
            "reason",
            "reason_text",
        ),
        *("moves_to", "moved_from", "is_found"),
    }
    of_village = {
        *("code", "name", "official_name", "township", "county", "valid_from", "valid_to", "is_former"),
        *("successor", "revision", "changed_at", "school", "ended_today", "known_by", "is_over"),
    }
    assert {field.name for field in fields(Village)} == of_village
    assert {field.name for field in NoticeField} == {
        *("VILLAGE", "TIME", "LUNAR", "TITLE", "TEACHERS", "PLACE", "BRING", "CONTACT", "PHONE", "ADDRESS"),
        *("CHANGE", "REASON"),
    }
