"""The words that a region has chosen for notices, and those that hold where it has not."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import NoticeText, Region
from nightschool.rules.regions import ancestors_of


@dataclass(frozen=True, slots=True)
class TextInForce:
    """What holds for one form of notice in one region. No text: ours."""

    form: str
    text: str = ""
    region_code: str = ""  # who chose it
    region: str = ""
    version: int = 0  # of the asking region's own; 0: it has none


def texts_in_force(db: Session, region: str) -> dict[str, TextInForce]:
    """For each form what the region or the nearest above it has chosen. Cost: 1 query."""
    rows = db.execute(
        select(NoticeText, Region.name)
        .join(Region, Region.code == NoticeText.region_code)
        .where(NoticeText.region_code.in_((*ancestors_of(region), region)))
        .order_by(NoticeText.region_code)  # the nearest last: codes below are larger
    )
    return {
        one.form: TextInForce(
            one.form, one.text, one.region_code, name, one.version if one.region_code == region else 0
        )
        for one, name in rows
    }


def own_texts(db: Session, region: str) -> dict[str, str]:
    """The same as the texts alone, by form."""
    return {form: one.text for form, one in texts_in_force(db, region).items()}
