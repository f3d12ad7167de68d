"""Labels: units that organise classes (主办, 协办) and campaigns that classes belong to, kept in lists of a region.

A class bears as many as it has, and counts for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from nightschool.errors import Refused
from nightschool.rules.names import compared, finder
from nightschool.texts import N_, _

T = TypeVar("T")

MOST_OF_A_KIND = 8  # that one class bears
LONGEST_LABEL = 60


class LabelKind(StrEnum):
    """What a list of labels is of."""

    UNIT = "unit"
    CAMPAIGN = "campaign"


class LabelRole(StrEnum):
    """What a label is to a class."""

    HOST = "host"
    HELPER = "helper"
    CAMPAIGN = "campaign"


_ROLE_WORDS = {
    LabelRole.HOST: N_("主办"),
    LabelRole.HELPER: N_("协办"),
    LabelRole.CAMPAIGN: N_("专项活动"),
}
KIND_OF = {
    LabelRole.HOST: LabelKind.UNIT,
    LabelRole.HELPER: LabelKind.UNIT,
    LabelRole.CAMPAIGN: LabelKind.CAMPAIGN,
}
# Campaigns of the years since 2016 in Sichuan, to begin a list with; the list is the region's own.
WELL_KNOWN_CAMPAIGNS = N_("感恩奋进、法律七进、树新风、四好村、农村家庭能人计划、十爱·德耀甜城")


@dataclass(frozen=True, slots=True)
class Labels(Generic[T]):
    """What a class bears, in order: by public ids as chosen in a form, by numbers as stored."""

    hosts: tuple[T, ...] = ()
    helpers: tuple[T, ...] = ()
    campaigns: tuple[T, ...] = ()

    @property
    def by_role(self) -> Mapping[LabelRole, tuple[T, ...]]:
        """The same by what each is to the class; who hosts need not be named as helping too."""
        helpers = tuple(one for one in self.helpers if one not in self.hosts)
        return {
            LabelRole.HOST: self.hosts,
            LabelRole.HELPER: helpers,
            LabelRole.CAMPAIGN: self.campaigns,
        }

    def turned(self, into: Callable[[T], Any]) -> Labels[Any]:
        """The same labels by another name of each."""
        by_role = self.by_role
        return Labels(*(tuple(dict.fromkeys(map(into, by_role[role]))) for role in LabelRole))


def labels_from(borne: Iterable[tuple[str, Any]]) -> Labels[Any]:
    """What a class bears, of pairs of a role and a label in their order."""
    pairs = list(borne)
    return Labels(*(tuple(label for at, label in pairs if at == role) for role in LabelRole))


NO_LABELS: Labels[Any] = Labels()


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """One label that a village can choose."""

    public_id: str
    name: str
    search_keys: str
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """A label as it is written down."""

    name: str
    is_retired: bool = False


def split_names(text: str) -> tuple[str, ...]:
    """The names in a text, each once: a line each, or set apart by commas."""
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[、，,;；\n\t]", text)))))


def find_label(typed: str, among: Sequence[LabelChoice]) -> LabelChoice:
    """The one that is meant: by its name, by a part of it, or by its pinyin, whole, in initials or in part.

    Raises Refused with `unknown_label`, or with `several_labels` and the `names` that fit.
    """
    fits, plain = finder(typed), compared(typed)
    # The closest first: 农机站 is meant by nongji too, though the list says 县农机站.
    ways: tuple[Callable[[LabelChoice], bool], ...] = (
        lambda one: compared(one.name) == plain,
        lambda one: plain in one.search_keys.split(),
        lambda one: fits(one.name, one.search_keys),
        lambda one: plain.isascii() and any(plain in key for key in one.search_keys.split()),
    )
    tried = ([one for one in among if way(one)] for way in ways)
    found = next((some for some in tried if some), [])
    if not found:
        raise Refused("unknown_label", typed=typed)
    if len(found) > 1:
        raise Refused("several_labels", typed=typed, names=[one.name for one in found])
    return found[0]


_REFUSED = {
    "unknown_label": N_("单位名单里没有「%(typed)s」。换个写法，或者先加进名单。"),
    "several_labels": N_("「%(typed)s」有几个：%(names)s。写全一点。"),
    "too_many_labels": N_("最多写 %(most)d 个。"),
    "name_missing": N_("还没写名字。"),
    "label_too_long": N_("名字最多 %(longest)d 个字：%(typed)s"),
    "same_label": N_("「%(typed)s」名单里已经有了。"),
}


def tell_refused_label(refused: Refused) -> str:
    """One sentence: why this label is not found or not kept, and what can be done."""
    names = refused.details.get("names", ())
    shown = _("、").join(names[:6]) + (_("……") if len(names) > 6 else "")
    return _(
        _REFUSED[refused.code],
        typed=refused.details.get("typed", ""),
        names=shown,
        most=MOST_OF_A_KIND,
        longest=LONGEST_LABEL,
    )


def label_role_word(role: str) -> str:
    """What a label is to a class, in the current language."""
    return _(_ROLE_WORDS[LabelRole(role)])


def tell_organisers(labels: Labels[str]) -> str:
    """主办：县农业农村局；协办：县妇联; empty where nobody but the village organises."""
    told = [
        _("%(role)s：%(names)s", role=label_role_word(role), names=_("、").join(labels.by_role[role]))
        for role in (LabelRole.HOST, LabelRole.HELPER)
        if labels.by_role[role]
    ]
    return _("；").join(told)
