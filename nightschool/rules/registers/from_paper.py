"""The register from paper: row numbers of the sign-in sheet, or a list of names as it was passed round."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from nightschool.errors import Refused
from nightschool.rules.names import compared
from nightschool.rules.numerals import NUMERALS, number_of
from nightschool.rules.people.people import group_number
from nightschool.rules.registers.attendance import WrittenGuest, read_list
from nightschool.texts import N_, _

_MOST_UNNAMED = 999
_NUMERAL = f"[{NUMERALS}]+"
_ONLY_NUMBERS = re.compile(rf"(?:[0-9{NUMERALS}号第到至人个+~,、;。.\-]|\s)*")
_RANGE = re.compile(r"([0-9]+)\s*[-~到至]\s*([0-9]+)")
_MORE = re.compile(r"\+\s*([0-9]{1,3})\s*(?:人|个|位)?")
_APART = re.compile(r"[\s,、;。.]+")
_DASHES = re.compile("[‐-―−－~～〜]+")


@dataclass(frozen=True, slots=True)
class SheetNumbers:
    """Row numbers, the smallest first, and how many came besides who stand in none."""

    numbers: tuple[int, ...]
    unnamed: int = 0


@dataclass(frozen=True, slots=True)
class OnRoster:
    """Somebody the register knows, as far as a name on paper can mean them."""

    public_id: str
    name: str
    group_name: str


@dataclass(frozen=True, slots=True)
class Namesakes:
    """A name on paper that several on the roster bear, and nothing beside it tells which."""

    name: str
    people: tuple[OnRoster, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a paper says: who of the roster came, who walked in, and whom to ask about."""

    present: tuple[str, ...] = ()  # public ids, each once
    guests: tuple[WrittenGuest, ...] = ()
    unnamed: int = 0
    namesakes: tuple[Namesakes, ...] = ()


def is_rows(text: str) -> bool:
    """True for a text of numbers, which names no one."""
    plain = _plain(text)
    return bool(_ONLY_NUMBERS.fullmatch(plain)) and bool(re.search(rf"[0-9{NUMERALS}]", plain))


def read_rows(text: str, *, last: int) -> SheetNumbers:
    """「1-14、17，22 +3」: the row numbers up to the `last` of the sheet; a number behind a plus came besides.

    Raises: Refused with `no_sheet` where there is no sheet, with `no_such_row` and the `number`, or with `too_many`.
    """
    plain = re.sub(_NUMERAL, lambda found: str(number_of(found[0]) or 0), _plain(text)).replace("号", " ")
    unnamed = sum(int(found) for found in _MORE.findall(plain))
    numbers: set[int] = set()
    rest = _MORE.sub(" ", plain)
    for first, to in _RANGE.findall(rest):
        low, high = sorted((int(first), int(to)))
        _check_row(high, last)
        numbers.update(range(low, high + 1))
    for word in _APART.split(_RANGE.sub(" ", rest).replace("第", " ")):
        if word.isdigit():
            numbers.add(int(word))
    for number in sorted(numbers):
        _check_row(number, last)
    if unnamed > _MOST_UNNAMED:
        raise Refused("too_many", field="paper", number=unnamed)
    return SheetNumbers(tuple(sorted(numbers)), unnamed)


def recognise(text: str, roster: Iterable[OnRoster]) -> Recognised:
    """A list of names, or what came of passing it round in WeChat (接龙), beside the roster.

    A name means whoever bears it; of several the one of the group written beside it. Where that does not tell, it is
    asked. A name with another village beside it, or that nobody bears, walked in; 「+2」 are two more without names.
    Raises: Refused as `read_list` does.
    """
    bearers: dict[str, list[OnRoster]] = defaultdict(list)
    for one in roster:
        bearers[compared(one.name)].append(one)
    lines, unnamed = _lines_of(text)
    present: dict[str, None] = {}
    guests: dict[WrittenGuest, None] = {}
    asked: dict[str, Namesakes] = {}
    for written in map(_with_group, read_list("\n".join(lines))):
        found, is_certain = _meant(written, bearers)
        if is_certain:
            present[found[0].public_id] = None
        elif found:
            asked[compared(written.name)] = Namesakes(written.name, tuple(found))
        else:
            guests[written] = None
    return Recognised(tuple(present), tuple(guests), unnamed, tuple(asked.values()))


