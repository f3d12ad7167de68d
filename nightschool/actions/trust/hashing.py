"""Password hashes: argon2id, slow on purpose, and never more than two at once.

Takes a twentieth of a second and 19 MiB each. Never inside a writing transaction: everybody else would wait for it.
"""

from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nightschool.rules.trust.passwords import as_hashed, as_once_hashed

_STOLEN = Path(__file__).parents[2] / "data" / "stolen-passwords.txt"
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Somebody who sends logins by the hundred must not fill the memory or keep every processor from the timetables.
AT_ONCE = BoundedSemaphore(2)
# The hash of a password nobody knows, made with the same cost: an unknown name takes as long as a known one.
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$wpVvGUgXPsawaFEIpEHHHw$36DtC+K+ubfIrvg9a1/zKOyaYaorRte9atBrWnV5teo"


def hash_password(password: str) -> str:
    """The hash to store for this password."""
    with AT_ONCE:
        return HASHER.hash(_bytes(as_hashed(password)))


def is_right(password_hash: str | None, password: str) -> bool:
    """True when the hash is this password's. Without a hash False, after the same time."""
    plain, once = as_hashed(password), as_once_hashed(password)
    return _fits(password_hash, plain) or (once != plain and _fits(password_hash, once))


def renewed(password_hash: str | None, password: str) -> str | None:
    """A new hash of a password just found right, where the stored one has another cost or spelling; else None."""
    if password_hash is None:
        return None
    plain = as_hashed(password)
    is_of_today = plain == as_once_hashed(password) or _fits(password_hash, plain)
    return None if is_of_today and not HASHER.check_needs_rehash(password_hash) else hash_password(password)


def _fits(password_hash: str | None, plain: str) -> bool:
    with AT_ONCE:
        try:
            return HASHER.verify(password_hash or NOBODYS, _bytes(plain)) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def _bytes(plain: str) -> bytes:
    return plain.encode(errors="surrogatepass")


@cache
def stolen_passwords() -> frozenset[str]:
    """Those of the lists of stolen ones that rules.trust.passwords does not refuse by itself, in small letters."""
    return frozenset(_STOLEN.read_text("utf-8").split())
