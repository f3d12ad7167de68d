"""Uploaded lists of regions as their page shows them, and what a plan would change, in examples."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nightschool.errors import Problem
from nightschool.models.errands import Errand
from nightschool.models.places import RegionImport, TakenList
from nightschool.queries.places.places import names_of
from nightschool.rules.places.region_lists import GivenCode, Merge
from nightschool.rules.places.region_uploads import MOST_PROBLEMS, MOST_SAMPLES
from nightschool.rules.regions import ancestors_of


@dataclass(frozen=True, slots=True)
class Sample:
    """One region that a list changes: what it is called, was called before, and lies in."""

    code: str
    name: str
    before: str  # its name until now, "" when that stays
    lies_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded list, without its content."""

    public_id: str
    file_name: str
    as_of: date
    end_missing: bool
    has_content: bool
    made_at: datetime
    state: str | None  # rules.errands.ErrandState; None: nobody has begun to take it in
    steps_done: int | None
    steps_all: int | None
    changed_at: datetime | None
    counts: dict[str, int]  # new, changed, ended, unchanged, bad, differing
    covered: tuple[str, ...]  # names
    samples: dict[str, tuple[Sample, ...]]  # new, changed, ended
    problems: tuple[Problem, ...]
    unread_sheets: tuple[str, ...]
    is_every_code_read: bool
    given: tuple[GivenCode, ...]


@dataclass(frozen=True, slots=True)
class LastList:
    """The list that was taken in last."""

    id: int
    as_of: date
    taken_at: datetime
    counts: dict[str, int]
    going_on: bool  # it is not in to its end


def last_taken(db: Session) -> LastList | None:
    """The list that can be withdrawn. Cost: 1 query."""
    columns = select(
        TakenList.id,
        TakenList.as_of,
        TakenList.taken_at,
        TakenList.counts,
        TakenList.going_on,
        TakenList.withdrawn_at,
    )
    row = db.execute(columns.order_by(TakenList.id.desc()).limit(1)).first()
    return LastList(*row[:5]) if row and row.withdrawn_at is None else None


def upload(db: Session, public_id: str) -> Upload | None:
    """The upload of this name. Cost: 1 query."""
    row = db.execute(_uploads().where(RegionImport.public_id == public_id)).first()
    return _read(row) if row else None


def latest(db: Session, *, limit: int = 5) -> tuple[Upload, ...]:
    """The last ones, newest first. Cost: 1 query."""
    return tuple(_read(row) for row in db.execute(_uploads().order_by(RegionImport.id.desc()).limit(limit)))


def to_take(db: Session, public_id: str) -> Any:
    """What taking this upload in asks for: content, as_of, end_missing, counts. None where its content is gone."""
    columns = RegionImport.content, RegionImport.as_of, RegionImport.end_missing, RegionImport.counts
    which = RegionImport.public_id == public_id, RegionImport.content.is_not(None)
    return db.execute(select(*columns).where(*which)).one_or_none()


class ReadList(Protocol):
    """A list as it was read."""

    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def unread_sheets(self) -> Sequence[str]: ...
    @property
    def is_every_code_read(self) -> bool: ...


def told_counts(db: Session, plan: Merge, found: ReadList) -> dict[str, Any]:
    """What is kept beside an upload: how much the plan changes, with examples, and what of the file was not taken.

    Cost: 2 queries.
    """
    shown = {
        kind: sorted(codes)[:MOST_SAMPLES]
        for kind, codes in (("new", plan.new), ("changed", plan.changed), ("ended", plan.ended))
    }
    names = _names(db, plan, {code for codes in shown.values() for code in codes} | set(plan.covered))
    before = names_of(db, shown["changed"])
    bad = sorted([*found.problems, *plan.problems], key=lambda problem: problem.line or 0)
    return {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "ended": len(plan.ended),
        "unchanged": plan.unchanged,
        "differing": len(plan.facts),
        "bad": len(bad),
        "covered": [names.get(code, code) for code in plan.covered[:MOST_SAMPLES]],
        "samples": {
            kind: [
                [
                    code,
                    names[code],
                    before[code] if before.get(code, names[code]) != names[code] else "",
                    [names[above] for above in ancestors_of(code)[2:] if above in names],
                ]
                for code in codes
            ]
            for kind, codes in shown.items()
        },
        "problems": [[one.code, one.line, one.column, one.value] for one in bad[:MOST_PROBLEMS]],
        "unread_sheets": list(found.unread_sheets),
        "is_every_code_read": found.is_every_code_read,
        "given": [list(astuple(one)) for one in plan.given],
    }


def _names(db: Session, plan: Merge, codes: Iterable[str]) -> dict[str, str]:
    """What these regions and those they lie in are called once the plan holds."""
    wanted = {above for code in codes for above in (*ancestors_of(code), code)}
    planned = {code: plan.facts[code].name for code in wanted if code in plan.facts}
    return names_of(db, wanted - planned.keys()) | planned


def _uploads() -> Select[*tuple[Any, ...]]:
    return select(
        RegionImport.public_id,
        RegionImport.file_name,
        RegionImport.as_of,
        RegionImport.end_missing,
        RegionImport.content.is_not(None).label("has_content"),
        RegionImport.made_at,
        Errand.state,
        Errand.steps_done,
        Errand.steps_all,
        Errand.changed_at,
        RegionImport.counts,
    ).outerjoin(Errand, Errand.id == RegionImport.errand_id)


def _read(row: Any) -> Upload:
    told = row.counts
    values = row._asdict()
    values["counts"] = {
        name: told.get(name, 0) for name in ("new", "changed", "ended", "unchanged", "bad", "differing")
    }
    values["covered"] = tuple(told.get("covered", ()))
    values["samples"] = {
        kind: tuple(Sample(code, name, before, tuple(lies_in)) for code, name, before, lies_in in samples)
        for kind, samples in told.get("samples", {}).items()
    }
    values["unread_sheets"] = tuple(told.get("unread_sheets", ()))
    values["given"] = tuple(GivenCode(*one) for one in told.get("given", ()))
    values["is_every_code_read"] = told.get("is_every_code_read", True)
    values["problems"] = tuple(Problem(*problem) for problem in told.get("problems", ()))
    return Upload(**values)