def of_rows(
    rows: SheetNumbers, learners: Mapping[int, str], *, gone: Iterable[tuple[int, str]] = ()
) -> Recognised:
    """The same of row numbers: `learners` stand in them, and who is `gone` from the roster since came as a guest.

    A row that was printed blank is somebody who walked in and whose name is not read.
    """
    left = {number: name for number, name in gone if number in rows.numbers}
    present = dict.fromkeys(
        learners[number] for number in rows.numbers if number in learners and number not in left
    )
    blank = sum(number not in learners for number in rows.numbers)
    return Recognised(tuple(present), tuple(map(WrittenGuest, left.values())), rows.unnamed + blank)


def _with_group(written: WrittenGuest) -> WrittenGuest:
    """A group that is written together with the name, 刘国富1组 or 1组刘国富, stands beside it."""
    if not written.home and (found := _GROUP_BESIDE.fullmatch(written.name)):
        return WrittenGuest(found["after"] or found["before"], found["group"] or found["of"])
    return written


def _meant(written: WrittenGuest, bearers: Mapping[str, list[OnRoster]]) -> tuple[list[OnRoster], bool]:
    """Whom the name can mean, and whether it is certain. With another village beside it, it means nobody here."""
    found = bearers.get(compared(written.name), [])
    if not written.home:
        return found, len(found) == 1
    number = group_number(written.home)
    in_group = [
        one
        for one in found
        if compared(one.group_name) == compared(written.home)
        or (number and number == group_number(one.group_name))
    ]
    if in_group:
        return in_group, len(in_group) == 1
    return (found if number else []), False


_GROUP_BESIDE = re.compile(
    rf"(?P<before>.+?)(?P<group>(?:[0-9]+|{_NUMERAL})[组社队])|(?P<of>(?:[0-9]+|{_NUMERAL})[组社队])(?P<after>.+)"
)
_NUMBERED = re.compile(r"^\s*[0-9]{1,4}\s*[.、):．]\s*(?=\S)")
_SAID = re.compile(r"^\s*(?:#|例[\s:]|@)")
_BEHIND = re.compile(r"\s*(?:\+|带|加)\s*([0-9]{1,2})\s*(?:人|个|位)?\s*$|\s+([0-9]{1,2})\s*人\s*$")


def _lines_of(text: str) -> tuple[list[str], int]:
    """The lines that name people, without what stands above and between them; and how many were only counted."""
    lines = [line for line in _plain(text, keep_lines=True).split("\n") if line.strip()]
    numbered = [line for line in lines if _NUMBERED.match(line)]
    if len(numbered) > 1 or (numbered and any(map(_SAID.match, lines))):
        lines = [_NUMBERED.sub("", line) for line in numbered]
    else:
        lines = [line for line in lines if not _SAID.match(line)]
    unnamed, kept = 0, []
    for line in lines:
        if more := _BEHIND.search(line):
            count = int(more[1] or more[2])
            unnamed += count if more[1] else max(count - 1, 0)
            line = line[: more.start()]
        kept.append(line)
    return kept, unnamed


def _plain(text: str, *, keep_lines: bool = False) -> str:
    plain = normalize("NFKC", text)
    return plain if keep_lines else _DASHES.sub("-", plain)


def _check_row(number: int, last: int) -> None:
    if not last:
        raise Refused("no_sheet", field="paper")
    if not 0 < number <= last:
        raise Refused("no_such_row", field="paper", number=number, last=last)


_REFUSED = {
    "no_sheet": N_("这节课还没打过签到簿，序号对不上人。先打签到簿，或者写名字。"),
    "no_such_row": N_("签到簿上是 1 到 %(last)d 号，没有 %(number)d 号。看看是不是写错了。"),
    "too_many": N_("没写名字的写了 %(number)d 个，是不是写错了？"),
}


def tell_refused_paper(refused: Refused) -> str:
    """One sentence: what of the text is no row of this sheet."""
    return _(_REFUSED[refused.code], **refused.details)
