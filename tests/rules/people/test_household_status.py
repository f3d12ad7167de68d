"""Kinds of households: between which days there were any, and that one day is of one kind."""

from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.people.household_status import (
    Status,
    check_status,
    kind_on,
    kinds_between,
    tell_refused_status,
)
from tests.factories import TODAY

EXITED = Status("exited", date(2019, 5, 1), date(2021, 5, 1))


def refused(wanted: Status, *others: Status) -> list[str]:
    try:
        check_status(wanted, others, today=TODAY)
    except Refused as refusal:
        return [tell_refused_status(one) for one in (refusal, *refusal.others)]
    return []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Status("monitored", date(2021, 5, 2)), []),
        (Status("registered_poor", date(2014, 1, 1), date(2019, 4, 30)), []),
        (
            Status("registered_poor", date(2014, 1, 1)),
            [
                "建档立卡户只到2020年12月31日。填那天或以前的日子。",
                "这段日子和记着的脱贫户（2019年5月1日到2021年5月1日）重了。一户同一天只算一类，把日子错开。",
            ],
        ),
        (Status("registered_poor", date(2021, 6, 1), date(2021, 7, 1)), ["建档立卡户只到2020年12月31日。填那天或以前的日子。"] * 2),
        (Status("monitored", date(2019, 12, 31), date(2019, 12, 31)), [
            "2020年1月1日以前没有监测户。填那天或以后的日子。",
            "这段日子和记着的脱贫户（2019年5月1日到2021年5月1日）重了。一户同一天只算一类，把日子错开。",
        ]),
        (Status("exited", date(2022, 5, 2), date(2022, 5, 1)), ["第一天是2022年5月2日，最后一天要在那天或以后。"]),
        (Status("exited", TODAY + timedelta(days=1)), ["这一天还没到。填今天或以前的日子。"]),
        (Status("exited", TODAY, TODAY + timedelta(days=1)), ["这一天还没到。填今天或以前的日子。"]),
    ],
)  # fmt: skip
def test_what_may_be_noted(wanted: Status, said: list[str]) -> None:
    assert refused(wanted, EXITED) == said


def test_what_has_not_ended_is_ended_first() -> None:
    [said] = refused(Status("monitored", date(2022, 1, 1)), Status("exited", date(2021, 1, 1)))
    assert said == "2021年1月1日起记着是脱贫户，还没有最后一天。先给那一条写上最后一天，再记新的。"


def test_a_day_is_of_the_kind_that_held_on_it() -> None:
    monitored = Status("monitored", date(2021, 5, 2))
    both = (EXITED, monitored)
    days = [date(2019, 4, 30), EXITED.first, date(2021, 5, 1), monitored.first, TODAY]
    assert [kind_on(both, day) for day in days] == [None, "exited", "exited", "monitored", "monitored"]


def test_a_month_has_the_kinds_that_there_were() -> None:
    assert kinds_between(date(2026, 10, 1), date(2026, 10, 31)) == ("exited", "monitored")
    assert kinds_between(date(2020, 12, 1), date(2020, 12, 31)) == ("registered_poor", "exited", "monitored")
    assert kinds_between(date(2016, 11, 1), date(2016, 11, 30)) == ("registered_poor", "exited")
