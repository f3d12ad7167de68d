"""Lists that people look through: what was asked for, the page of it that is shown, and what there is to choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from nightschool.texts import _

_PAGE = 50

# What every list of records that can be put away may be asked for; nothing chosen: those in use.
RETIRED, EVERY = "retired", "all"

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for, as its address says it: words to look for, a choice of each kind, and a page."""

    query: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    page: int = 1

    def choice(self, name: str, label: str, options: Mapping[str, str]) -> Choice:
        """What may be chosen here, and what was; what is on no list any more counts as not chosen."""
        value = self.chosen.get(name, "")
        return Choice(name, label, options, value if value in options else "")


UNASKED = Asked()


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow or order a list: {value: words}, the value "" for what is shown unasked."""

    name: str
    label: str
    options: Mapping[str, str]
    value: str

    @property
    def is_worth_asking(self) -> bool:
        """True when there is anything to choose, or something was chosen."""
        return len(self.options) > 1 or bool(self.value)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Line]):
    """One page of a list."""

    lines: tuple[Line, ...]
    found: int  # how many fit
    total: int  # how many there are of those in use, or of those put away when they were asked for
    page: int
    pages: int
    choices: tuple[Choice, ...]
    elsewhere: int = 0  # how many more would fit among those put away

    def value(self, name: str) -> str:
        """What was chosen of this kind; empty: nothing."""
        return next((choice.value for choice in self.choices if choice.name == name), "")

    @property
    def is_narrowed(self) -> bool:
        """True when something other than the order was chosen."""
        return any(choice.value for choice in self.choices if choice.name != "sort")


def of_records(
    rows: Sequence[Any],
    fitting: Sequence[Any],
    asked: Asked,
    choices: tuple[Choice, ...],
    *,
    order: Callable[[list[Any]], Sequence[Any]],
    write: Callable[[Sequence[Any]], tuple[Line, ...]],
) -> Listing[Line]:
    """A page of records that can be put away: of the rows that fit, those in the chosen `state`, in this order."""
    state = next(choice.value for choice in choices if choice.name == "state")
    found = order([row for row in fitting if is_wanted(state, is_retired=row.is_retired)])
    total = sum(is_wanted(state, is_retired=row.is_retired) for row in rows)
    return paged(found, asked, choices, total=total, elsewhere=len(fitting) - len(found), write=write)


def paged(
    found: Sequence[Any],
    asked: Asked,
    choices: tuple[Choice, ...],
    *,
    total: int,
    elsewhere: int = 0,
    write: Callable[[Sequence[Any]], tuple[Line, ...]],
) -> Listing[Line]:
    """The page that was asked for of these rows, which fit, are chosen and in order."""
    shown, number, pages = page_of(found, asked.page)
    return Listing(write(shown), len(found), total, number, pages, choices, elsewhere)


def states(in_use: str, retired: str, rows: Iterable[Any]) -> dict[str, str]:
    """Those in use, those put away, or both; there is nothing to choose where none is put away."""
    if not any(row.is_retired for row in rows):
        return {"": in_use}
    return {"": in_use, RETIRED: retired, EVERY: _("都列出来")}


def page_of(rows: Sequence[Line], number: int) -> tuple[Sequence[Line], int, int]:
    """The rows of this page, its number, and how many pages there are. A number past the last page gives the last."""
    pages = max(1, -(-len(rows) // _PAGE))
    number = min(max(number, 1), pages)
    return rows[(number - 1) * _PAGE : number * _PAGE], number, pages


def is_wanted(state: str, *, is_retired: bool) -> bool:
    """True when a record in use, or put away, is among those asked for."""
    return state == EVERY or (state == RETIRED) == is_retired
