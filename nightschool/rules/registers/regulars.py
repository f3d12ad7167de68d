"""Guests who keep coming, and with which group they are written down as learners."""

from nightschool.errors import Refused
from nightschool.texts import N_, _

LOOKED_BACK_DAYS = 200
_OFTEN = 3


def is_regular(visits: int) -> bool:
    """True for who came so often that it is worth asking whether they belong to the roster."""
    return visits >= _OFTEN


def group_of_guest(home: str) -> str:
    """Under which group a guest of this home is written down: their village or group as it was said."""
    return home or _("外来")


_REFUSED = {
    "no_visits": N_("「%(name)s」的名字已经不在登记里了。打开那节课看看。"),
    "same_name": N_("%(group)s名单上已经有%(name)s。是同一个人，就在课上勾他，把外来的名字删掉。"),
}


def tell_refused_regular(refused: Refused) -> str:
    """One sentence: why this guest was not taken onto the roster."""
    return _(_REFUSED[refused.code], **refused.details)
