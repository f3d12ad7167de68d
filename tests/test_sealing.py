"""Personal fields open only in the row they were sealed for, and only with the right key."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from nightschool.errors import ConfigurationError, Unreadable
from nightschool.sealing import Sealer

PHONE = "13800000000"


def test_what_is_sealed_opens_again_and_does_not_show() -> None:
    sealer = Sealer({"k1": bytes(32)})
    sealed = sealer.seal(PHONE, about="learner.phone:a")
    assert sealer.open(sealed, about="learner.phone:a") == PHONE
    assert PHONE not in sealed
    assert sealed != sealer.seal(PHONE, about="learner.phone:a")


def test_value_moved_to_another_row_does_not_open() -> None:
    sealer = Sealer({"k1": bytes(32)})
    sealed = sealer.seal(PHONE, about="learner.phone:a")
    with pytest.raises(Unreadable):
        sealer.open(sealed, about="learner.phone:b")


def test_older_key_still_opens_after_a_newer_one_came() -> None:
    sealed = Sealer({"k1": bytes(32)}).seal(PHONE, about="x")
    rotated = Sealer({"k1": bytes(32), "k2": b"2" * 32})
    assert rotated.open(sealed, about="x") == PHONE
    assert rotated.seal(PHONE, about="x").startswith("k2.")


def test_another_way_of_sealing_comes_with_a_new_key_and_goes_over_what_is_there() -> None:
    sealed = Sealer({"k1": bytes(32)}).seal(PHONE, about="x")
    changed = Sealer({"k1": bytes(32), "chacha2": b"2" * 32})
    assert changed.can_renew(sealed, about="x")
    renewed = changed.seal(changed.open(sealed, about="x"), about="x")
    raw = base64.urlsafe_b64decode(renewed.removeprefix("chacha2."))
    assert ChaCha20Poly1305(b"2" * 32).decrypt(raw[:12], raw[12:], b"x").decode() == PHONE


def test_lost_key_is_said_and_nothing_opens() -> None:
    sealed = Sealer({"k1": bytes(32)}).seal(PHONE, about="x")
    with pytest.raises(Unreadable, match="k1"):
        Sealer({"k2": b"2" * 32}).open(sealed, about="x")


@pytest.mark.parametrize("keys", [{}, {"k1": b"short"}, {"k.1": bytes(32)}])
def test_unfit_keys_are_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(ConfigurationError):
        Sealer(keys)


@pytest.mark.parametrize("damaged", ["", "k1", "k1.", "k1.A", "k1.AAAA", "k1.%%%", "号码", "k1." + "A" * 60])
def test_anything_damaged_is_unreadable_and_nothing_else(damaged: str) -> None:
    with pytest.raises(Unreadable):
        Sealer({"k1": bytes(32)}).open(damaged, about="x")
