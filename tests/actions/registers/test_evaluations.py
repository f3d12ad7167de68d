"""Answers on evaluation slips that come at one instant are all counted, and none of them twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from nightschool.actions.registers.evaluations import take_slip
from nightschool.database import Database
from nightschool.models.attendance import Evaluation, EvaluationCount
from nightschool.rules.registers.evaluations import Aspect, EvaluationSlip
from tests.factories import NOW, TODAY, Cast, make_course, make_session


def test_twelve_answers_at_one_instant_each_sent_twice_are_twelve(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        this = make_session(db, make_course(db, teachers=(cast.teacher,)), TODAY).public_id
    together = Barrier(24)

    def send(number: int) -> None:
        slip = EvaluationSlip({Aspect.METHOD: 1 + number % 4}, f"第{number % 12}样")
        together.wait()
        with database.writing() as db:
            take_slip(db, class_session=this, slip=slip, once=f"{number % 12:022d}", now=NOW)

    with ThreadPoolExecutor(24) as senders:
        list(senders.map(send, range(24)))
    with database.reading() as db:
        found = db.scalars(select(Evaluation)).one()
        assert (found.online, found.waiting, len(found.sent)) == (10, 2, 12)
        assert len({*found.words, *found.waiting_words}) == 12 and len(found.words) == 10
        assert found.words == sorted(found.words)
        counts = db.execute(select(EvaluationCount.choice, EvaluationCount.online + EvaluationCount.waiting))
        assert sorted(map(tuple, counts)) == [(1, 3), (2, 3), (3, 3), (4, 3)]
