"""Personal fields sealed at rest: AES-256-GCM, one random nonce a value, bound to the row they belong to. A key belongs
to one way of sealing and its name says to which, so that another way comes with a new key, and `keys rotate` goes over.

The keys live outside the database and outside its backups. A sealed value copied to another row does not open there.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from nightschool.errors import ConfigurationError, Unreadable

NONCE_BYTES = 12
KEY_BYTES = 32
OTHER_WAYS = {"chacha": ChaCha20Poly1305}  # by how the name of the key begins, with keys and nonces as long


class Sealer:
    """Seals with the newest key and opens with any known one.

    Sealed text reads ``<key id>.<base64 of nonce and ciphertext>``.
    """

    def __init__(self, keys: Mapping[str, bytes], marking: bytes | None = None) -> None:
        if not keys:
            raise ConfigurationError("no key to seal personal fields with")
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES or not key_id.isalnum():
                raise ConfigurationError(f"key {key_id!r} for personal fields is not {KEY_BYTES} bytes")
        self._ciphers = {key_id: way_of(key_id)(key) for key_id, key in keys.items()}
        self.newest = next(reversed(self._ciphers))
        self.marking = marking or hmac.digest(next(iter(keys.values())), b"nightschool marks", "sha256")

    def seal(self, text: str, *, about: str) -> str:
        """The text sealed for exactly one place; `about` names it, for example ``learner.phone:<public id>``."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        ciphertext = self._ciphers[self.newest].encrypt(nonce, text.encode(), about.encode())
        return f"{self.newest}.{base64.urlsafe_b64encode(nonce + ciphertext).decode()}"

    def is_newest(self, sealed: str) -> bool:
        """True when this was sealed with the newest key."""
        return sealed.startswith(f"{self.newest}.")

    def can_renew(self, sealed: str, *, about: str) -> bool:
        """True when this was sealed with an older key that is still here, for this place, and is not damaged."""
        if self.is_newest(sealed):
            return False
        try:
            self.open(sealed, about=about)
        except Unreadable:
            return False
        return True

    def open(self, sealed: str, *, about: str) -> str:
        """The text that was sealed for this place. Raises Unreadable."""
        key_id, _, body = sealed.partition(".")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Unreadable(f"the key {key_id!r} is missing")
        try:
            raw = base64.urlsafe_b64decode(body)
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unreadable("damaged, or not sealed for this place") from None

    def mark(self, text: str, *, about: str) -> str:
        """64 hexadecimal characters by which a row is found again that does not say whose it is.

        By what was made of the oldest key, so that they stay the same when a newer one comes and that one goes.
        """
        return hmac.digest(self.marking, json.dumps([about, text]).encode(), "sha256").hex()


def way_of(key_id: str) -> type[AESGCM] | type[ChaCha20Poly1305]:
    """How a key of this name seals."""
    return next((way for begins, way in OTHER_WAYS.items() if key_id.startswith(begins)), AESGCM)


class Digester:
    """Keyed digests of what a plain digest would give away to guessing: names, addresses, one-time codes."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"nightschool digests", "sha256")

    def __call__(self, purpose: str, *parts: str) -> str:
        """64 hexadecimal characters; the same parts for another purpose give others."""
        return hmac.digest(self._key, json.dumps([purpose, *parts]).encode(), "sha256").hex()
