"""The trail in words: every action the code notes has its sentence, and none of them needs what is not there."""

import ast
import re
from datetime import date
from pathlib import Path

import nightschool.actions
from nightschool import texts
from nightschool.rules.slots import Slot
from nightschool.rules.trust.trail import (
    ACTIONS,
    FIELD_WORDS,
    Kind,
    actions_of,
    tell,
    tell_session,
    trail_kind_word,
)
from tests.factories import TODAY

ACTIONS_FOLDER = Path(nightschool.actions.__file__).parent
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
# Dotted words in actions/ that name no action.
OTHER_WORDS = {"venue.key_holder_phone"}


def noted() -> dict[str, str]:
    """Every dotted word in the code of the actions, with the file it stands in."""
    found = {}
    for path in sorted(ACTIONS_FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and ACTION.fullmatch(node.value)
            ):
                found[node.value] = path.name
    return {word: file for word, file in found.items() if word not in OTHER_WORDS}


def test_every_action_has_its_words() -> None:
    assert {"sessions.cancel", "school.hand_over", "device.revoke"} <= set(noted())
    missing = {action: file for action, file in noted().items() if action not in ACTIONS}
    assert missing == {}, "write a line in rules/trust/trail.py ACTIONS for each"


def test_every_action_belongs_to_a_kind_that_pages_can_show() -> None:
    assert all(map(trail_kind_word, Kind))
    assert sorted(action for kind in Kind for action in actions_of(kind)) == sorted(ACTIONS)
    assert trail_kind_word("classes") == "排课"


def test_every_action_can_be_told_whatever_its_line_says() -> None:
    for action in [*ACTIONS, "something.never_heard_of"]:
        for language in ["zh", "en"]:
            for details in [
                {},
                {
                    "reason": "no longer on the list",
                    "fields": ["gone"],
                    "before": "?",
                    "after": None,
                    "role": "king",
                },
                {"reason": "weather", "fields": ["title"], "sessions": 3, "role": "coordinator"},
            ]:
                with texts.using_language(language):
                    sentence = tell(action, details, who="陈书记", what="村活动室", title="柑橘", today=TODAY)
                assert "陈书记" in sentence and "%(" not in sentence
                assert sentence[-1] != "：" and not sentence.endswith((": ", "："))


def test_sentences_are_as_people_say_them() -> None:
    class_session = tell_session(Slot(date(2026, 11, 28), 1140, 1230), "柑橘冬季管护", today=TODAY)
    assert class_session == "11月28日 的课「柑橘冬季管护」"
    told = [
        tell("sessions.cancel", {"reason": "farm_work"}, who="陈书记", what=class_session, today=TODAY),
        tell(
            "sessions.cancel",
            {"reason": "power_cut"},
            who="陈书记",
            what=class_session,
            was_over=True,
            today=TODAY,
        ),
        tell(
            "sessions.move",
            {"before": ["2026-11-28", 1140, 1230], "after": ["2027-01-05", 1170, 1260]},
            who="陈书记",
            what=class_session,
            title="柑橘冬季管护",
            today=TODAY,
        ),
        tell(
            "school.edit", {"fields": ["contact_name", "contact_phone"]}, who="陈书记", what="", today=TODAY
        ),
        tell(
            "posting.end",
            {"role": "coordinator", "to_day": "2026-11-30"},
            who="管理员",
            what="陈书记",
            today=TODAY,
        ),
    ]
    assert told == [
        "陈书记 取消了 11月28日 的课「柑橘冬季管护」：农活忙",
        "陈书记 记下 11月28日 的课「柑橘冬季管护」没开成：停电",
        "陈书记 把「柑橘冬季管护」从 11月28日 19:00 改到 2027年1月5日 19:30",
        "陈书记 改了夜校的情况：联系人、联系电话",
        "管理员 收回了 陈书记 的职责：夜校管理员，最后一天是 11月30日",
    ]


def test_fields_that_forms_change_have_words() -> None:
    from nightschool.models.people import Learner, Teacher
    from nightschool.models.places import NightSchool, Venue

    unsaid = {
        "id",
        "public_id",
        "region_code",
        "version",
        "name_key",
        "search_keys",
        "group_number",
        "opened_on",
        "erased_at",  # has a line of its own
    }
    for table in (Learner, Teacher, Venue, NightSchool):
        columns = {column.name for column in table.__table__.columns} - unsaid
        kept = {name for name in columns if not name.startswith(("merged", "paused"))}
        assert kept <= set(FIELD_WORDS), table
