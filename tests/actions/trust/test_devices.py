"""Devices an administrator takes off an account: the one that was lost, or all."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.trust import devices
from nightschool.database import Database
from nightschool.errors import NotAllowed, Refused
from nightschool.models.trust import Account, AuditEvent, LoginSession
from nightschool.queries.trust.trust import devices_of, login_by_token
from tests.factories import NOW, SHIWAN, Cast, make_login


def when(cast: Cast, **other: Any) -> dict[str, Any]:
    return {"by": cast.region_administrator_actor, "now": NOW, **other}


def key(db: Session, account_id: int) -> str:
    return db.get_one(Account, account_id).public_id


def test_lost_phone_is_out_and_the_other_stays(cast: Cast, database: Database) -> None:
    lost, kept = (make_login(database, cast.chen, device=name) for name in ("丢了的手机", "办公室电脑"))
    with database.writing() as db:
        chen = key(db, cast.chen)
        [device] = [device for device in devices_of(db, chen, now=NOW) if device.device == "丢了的手机"]
        assert devices.revoke_device(db, account=chen, login_id=device.id, **when(cast)) == "丢了的手机"
        with pytest.raises(Refused) as again:
            devices.revoke_device(db, account=chen, login_id=device.id, **when(cast))
        assert again.value.code == "login_over"
    with database.reading() as db:
        assert login_by_token(db, lost, now=NOW) is None
        assert login_by_token(db, kept, now=NOW) is not None
        line = db.scalars(select(AuditEvent)).one()
        assert (line.action, line.region_code, line.record) == (
            "device.revoke",
            SHIWAN,
            f"account {cast.chen}",
        )


def test_all_devices_are_out_at_once(cast: Cast, database: Database) -> None:
    tokens = [make_login(database, cast.chen) for _ in range(3)]
    other = make_login(database, cast.luo)
    with database.writing() as db:
        assert devices.revoke_devices(db, account=key(db, cast.chen), **when(cast)) == 3
        with pytest.raises(Refused):
            devices.revoke_devices(db, account=key(db, cast.chen), **when(cast))
        assert all(login_by_token(db, token, now=NOW) is None for token in tokens)
        assert login_by_token(db, other, now=NOW) is not None


def test_device_of_somebody_else_is_not_reached_through_an_account_of_ones_own(
    cast: Cast, database: Database
) -> None:
    token = make_login(database, cast.luo)
    with database.writing() as db:
        foreign = db.scalars(select(LoginSession.id).where(LoginSession.account_id == cast.luo)).one()
        with pytest.raises(Refused):
            devices.revoke_device(db, account=key(db, cast.chen), login_id=foreign, **when(cast))
        with pytest.raises(NotAllowed):
            devices.revoke_device(db, account=key(db, cast.luo), login_id=foreign, **when(cast))
        with pytest.raises(NotAllowed):
            devices.revoke_devices(db, account=key(db, cast.chen), **when(cast, by=cast.chen_actor))
        assert login_by_token(db, token, now=NOW) is not None


def test_ones_own_devices_are_ended_on_ones_own_page(cast: Cast, database: Database) -> None:
    make_login(database, cast.region_administrator)
    with database.writing() as db, pytest.raises(Refused) as refused:
        devices.revoke_devices(db, account=key(db, cast.region_administrator), **when(cast))
    assert refused.value.code == "own_account"
