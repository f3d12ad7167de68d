"""Sign-in sheets: who stands where on one, how many rows stay blank, and what a row number means for good."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nightschool.errors import Refused
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.trust.slips import ALPHABET
from nightschool.texts import _

LAST_CLASSES = 12  # that were held, by which it is known who comes often
_OFTEN = 3  # who came to one in so many of them
_BLANK = 5  # a blank row for so many names
_LEAST_BLANK = 10

# What the numbers of a sheet mean, by place: the learner of row 1 first; None: a row that was printed blank.
SignInRows = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody to be on the sheet, with what their place depends on."""

    learner: int
    group_order: tuple[bool, int, str]
    name_key: str
    came: int  # to so many of the last classes


def comes_often(came: int, held: int) -> bool:
    """True for who came to a third of so many held classes, to one at least."""
    return came > 0 and came * _OFTEN >= held


def sheet_order(comers: Iterable[Comer], held: int) -> tuple[int, ...]:
    """The learners by group, in each first who comes often, and then by the sound of their names."""

    def place(comer: Comer) -> tuple[object, ...]:
        return comer.group_order, not comes_often(comer.came, held), comer.name_key, comer.learner

    return tuple(comer.learner for comer in sorted(comers, key=place))


def blank_rows(names: int) -> int:
    """How many rows stay blank for who walks in: one for every five names, ten at least."""
    return max(_LEAST_BLANK, -(-names // _BLANK))


def numbered(rows: SignInRows, order: Sequence[int]) -> SignInRows:
    """The rows with everybody in this order who has none yet behind all that was ever printed, and blank rows again.

    No number changes what it means: a sheet from before can be entered whoever was added since.
    """
    newcomers = tuple(learner for learner in order if learner not in rows)
    if rows and not newcomers:
        return rows
    return (*rows, *newcomers, *(None,) * blank_rows(len(order)))


def class_code(public_id: str) -> str:
    """Five characters by which the pages of one class session's sheet are told from another's."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in hashlib.sha256(public_id.encode()).digest()[:5])


def check_sheet(status: str) -> None:
    """Raises: Refused with `called_off` for a class session that nobody comes to."""
    if status not in HOLDING:
        raise Refused("called_off")


def tell_called_off() -> str:
    """One sentence: why this class session has no sheet."""
    return _("这节课不上了，不用打签到簿。")
