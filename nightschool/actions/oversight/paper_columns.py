"""A region settles what the columns of a paper are called, in which order they stand, and which are not shown."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.errors import NotFound, StaleRecord
from nightschool.models.places import PaperColumns, Region
from nightschool.rules.access import Actor, require
from nightschool.rules.oversight.paper_columns import ChosenColumn, check_columns
from nightschool.rules.regions import Level, level_of
from nightschool.rules.slots import Now


def choose_paper_columns(
    db: Session,
    *,
    region: str,
    paper: str,
    called: str,
    chosen: Sequence[ChosenColumn],
    known: Collection[str],
    seen_version: int,
    by: Actor,
    now: Now,
) -> None:
    """The paper has these columns here and below; none: again those of the region above, or its own.

    `called`: the paper's name, for the trail; `known`: the keys of its own columns. `seen_version` is 0 where nothing
    was chosen yet. Raises: NotFound for a village, which chooses nothing; StaleRecord; Refused as `check_columns`.
    """
    require(by, "settle", region)
    if db.get(Region, region) is None or level_of(region) is Level.VILLAGE:
        raise NotFound
    if chosen:
        check_columns(chosen, known)
    statement = select(PaperColumns).where(PaperColumns.region_code == region, PaperColumns.paper == paper)
    found = db.scalar(statement.with_for_update().execution_options(populate_existing=True))
    version = found.version if found else 0
    if version != seen_version:
        raise StaleRecord("paper_columns", seen_version, version)
    columns = [asdict(one) for one in chosen]
    if not chosen:
        if found:
            note(db, found, "region.columns_back", by=by, now=now, paper=paper, called=called)
            db.delete(found)
            db.flush()
        return
    if found is None:
        found = PaperColumns(region_code=region, paper=paper)
    elif found.columns == columns:
        return
    found.columns = columns
    try:
        with db.begin_nested():
            db.add(found)
            db.flush()
    except IntegrityError as error:  # somebody chose for the first time at this very moment
        raise StaleRecord("paper_columns", seen_version, 1) from error
    note(db, found, "region.columns", by=by, now=now, paper=paper, called=called, columns=columns)
