"""Uploaded lists are kept for a day, begun once, and say how far they are."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from nightschool.actions.places.region_uploads import (
    begin_import,
    finish_import,
    forget_old_uploads,
    keep_upload,
)
from nightschool.errors import NotAllowed, NotFound, Refused
from nightschool.models.errands import Errand
from nightschool.models.places import RegionImport
from nightschool.rules.access import Actor, Post, Role
from tests.factories import NOW, make_account, make_errand, make_places, make_upload

EVERYWHERE = (Post(Role.SYSTEM_ADMINISTRATOR, None),)


@pytest.fixture
def admin(db) -> Actor:
    account = make_account(db, "admin", "管理员", Role.SYSTEM_ADMINISTRATOR, None)
    return Actor(account.id, "管理员", EVERYWHERE)


def begin(db, upload: RegionImport, by: Actor, **how):
    how = {"skip_bad": False, "now": NOW, **how}
    return begin_import(db, upload.public_id, by=by, **how)


def test_only_who_keeps_the_map_may_hand_in_a_list_or_begin(db, admin: Actor) -> None:
    make_places(db)
    county = Actor(admin.account_id, "市中区管理员", (Post(Role.REGION_ADMINISTRATOR, "511002000000"),))
    upload = make_upload(db, admin.account_id)
    with pytest.raises(NotAllowed):
        begin(db, upload, county)
    with pytest.raises(NotAllowed):
        keep_upload(
            db,
            file_name="",
            content=b"",
            as_of=date(2023, 6, 30),
            end_missing=False,
            counts={},
            by=county,
            now=NOW,
        )


def test_a_list_is_taken_in_once_and_again_when_it_failed(db, admin: Actor) -> None:
    upload, other = make_upload(db, admin.account_id), make_upload(db, admin.account_id)
    begin(db, upload, admin, skip_bad=True)
    errand = db.get_one(Errand, upload.errand_id)
    assert errand.asked == {"upload": upload.public_id, "skip_bad": True, "takes_given": False}
    with pytest.raises(Refused, match="upload_going_on"):
        begin(db, upload, admin)
    with pytest.raises(Refused, match="other_going_on"):
        begin(db, other, admin)
    errand.state = "failed"
    begin(db, upload, admin)
    db.get_one(Errand, upload.errand_id).state = "done"
    finish_import(db, upload.public_id, {"new": 3})
    db.refresh(upload)
    assert (upload.content, upload.counts) == (None, {"new": 3})
    with pytest.raises(Refused, match="upload_done"):
        begin(db, upload, admin)


def test_a_list_with_bad_rows_is_begun_only_when_they_are_skipped(db, admin: Actor) -> None:
    upload = make_upload(db, admin.account_id, counts={"bad": 2})
    with pytest.raises(Refused, match="bad_rows"):
        begin(db, upload, admin)
    begin(db, upload, admin, skip_bad=True)


def test_an_unknown_list_is_not_found(db, admin: Actor) -> None:
    with pytest.raises(NotFound):
        begin_import(db, "x" * 22, skip_bad=False, by=admin, now=NOW)


def test_contents_are_forgotten_after_a_day_but_not_of_what_goes_on(db, admin: Actor) -> None:
    old = NOW.instant - timedelta(days=1, hours=1)
    for name, made_at, state in (
        ("young", NOW.instant, None),
        ("old", old, None),
        ("failed", old, "failed"),
        ("going on", old, "open"),
    ):
        errand = make_errand(db, "regions", admin.account_id, state=state).id if state else None
        make_upload(db, admin.account_id, file_name=name, made_at=made_at, errand_id=errand)
    forget_old_uploads(db, now=NOW)
    kept = db.scalars(select(RegionImport.file_name).where(RegionImport.content.is_not(None)))
    assert sorted(kept) == ["going on", "young"]
