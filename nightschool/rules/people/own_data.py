"""What everything that is kept about one person is called, for that person to read.

A table or column that is not named here, and not left out with a reason, fails a test: none can be forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nightschool.rules.almanac import day_with_year
from nightschool.rules.people.people import SEXES
from nightschool.texts import N_, _

OWN_TABLES: Mapping[str, str] = {
    "learner": N_("本人"),
    "former_stay": N_("以前住在哪里"),
    "enrolment": N_("报名"),
    "mark": N_("到课"),
    "mark_event": N_("到课每次是怎么记的"),
    "household_status": N_("户类"),
    "former_value": N_("改以前是怎么写的"),
    "audit_event": N_("谁动过这些资料"),
}

OWN_COLUMNS: Mapping[str, str] = {
    "region_code": N_("哪个村"),
    "name": N_("名字"),
    "group_name": N_("村民小组"),
    "household": N_("户主"),
    "sex": N_("性别"),
    "birth_year": N_("出生年份"),
    "phone": N_("电话"),
    "came_on": N_("哪天来的"),
    "left_on": N_("哪天走的"),
    "retired_at": N_("什么时候起不再来"),
    "merged_into_id": N_("和谁是同一个人"),
    "course_id": N_("课程"),
    "class_session_id": N_("哪次课"),
    "status": N_("记的是什么"),
    "before": N_("以前记的"),
    "came_instead": N_("家里谁来的"),
    "source": N_("怎么报的名"),
    "proxy_name": N_("谁代报的"),
    "enrolled_on": N_("哪天报的名"),
    "asked_at": N_("什么时候报的"),
    "submission_id": N_("谁记的"),
    "kind": N_("哪一类户"),
    "first": N_("从哪天起"),
    "last": N_("最后一天"),
    "at": N_("什么时候"),
    "field": N_("哪一项"),
    "sealed": N_("以前写的"),
    "account_id": N_("谁改的"),
    "told_version": N_("念过哪一份告知书"),
    "action": N_("做了什么"),
}

# What says nothing about the person, and why it is there all the same.
NOT_TOLD: Mapping[str, str] = {
    "id": "the row's number",
    "public_id": "stands in the address of the page",
    "version": "how often the row was saved",
    "name_key": "made from the name, to sort by",
    "search_keys": "made from the name, to be found by",
    "group_number": "made from the group, to sort by",
    "learner_id": "the person",
    "erased_at": "who is erased is nobody who could ask",
    "record": "the person",
    "details": "told with what was done",
}

_VALUES: Mapping[str, str] = {
    **SEXES,
    "enrolled": N_("在名单上"),
    "waiting": N_("候补"),
    "left": N_("退出了"),
}


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The rows of one table about a person: each its columns with what stands there, a text, a number, or a day."""

    table: str
    rows: tuple[Mapping[str, Any], ...]


def table_word(table: str) -> str:
    """What the person reads above the rows of this table."""
    return _(OWN_TABLES[table])


def column_heading(column: str) -> str:
    """What the person reads before a value of this column."""
    return _(OWN_COLUMNS[column])


def value_words(column: str, value: Any, codes: Mapping[str, str]) -> str:
    """A value as the person reads it, with what these codes of marks and enrolments mean; empty where there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return f"{day_with_year(value.date())} {value:%H:%M}"
    if isinstance(value, date):
        return day_with_year(value)
    coded = column in ("sex", "status", "before", "source")
    return _({**_VALUES, **codes}.get(value, value)) if coded else str(value)
