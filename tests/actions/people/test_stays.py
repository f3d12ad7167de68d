"""The roster of a day: people come, go and change their group by dates, and old registers show what was then."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from nightschool.actions.people.merges import merge_people, undo_merge
from nightschool.actions.people.people import add_learner, edit_learner
from nightschool.actions.people.retiring import bring_back, retire
from nightschool.actions.registers.attendance import record_sheet
from nightschool.errors import Refused
from nightschool.models.people import FormerStay, Learner
from nightschool.queries.people.stays import former_stays
from nightschool.queries.registers.attendance import Register, register
from nightschool.queries.registers.register_history import arrivals_of
from nightschool.rules.people.people import LearnerEntry
from nightschool.rules.people.retiring import RecordKind
from nightschool.rules.registers.attendance import NewLearner, Sheet
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_course, make_learner, make_session

BEFORE, LONG_AGO = TODAY - timedelta(days=2), TODAY - timedelta(days=60)


@pytest.fixture
def village(database: Any, cast: Cast) -> Any:
    """Writes as 狮湾村's coordinator, and looks at its registers."""
    return Village(database, cast)


class Village:
    def __init__(self, database: Any, cast: Cast) -> None:
        self.database, self.by = database, cast.chen_actor
        self.sessions: dict[date, str] = {}
        with database.writing() as db:
            course = make_course(db)
            for day in (LONG_AGO, BEFORE, TODAY):
                self.sessions[day] = make_session(db, course, day=day).public_id

    def do(self, action: Any, **given: Any) -> Any:
        with self.database.writing() as db:
            return action(db, by=self.by, now=NOW, **given)

    def add(self, name: str, group: str = "一组", **said: Any) -> str:
        result: str = self.do(add_learner, village=SHIWAN, entry=LearnerEntry(name, group, **said))
        return result

    def edit(self, learner: str, name: str, group: str, **said: Any) -> None:
        with self.database.reading() as db:
            version = db.scalar(select(Learner.version).where(Learner.public_id == learner))
        self.do(edit_learner, learner=learner, entry=LearnerEntry(name, group, **said), version=version)

    def known(self, name: str, group: str = "一组") -> str:
        """A learner of before anybody wrote down when people came."""
        with self.database.writing() as db:
            return make_learner(db, name=name, group_name=group).public_id

    def retire(self, learner: str, **said: Any) -> None:
        self.do(retire, kind=RecordKind.LEARNER, public_id=learner, version=self.version(learner), **said)

    def back(self, learner: str) -> None:
        self.do(bring_back, kind=RecordKind.LEARNER, public_id=learner, version=self.version(learner))

    def version(self, learner: str) -> int:
        with self.database.reading() as db:
            return int(db.scalar(select(Learner.version).where(Learner.public_id == learner)) or 0)

    def register(self, day: date) -> Register:
        with self.database.reading() as db:
            found = register(db, self.sessions[day])
        assert found is not None
        return found

    def expected(self, day: date) -> list[str]:
        return sorted(person.name for person in self.register(day).expected)


def test_who_left_today_is_on_the_register_of_two_days_ago_and_on_tonights_no_more(village: Village) -> None:
    learner = village.known("陈大秀")
    village.retire(learner)
    assert village.expected(BEFORE) == ["陈大秀"]
    assert village.expected(TODAY) == [] and not village.register(TODAY).people


def test_who_came_today_is_not_meant_by_all_present_of_an_old_register_but_can_be_ticked(
    village: Village,
) -> None:
    village.known("刘国富")
    village.add("陈大秀")
    old = village.register(LONG_AGO)
    assert village.expected(LONG_AGO) == ["刘国富"] and village.expected(TODAY) == ["刘国富", "陈大秀"]
    assert [person.name for person in old.joined_later] == ["陈大秀"]


def test_the_day_somebody_came_is_told_or_not_known_at_all(village: Village) -> None:
    village.add("陈大秀", came_on=BEFORE)
    village.add("刘国富", always_here=True)
    assert village.expected(BEFORE) == ["刘国富", "陈大秀"] and village.expected(LONG_AGO) == ["刘国富"]
    with pytest.raises(Refused, match="not_come_yet"):
        village.add("张桂花", came_on=TODAY + timedelta(days=1))


def test_the_day_is_put_right_later(village: Village) -> None:
    learner = village.add("陈大秀")
    village.edit(learner, "陈大秀", "一组", came_on=LONG_AGO)
    assert village.expected(LONG_AGO) == ["陈大秀"]
    village.edit(learner, "陈大秀", "一组")
    assert village.expected(LONG_AGO) == ["陈大秀"]  # a day left empty stays as it is
    village.edit(learner, "陈大秀", "一组", came_on=BEFORE)
    assert village.expected(LONG_AGO) == []


