"""Small counts are not shown, nor what would let them be worked out: which regions of a tree may show theirs.

A region shows its count only where the one above it shows its own; below a region that shows none nobody does. So all
that can be worked out is, of each region that shows its count, what those below it that do not come to together; and
that is always five people or more, of two or more regions, and less than all who came there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

LEAST = 5  # people; fewer are not shown


@dataclass
class CountedRegion:
    """What a region counts of one kind of people, and of all who came there, which is no secret.

    Where nobody came it is known that nobody of the kind did: such a region hides nothing, and helps no other to hide.
    """

    people: int  # 人数 of the kind; who came in two parts is one in each, and one of both
    attendances: int  # 人次
    all_people: int
    all_attendances: int
    classes: int
    parts: dict[str, CountedRegion] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Nobody came."""
        return self.all_people == 0


def may_tell(root: str, tree: CountedRegion) -> frozenset[str]:
    """The codes of those that show their count."""
    found: set[str] = set()
    if _may_show(tree):
        found.add(root)
        hidden = _hidden(tree) or frozenset()
        for code, part in tree.parts.items():
            if code not in hidden and not part.is_known:
                found |= may_tell(code, part)
    return frozenset(found)


def _may_show(one: CountedRegion) -> bool:
    return one.people >= LEAST and _hidden(one) is not None


def _hidden(one: CountedRegion) -> frozenset[str] | None:
    """The parts that do not show their count while this does; None: whatever is hidden, it would give some away."""
    open_parts = {code: part for code, part in one.parts.items() if not part.is_known}
    hidden = {code for code, part in open_parts.items() if not _may_show(part)}
    if not hidden:
        return frozenset()
    small = all(open_parts[code].people < LEAST for code in hidden)
    # Those with the fewest are hidden besides, until nothing can be worked out.
    for code in sorted(open_parts.keys() - hidden, key=lambda code: (open_parts[code].people, code)):
        if _is_safe(one, [open_parts[code] for code in hidden], small=small):
            return frozenset(hidden)
        hidden.add(code)
        small = False
    return frozenset(hidden) if _is_safe(one, [open_parts[code] for code in hidden], small=small) else None


def _is_safe(one: CountedRegion, hidden: Sequence[CountedRegion], *, small: bool) -> bool:
    """Each of them could as well be another number, for all that is shown. `small`: each is known to be below five."""
    rest = [part for part in one.parts.values() if not any(part is other for other in hidden)]
    people = one.people - sum(part.people for part in rest)
    attendances = one.attendances - sum(part.attendances for part in rest)
    most = LEAST - 1 if small else max(one.all_people, LEAST)
    most_people = sum(min(part.all_people, most) for part in hidden)
    most_attendances = sum(min(part.all_attendances, most * part.classes) for part in hidden)
    return len(hidden) > 1 and LEAST <= people < most_people and 0 < attendances < most_attendances
