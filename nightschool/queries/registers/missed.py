"""Who usually comes and has missed the last classes."""

from collections import defaultdict

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.queries.registers.attendance import Register, RegisterPerson
from nightschool.queries.registers.turnouts import HELD_UP_TO
from nightschool.rules.registers.attendance import ATTENDED
from nightschool.rules.registers.missed import LOOKED_AT, has_stayed_away

_HELD = HELD_UP_TO.limit(LOOKED_AT)
_MARKS = (
    select(Mark.class_session_id, Mark.status, Learner.public_id)
    .join(Learner, Learner.id == Mark.learner_id)
    .where(Mark.class_session_id.in_(bindparam("held", expanding=True)))
)
_CAME_ON = select(Learner.public_id, Learner.came_on).where(
    Learner.public_id.in_(bindparam("people", expanding=True)), Learner.came_on.is_not(None)
)


def stayed_away(db: Session, found: Register) -> tuple[RegisterPerson, ...]:
    """Of those expected at this class session, which is held, who usually comes and missed it and the one before.

    Cost: 1 query where there are too few classes to tell, else 3.
    """
    held = db.execute(_HELD, {"class_session": found.class_session}).all()
    if len(held) < LOOKED_AT // 2:
        return ()
    people = found.expected
    marks: dict[tuple[str, int], str] = {
        (learner, class_session): status
        for class_session, status, learner in db.execute(_MARKS, {"held": [one.id for one in held]})
    }
    since = dict(db.execute(_CAME_ON, {"people": [one.public_id for one in people]}).all())
    there: dict[str, list[bool | None]] = defaultdict(list)
    for person in people:
        came_on = since.get(person.public_id)
        for one in held:
            status = marks.get((person.public_id, one.id), "absent")
            was_not_yet = came_on is not None and one.day < came_on
            there[person.public_id].append(_was_there(status) if not was_not_yet else None)
    return tuple(one for one in people if has_stayed_away(there[one.public_id]))


def _was_there(status: str) -> bool | None:
    if status in ATTENDED:
        return True
    return False if status == "absent" else None
