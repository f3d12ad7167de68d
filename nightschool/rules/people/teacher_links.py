"""The address by which a teacher sees their own classes without an account: how it is known, and why none is made."""

import hashlib

from nightschool.errors import Refused
from nightschool.texts import N_, _


def digest_of(secret: str) -> str:
    """What is kept of an address. Its secret has 192 random bits, so a plain digest gives nothing away to guessing."""
    return hashlib.sha256(secret.encode()).hexdigest()


_REFUSED = {
    "retired": N_("%(name)s不再请了。先把人请回来，再做链接。"),
    "is_merged": N_("%(name)s这份记录已经并到另一份里了。到并成的那一份去做链接。"),
}


def tell_refused_link(refused: Refused) -> str:
    """One sentence: why no address is made, and what can be done."""
    return _(_REFUSED[refused.code], **refused.details)
