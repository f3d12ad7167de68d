"""The columns that a region has chosen for papers, and those that hold where it has not."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import PaperColumns, Region
from nightschool.rules.oversight.paper_columns import ChosenColumn
from nightschool.rules.regions import ancestors_of


@dataclass(frozen=True, slots=True)
class ColumnsInForce:
    """What holds for one paper in one region. No columns: those of the paper itself."""

    paper: str
    columns: tuple[ChosenColumn, ...] = ()
    region_code: str = ""  # who chose them
    region: str = ""
    version: int = 0  # of the asking region's own choice; 0: it has none


def columns_in_force(db: Session, region: str, paper: str | None = None) -> dict[str, ColumnsInForce]:
    """For each paper, or this one, what the region or the nearest above it has chosen. Cost: 1 query."""
    line = (*ancestors_of(region), region)
    rows = db.execute(
        select(PaperColumns, Region.name)
        .join(Region, Region.code == PaperColumns.region_code)
        .where(PaperColumns.region_code.in_(line), *([PaperColumns.paper == paper] if paper else []))
        .order_by(PaperColumns.region_code)  # the nearest last: codes below are larger
    )
    return {
        one.paper: ColumnsInForce(
            one.paper,
            tuple(ChosenColumn(**column) for column in one.columns),
            one.region_code,
            name,
            one.version if one.region_code == region else 0,
        )
        for one, name in rows
    }
