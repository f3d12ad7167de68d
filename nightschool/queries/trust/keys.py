"""Whether the keys of this installation are those of its database, and what of it can no longer be read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from nightschool.errors import Unreadable
from nightschool.models.people import FormerValue, HouseholdStatus, Learner, PeopleList, Teacher
from nightschool.models.places import Supporter, Venue
from nightschool.models.trust import Account, AnsweredForm, KeptInput, KeyMark, SecondFactor, SecretPage
from nightschool.queries.former_values import former_sealed_for
from nightschool.queries.household_status import status_sealed_for
from nightschool.queries.phones import COLUMNS, sealed_for
from nightschool.queries.trust.answered_forms import answer_sealed_for, page_sealed_for
from nightschool.queries.trust.second_factor import sealed_secret_for
from nightschool.sealing import Digester, Sealer

MARK = "key_mark.sealed"


@dataclass(frozen=True)
class SealedColumn:
    """A column in which sealed values stand: what names each of them, and for what each is sealed."""

    kind: str
    column: InstrumentedAttribute[Any]
    named_by: tuple[InstrumentedAttribute[Any], ...]
    about: Callable[..., str]  # of the values of `named_by`

    @property
    def table(self) -> Table:
        """Where it stands."""
        table: Table = self.column.class_.__table__
        return table


def _with_phone(kind: str, model: Any) -> SealedColumn:
    return SealedColumn(kind, getattr(model, COLUMNS[kind]), (model.public_id,), partial(sealed_for, kind))


# Every value that is sealed. A test finds the column that was forgotten.
SEALED = (
    _with_phone("learner", Learner),
    _with_phone("teacher", Teacher),
    _with_phone("venue", Venue),
    _with_phone("supporter", Supporter),
    _with_phone("account", Account),
    SealedColumn(
        "household_status",
        HouseholdStatus.sealed,
        (HouseholdStatus.holder, HouseholdStatus.public_id),
        status_sealed_for,
    ),
    SealedColumn(
        "former_value",
        FormerValue.sealed,
        (FormerValue.learner_id, FormerValue.field),
        former_sealed_for,
    ),
    SealedColumn("second_factor", SecondFactor.secret, (SecondFactor.account_id,), sealed_secret_for),
    SealedColumn("kept_input", KeptInput.body, (KeptInput.public_id,), "kept_input.body:{}".format),
    SealedColumn("people_list", PeopleList.content, (PeopleList.public_id,), "people_list.content:{}".format),
    SealedColumn(
        "answered_form",
        AnsweredForm.answer,
        (AnsweredForm.account_id, AnsweredForm.once),
        answer_sealed_for,
    ),
    SealedColumn("secret_page", SecretPage.body, (SecretPage.public_id,), page_sealed_for),
    SealedColumn("key_mark", KeyMark.sealed, (), lambda: MARK),
)
_PASSING = frozenset({"answered_form", "secret_page", "key_mark"})  # gone in an hour, or found out otherwise


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One sealed value: its row's key, what stands there, what of it is sealed, and for what."""

    key: tuple[Any, ...]
    stored: str | bytes
    sealed: str
    about: str


def key_digest(digester: Digester) -> str:
    """Tells one signing key from another, and nothing about it."""
    return digester("key mark")


def has_mark(db: Session) -> bool:
    """True when the database knows which keys are its own."""
    return db.scalar(select(KeyMark.id)) is not None


def keys_fit(db: Session, digester: Digester) -> bool:
    """True when the database is of these keys, or knows of none yet and what stands in it opens with them."""
    mark = db.scalar(select(KeyMark))
    if mark is not None and mark.digest != key_digest(digester):
        return False
    if mark is not None and _opens(db, mark.sealed, MARK):
        return True
    # No mark yet, or a damaged one: anything that opens says that the key is the right one.
    tried = [_opens(db, sealed, about) for _kind, sealed, about in _sealed(db)]
    return any(tried) or (mark is None and not tried)


def unreadable(db: Session) -> dict[str, int]:
    """How many stored values of each kind no longer open. Cost: 10 queries and a few microseconds a value."""
    found: dict[str, int] = {}
    for kind, sealed, about in _sealed(db):
        if not _opens(db, sealed, about):
            found[kind] = found.get(kind, 0) + 1
    return found


def sealed_values(db: Session, of: SealedColumn, *, but: str = "") -> Iterator[SealedValue]:
    """Every value of this column, a thousand at once; where that can be told, none of the key `but`. Cost: 1 query."""
    keys = tuple(of.table.primary_key.columns)
    rows = select(*keys, *of.named_by, of.column).where(of.column.is_not(None)).order_by(*keys)
    if but and of.column.type.python_type is str:
        rows = rows.where(~of.column.startswith(f"{but}.", autoescape=True))
    for row in db.execute(rows.execution_options(yield_per=1000)):
        *named, stored = tuple(row)
        text = stored.decode(errors="replace") if isinstance(stored, bytes) else stored
        yield SealedValue(
            tuple(named[: len(keys)]), stored, text.rpartition("\n")[2], of.about(*named[len(keys) :])
        )


def _sealed(db: Session) -> Iterator[tuple[str, str, str]]:
    for of in SEALED:
        if of.kind not in _PASSING:
            for value in sealed_values(db, of):
                yield of.kind, value.sealed, value.about


def _opens(db: Session, sealed: str, about: str) -> bool:
    sealer: Sealer = db.info["sealer"]
    try:
        sealer.open(sealed, about=about)
    except Unreadable:
        return False
    return True
