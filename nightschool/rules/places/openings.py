"""Night schools opened many at once: the villages to choose from, and what is said about each."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nightschool.rules.names import compared
from nightschool.rules.regions import village_readings


@dataclass(frozen=True, slots=True)
class VillageToOpen:
    """One living village."""

    code: str
    name: str
    has_school: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """One village that gets its night school. Without a name of its own the login name is made from the village's."""

    village_code: str
    village: str
    display_name: str
    title: str = ""
    contact_phone: str = ""  # public: where villagers phone
    names_a_person: bool = True  # False: the name is only "the coordinator of this village"
    account: str = ""  # public id: of those called so who have one this is meant
    is_another: bool = False  # than all who are called so
    is_of_above: bool = False  # the same person as in a village above


@dataclass(frozen=True, slots=True)
class PastedLine:
    """What a line of a pasted list says of the coordinator of its village, each as it was written."""

    display_name: str
    title: str
    contact_phone: str


_CODE = re.compile(r"(?<![0-9])[1-9][0-9]{11}(?![0-9])")
_PHONE = re.compile(r"\+?[0-9][0-9 ()（）-]{5,}[0-9]")
_CELL = re.compile(rf"{_CODE.pattern}|{_PHONE.pattern}|(?:(?!{_PHONE.pattern})[^\s,，;；、|:：])+")
_TITLE = re.compile("书记|文书|主任|干部|村官|委员|专干|会计|校长")
_HEAD = re.compile("村|村名|姓名|电话")


def read_pasted(
    text: str, villages: Sequence[VillageToOpen]
) -> tuple[dict[str, PastedLine], tuple[str, ...]]:
    """What a list says of the villages, by their codes; and its lines in which none of them stands.

    A line is what a table or a chat has: the village by its name or code, and in any order a name, a post, a phone.
    A line of headings is passed over.
    """
    called: defaultdict[str, set[str]] = defaultdict(set)
    for village in villages:
        called[village.code].add(village.code)
        for reading in village_readings(village.name):
            if len(reading) == 1:
                called[compared(reading[0])].add(village.code)
    found: dict[str, PastedLine] = {}
    unknown: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        cells = _cells(line)
        ones = ((at, called[key]) for at, cell in enumerate(cells) for key in _keys(cell))
        at, codes = next(((at, codes) for at, codes in ones if len(codes) == 1), (0, set()))
        if codes:
            found[next(iter(codes))] = _read(cells[:at] + cells[at + 1 :])
        elif not any(map(_HEAD.fullmatch, cells)):
            unknown.append(line.strip())
    return found, tuple(unknown)


def _cells(line: str) -> list[str]:
    cells = line.split("\t") if "\t" in line else _CELL.findall(line)
    return [cell.strip() for cell in cells if cell.strip()]


def _keys(cell: str) -> Iterator[str]:
    if _CODE.fullmatch(cell):
        yield cell
    yield from (compared(reading[-1]) for reading in village_readings(cell) if len(reading[-1]) > 1)


def _read(cells: Sequence[str]) -> PastedLine:
    phones = [cell for cell in cells if _PHONE.fullmatch(cell)]
    words = [
        cell for cell in cells if cell not in phones and not cell.isdecimal() and not _CODE.fullmatch(cell)
    ]
    names = [word for word in words if not _TITLE.search(word)] or words
    name = names[0] if names else ""
    return PastedLine(name, " ".join(word for word in words if word != name), " ".join(phones))
