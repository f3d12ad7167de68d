"""A region settles what the columns of a paper are called, in which order they stand, and which are not shown."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy.orm import Session

from nightschool.actions.records import chosen_anew, note
from nightschool.errors import NotFound
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
    columns = [asdict(one) for one in chosen]
    of = {"region_code": region, "paper": paper}
    found = chosen_anew(db, PaperColumns, of, {"columns": columns} if chosen else None, seen_version)
    if found is None:
        return
    if not chosen:
        note(db, found, "region.columns_back", by=by, now=now, paper=paper, called=called)
        return
    note(db, found, "region.columns", by=by, now=now, paper=paper, called=called, columns=columns)
