"""A region settles the words in which its villages give notice."""

from sqlalchemy.orm import Session

from nightschool.actions.records import chosen_anew, note
from nightschool.errors import NotFound
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
    of = {"region_code": region, "form": form}
    found = chosen_anew(db, NoticeText, of, {"text": text} if text is not None else None, seen_version)
    if found is None:
        return
    if text is None:
        note(db, found, "region.words_back", by=by, now=now, form=form)
        return
    note(db, found, "region.words", by=by, now=now, form=form, text=text)
