"""What a list of regions says about the regions already known: who is new, renamed, gone, back again.

A list is complete below every unit from which it branches out, and says nothing about anything else: Neijiang's list
names Sichuan only as the way to Neijiang. A day belongs to the map of the newest list that is not after it. So a unit
that an older list did not have begins on the new list's day, one that the new list has no more ends on the day
before, and what the first list names began on a day nobody knows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from nightschool.errors import Problem, Refused
from nightschool.rules.names import compared
from nightschool.rules.regions import (
    PREFIX_DIGITS,
    Level,
    RegionRow,
    RowFault,
    ancestors_of,
    display_name,
    level_of,
    parent_of,
    prefix_of,
)
from nightschool.texts import N_, _

_A_DAY = timedelta(days=1)

# Where a city or a province is missing, a list is missing; nobody founds or dissolves one between two lists.
_GIVEN = (Level.TOWNSHIP, Level.VILLAGE)  # whose codes are now and then given to another
_COMES_AND_GOES = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What is known of one region: its official names, each with the newest list that has it, and its days."""

    code: str
    official_name: str
    names: Mapping[str, date]
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def last_listed(self) -> date:
        """The day of the newest list that names it."""
        return max(self.names.values())

    @property
    def name(self) -> str:
        """The name as people say it."""
        return display_name(self.official_name, self.code)