def test_who_is_written_down_on_an_old_register_was_there_that_day(village: Village) -> None:
    sheet = Sheet(new_learners=(NewLearner("陈大秀", "一组"),))
    given = {"submission_id": uuid4(), "device": "", "taken_at": NOW.instant}
    village.do(record_sheet, class_session=village.sessions[BEFORE], sheet=sheet, **given)
    assert village.expected(BEFORE) == ["陈大秀"] == village.expected(TODAY)
    assert village.expected(LONG_AGO) == []


def test_a_renamed_group_reads_on_an_old_register_as_it_was_called_then(village: Village) -> None:
    learner = village.known("陈大秀", "一组")
    given = {"submission_id": uuid4(), "device": "", "taken_at": NOW.instant}
    village.do(
        record_sheet, class_session=village.sessions[BEFORE], sheet=Sheet(marks={learner: "present"}), **given
    )
    village.edit(learner, "陈大秀", "向阳社")
    assert [group.label for group in village.register(BEFORE).groups] == ["一组"]
    assert [group.label for group in village.register(TODAY).groups] == ["向阳社"]
    with village.database.reading() as db:
        found = arrivals_of(db, village.sessions[BEFORE])
        assert found is not None and found.arrivals[0].changes[0].group == "一组"
        [stay] = former_stays(db, learner)
    assert (stay.group_name, stay.came_on, stay.left_on) == ("一组", None, TODAY)


def test_a_move_to_another_group_holds_from_the_day_that_is_named_and_else_from_today(
    village: Village,
) -> None:
    for name, said, first in (("陈大秀", {"came_on": BEFORE}, BEFORE), ("刘国富", {}, TODAY)):
        learner = village.add(name, came_on=LONG_AGO)
        village.edit(learner, name, "二组", **said)
        with village.database.reading() as db:
            [stay] = former_stays(db, learner)
            moved_on = db.scalar(select(Learner.came_on).where(Learner.public_id == learner))
        assert (stay.group_name, stay.left_on, moved_on) == ("一组", first, first)


def test_a_group_that_was_written_wrongly_is_put_right_for_all_days(village: Village) -> None:
    learner = village.known("陈大秀", "四组")
    village.edit(learner, "陈大秀", "三组", group_was_wrong=True)
    assert [group.label for group in village.register(LONG_AGO).groups] == ["三组"]
    fresh = village.add("刘国富", "五组")
    village.edit(
        fresh, "刘国富", "三组"
    )  # on the day it was written down nobody can tell a typo from a change
    with village.database.reading() as db:
        assert former_stays(db, fresh) == ()


def test_who_went_and_came_back_was_away_in_between(village: Village) -> None:
    learner = village.known("陈大秀")
    village.retire(learner, day=LONG_AGO)
    assert village.expected(BEFORE) == []
    village.back(learner)
    assert village.expected(BEFORE) == [] and village.expected(TODAY) == ["陈大秀"]
    assert village.expected(LONG_AGO) == []
    with village.database.reading() as db:
        assert [(stay.came_on, stay.left_on) for stay in former_stays(db, learner)] == [(None, LONG_AGO)]
    with pytest.raises(Refused, match="too_early"):
        village.edit(learner, "陈大秀", "一组", came_on=LONG_AGO - timedelta(days=1))


def test_put_away_and_brought_back_the_same_day_nothing_was(village: Village) -> None:
    learner = village.known("陈大秀")
    village.retire(learner)
    village.back(learner)
    with village.database.reading() as db:
        assert db.scalars(select(FormerStay)).all() == []
    assert village.expected(LONG_AGO) == ["陈大秀"]
    with pytest.raises(Refused, match="not_gone_yet"):
        village.retire(learner, day=TODAY + timedelta(days=1))


def test_of_two_records_of_one_person_the_earlier_tells_that_they_were_there(village: Village) -> None:
    old, new = village.known("陈大秀", "一组"), village.add("陈大秀", "二组")
    village.do(merge_people, kind="learner", kept=new, merged=old, seen=(1, 1))
    assert village.expected(LONG_AGO) == ["陈大秀"] == village.expected(TODAY)
    village.do(undo_merge, kind="learner", merged=old)
    assert village.expected(TODAY) == ["陈大秀", "陈大秀"] and village.expected(LONG_AGO) == ["陈大秀"]
