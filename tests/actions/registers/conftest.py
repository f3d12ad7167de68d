"""A class tonight and who might come to it."""

import pytest
from sqlalchemy.orm import Session

from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession
from tests.factories import SOON, TODAY, Cast, make_course, make_learner, make_session


@pytest.fixture
def tonight(cast: Cast, db: Session) -> ClassSession:
    """A lecture in the meeting room tonight."""
    return make_session(db, make_course(db, venue_id=cast.venue), TODAY, **SOON)


@pytest.fixture
def learners(cast: Cast, db: Session) -> dict[str, Learner]:
    return {name: make_learner(db, name=name) for name in ("陈大秀", "刘国富", "张桂花")}
