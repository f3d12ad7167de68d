"""A region settles the words in which its villages give notice."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.errors import NotFound, StaleRecord
from nightschool.models.places import NoticeText, Region
from nightschool.rules.access import Actor, require
from nightschool.rules.notices.own_texts import OWN_FORMS, check_own_text
from nightschool.rules.regions import Level, level_of
from nightschool.rules.slots import Now


def choose_notice_text(
    db: Session, *, region: str, form: str, text: str | None, seen_version: int, by: Actor, now: Now
) -> None:
    """Notices of this form are given in these words here and below; None: again in those of the region above, or ours.

    `seen_version` is 0 where nothing was chosen yet. Raises: NotFound for a village, which chooses nothing;
    StaleRecord; Refused as `check_own_text`.
    """
    require(by, "settle", region)
    if form not in OWN_FORMS or db.get(Region, region) is None or level_of(region) is Level.VILLAGE:
        raise NotFound
    if text is not None:
        check_own_text(text, form)
    statement = select(NoticeText).where(NoticeText.region_code == region, NoticeText.form == form)
    found = db.scalar(statement.with_for_update().execution_options(populate_existing=True))
    version = found.version if found else 0
    if version != seen_version:
        raise StaleRecord("notice_text", seen_version, version)
    if text is None:
        if found:
            note(db, found, "region.words_back", by=by, now=now, form=form)
            db.delete(found)
            db.flush()
        return
    if found is None:
        found = NoticeText(region_code=region, form=form)
    elif found.text == text:
        return
    found.text = text
    try:
        with db.begin_nested():
            db.add(found)
            db.flush()
    except IntegrityError as error:  # somebody chose for the first time at this very moment
        raise StaleRecord("notice_text", seen_version, 1) from error
    note(db, found, "region.words", by=by, now=now, form=form, text=text)