def as_json(facts: RegionFacts) -> dict[str, Any]:
    """The facts as a list keeps them that may be withdrawn."""
    days = {"valid_from": facts.valid_from, "valid_to": facts.valid_to}
    return {
        "official_name": facts.official_name,
        "names": {name: day.isoformat() for name, day in facts.names.items()},
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def facts_of(code: str, kept: Mapping[str, Any]) -> RegionFacts:
    """The facts that `as_json` wrote."""
    return RegionFacts(
        code,
        kept["official_name"],
        {name: date.fromisoformat(day) for name, day in kept["names"].items()},
        **{name: date.fromisoformat(kept[name]) for name in ("valid_from", "valid_to") if name in kept},
    )


@dataclass(frozen=True, slots=True)
class GivenCode:
    """A code under which a list has a village that was known under another: it may be another village now."""

    code: str
    name: str  # as it is known
    listed: str  # as the list has it
    bore: str = ""  # the code that was called so until now
    bears: str = ""  # the code that the list calls what this one was called


@dataclass(frozen=True, slots=True)
class Merge:
    """What taking a list in would come to. `facts` holds every region whose facts differ from those known before."""

    as_of: date
    covered: tuple[str, ...]
    facts: Mapping[str, RegionFacts] = field(repr=False)
    problems: tuple[Problem, ...]
    new: frozenset[str] = field(repr=False)
    renamed: frozenset[str] = field(repr=False)
    revived: frozenset[str] = field(repr=False)
    ended: frozenset[str] = field(repr=False)
    unchanged: int = 0
    before: Mapping[str, RegionFacts] = field(default_factory=dict, repr=False)  # of `facts`, what was known
    given: tuple[GivenCode, ...] = ()  # not taken in

    @property
    def changed(self) -> frozenset[str]:
        """Known before, and shown otherwise from now on."""
        return self.renamed | self.revived


def merge(
    known: Mapping[str, RegionFacts],
    rows: Sequence[RegionRow],
    *,
    as_of: date,
    end_missing: bool,
    named: Iterable[str] = (),
    takes_given: bool = True,
) -> Merge:
    """The known regions with this list taken in; nothing is ever taken out, and a second time nothing differs.

    A row whose parent is neither known nor in the list is a problem and is left out, with all below it. With
    `end_missing`, what the list covers and does not name has ended; `named` are the codes that it names in rows which
    cannot be taken. An older list taken in later adds names and regions, and never overrules a newer one. Unless
    `takes_given`, codes that may have been given to another village are set apart and nothing is said of them.
    """
    given = () if takes_given else given_codes(known, rows, as_of=as_of)
    apart = {one.code for one in given}
    facts, problems = _take(known, [row for row in rows if row.code not in apart], as_of)
    listed = [row.code for row in rows if row.code in facts and row.code not in apart]
    covered = covered_by(row.code for row in rows if row.code in facts)
    if end_missing:
        skipped = {*named, *(row.code for row in rows)}.difference(listed)
        _end_missing(facts, listed, covered, as_of, skipped)
    differing = {code: found for code, found in facts.items() if known.get(code) != found}
    before = {code: known[code] for code in differing if code in known}
    return Merge(
        as_of=as_of,
        covered=covered,
        facts=differing,
        problems=tuple(sorted(problems, key=lambda problem: problem.line or 0)),
        new=frozenset(code for code in differing if code not in known),
        renamed=frozenset(
            code for code, old in before.items() if old.official_name != differing[code].official_name
        ),
        revived=frozenset(
            code
            for code, old in before.items()
            if old.valid_to is not None and differing[code].valid_to is None
        ),
        ended=frozenset(
            code
            for code, found in differing.items()
            if found.valid_to is not None and (code not in before or before[code].valid_to is None)
        ),
        unchanged=sum(
            code not in differing
            # Only the day of its newest list differs, or an older name came to light.
            or (code in before and replace(differing[code], names=before[code].names) == before[code])
            for code in listed
        ),
        before=before,
        given=given,
    )


def given_codes(
    known: Mapping[str, RegionFacts], rows: Sequence[RegionRow], *, as_of: date
) -> tuple[GivenCode, ...]:
    """The villages and townships that a list calls as another of the county was called, or whose name it gives away.

    Such a list has exchanged two codes, or given one to another village; or a village took over the name of one that
    is no more. Nobody but a person can tell: schools, registers and figures go by the code.
    """
    official = {row.code: row.name for row in rows if level_of(row.code) in _GIVEN}
    listed = {code: _called(code, name) for code, name in official.items()}
    called = {
        code: _called(code, found.official_name)
        for code, found in known.items()
        if found.valid_to is None and level_of(code) in _GIVEN
    }
    covered = tuple(prefix_of(top) for top in covered_by(row.code for row in rows))
    bore, bears = _by_name(called), _by_name(listed)
    given = []
    for code, now in sorted(listed.items()):
        before = called.get(code)
        if before in (None, now) or as_of < known[code].names[known[code].official_name]:
            continue
        if any(_called(code, name) == now for name in known[code].names):
            continue  # its own name of once
        was = [one for one in bore.get(now, ()) if one.startswith(covered) and listed.get(one) != now]
        is_now = [one for one in bears.get(before, ()) if called.get(one) != before] if before else []
        if was or is_now:
            names = known[code].name, display_name(official[code], code)
            given.append(GivenCode(code, *names, next(iter(was), ""), next(iter(is_now), "")))
    return tuple(given)


def _called(code: str, official_name: str) -> tuple[str, str]:
    """What a village or township is known by."""
    county = f"{level_of(code)} of {code[: PREFIX_DIGITS[Level.COUNTY]]}"
    return county, compared(display_name(official_name, code))


def _by_name(called: Mapping[str, tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    codes: dict[tuple[str, str], list[str]] = {}
    for code, name in called.items():
        codes.setdefault(name, []).append(code)
    return codes


def tell_given(given: GivenCode) -> str:
    """One sentence: what a code was called, what the list calls it, and who else bore or bears these names."""
    told = {"code": given.code, "name": given.name, "listed": given.listed}
    sentence = _("%(code)s 现在是%(name)s，名单里写的是%(listed)s。", **told)
    if given.bore:
        sentence += _("%(listed)s原来的代码是 %(other)s。", listed=given.listed, other=given.bore)
    if given.bears:
        sentence += _("名单里%(name)s的代码是 %(other)s。", name=given.name, other=given.bears)
    return sentence


def covered_by(listed: Iterable[str]) -> tuple[str, ...]:
    """The units a list is complete for: from each unit at its top down to where it first branches out."""
    codes = set(listed)
    below: dict[str, list[str]] = {}
    for code in codes:
        below.setdefault(parent_of(code) or "", []).append(code)
    roots = []
    for code in sorted(code for code in codes if codes.isdisjoint(ancestors_of(code))):
        while len(children := below.get(code, [])) == 1:
            [code] = children
        roots.append(code)
    return tuple(roots)


def _take(
    known: Mapping[str, RegionFacts], rows: Sequence[RegionRow], as_of: date
) -> tuple[dict[str, RegionFacts], list[Problem]]:
    """All regions, known and listed; and the rows without a parent."""
    facts, problems = dict(known), []
    has_former = any(found.valid_to is not None for found in known.values())
    charted = {parent for parent, days in _branchings(known).items() if min(days) < as_of}
    for row in sorted(rows, key=lambda row: row.code):  # a parent's code sorts before its children's
        parent = parent_of(row.code)
        if parent is not None and parent not in facts:
            problems.append(
                Problem(RowFault.PARENT_UNKNOWN, line=row.line, column=row.code_column, value=row.code)
            )
        elif row.code in facts:
            facts[row.code] = _listed_again(facts[row.code], row.name, as_of)
        else:
            first_day = _first_day(facts, known, charted, row.code, as_of)
            facts[row.code] = RegionFacts(row.code, row.name, {row.name: as_of}, valid_from=first_day)
        if has_former and row.code in facts:
            for above in ancestors_of(row.code):
                facts[above] = _revived(facts[above], as_of)
    return facts, problems


def _first_day(
    facts: Mapping[str, RegionFacts],
    known: Mapping[str, RegionFacts],
    charted: set[str | None],
    code: str,
    as_of: date,
) -> date | None:
    """The first day of a region met for the first time, None where nobody looked there before."""
    parent = parent_of(code)
    if parent is None:
        return None
    if parent not in known:
        return facts[parent].valid_from
    return as_of if parent in charted and level_of(code) in _COMES_AND_GOES else None


def _branchings(facts: Mapping[str, RegionFacts]) -> dict[str | None, set[date]]:
    """The days of the lists that name at least two units right below a region, and so were complete there."""
    named = Counter(
        (parent_of(code), day) for code, found in facts.items() for day in set(found.names.values())
    )
    days: dict[str | None, set[date]] = {}
    for (parent, day), count in named.items():
        if count > 1:
            days.setdefault(parent, set()).add(day)
    return days


def _listed_again(found: RegionFacts, name: str, as_of: date) -> RegionFacts:
    if compared(name) == compared(found.official_name):
        name = found.official_name  # a blank more is no other name
    names = {**found.names, name: max(as_of, found.names.get(name, as_of))}
    # Of two lists of one day the one read later counts: it is the correction.
    is_newest = as_of >= found.names[found.official_name]
    return _revived(
        replace(found, names=names, official_name=name if is_newest else found.official_name), as_of
    )


def _revived(found: RegionFacts, as_of: date) -> RegionFacts:
    is_back = found.valid_to is not None and found.valid_to < as_of
    return replace(found, valid_to=None) if is_back else found


def _end_missing(
    facts: dict[str, RegionFacts],
    listed: Sequence[str],
    covered: Sequence[str],
    as_of: date,
    skipped: Iterable[str],
) -> None:
    """Each region inside what is covered ends where the lists, this one and newer ones, have it no more.

    Of what stands in skipped rows, and of what it lies in, nothing is known.
    """
    named = {above for code in listed for above in (*ancestors_of(code), code)}
    unclear = {above for code in skipped for above in (*ancestors_of(code), code)} - named
    newest_map = {parent: max(days) for parent, days in _branchings(facts).items()}
    prefixes = tuple(prefix_of(root) for root in covered)
    for code in sorted(facts):  # a parent before its children, who may end with it
        if code.startswith(prefixes) and code not in covered and code not in unclear:
            found = facts[code]
            end_above = facts[parent].valid_to if (parent := parent_of(code)) else None
            ends = []
            if code not in named and found.last_listed < as_of:
                ends.append(as_of - _A_DAY)
            elif (
                found.last_listed < (newer := newest_map.get(parent, as_of))
                and level_of(code) in _COMES_AND_GOES
            ):
                ends.append(
                    newer - _A_DAY
                )  # this list is the old one: a newer one has the neighbours and not this
            if end_above is not None and found.last_listed <= end_above:
                ends.append(end_above)
            if ends:
                facts[code] = replace(found, valid_to=min([*ends, found.valid_to or date.max]))


_REFUSED = {
    "unknown_region": N_("没有 %(region)s 这个代码。先用 regions import 导入有它的名单。"),
    "own_successor": N_("%(region)s 不能由自己接替。写上并入了哪个村。"),
    "other_level": N_("%(region)s 和 %(other)s 不是同一级，村只能由村接替，镇只能由镇接替。"),
    "successor_cycle": N_("%(other)s 已经由 %(region)s 接替，不能再倒过来。"),
    "before_its_time": N_("名单里 %(region)s 从 %(day)s 才有，接替的日子要在这之后。"),
}


def tell_successor_refusal(refused: Refused) -> str:
    """One sentence: why a region cannot be followed by the other, and what would be right."""
    return _(_REFUSED[refused.code], **{name: str(value) for name, value in refused.details.items()})
