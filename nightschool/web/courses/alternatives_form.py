"""What single dates of a course have otherwise, as pages write it into buttons and hidden fields, and read it again."""

import re
from datetime import date
from typing import Any

from wtforms import Field

from nightschool.rules.courses.previews import WayOut
from nightschool.rules.courses.proposals import AS_THE_REST, Instead
from nightschool.rules.courses.recurrence import MOST_DATES
from nightschool.rules.slots import Slot

_MOST_CHANGES = 3  # of one date: time, place, teachers
_LONGEST_CHANGE = 400
LEFT_OUT = "out"


class DaysField(Field):
    """Days as the page itself wrote them, 2026-11-27; anything else is left out."""

    data: tuple[date, ...]

    def process_data(self, value: Any) -> None:
        self.data = tuple(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        found = []
        for text in valuelist[:MOST_DATES]:
            try:
                found.append(date.fromisoformat(str(text)[:10]))
            except ValueError:
                continue
        self.data = tuple(dict.fromkeys(found))


class InsteadField(Field):
    """What single dates have otherwise, as the page itself wrote it: "2026-11-27 venue …"; else it is left out."""

    data: dict[date, Instead]

    def process_data(self, value: Any) -> None:
        self.data = dict(value or {})

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = {}
        for text in valuelist[: MOST_DATES * _MOST_CHANGES]:
            self.choose(str(text))

    def choose(self, text: str) -> None:
        """This as well; for the same date and thing it has the last word."""
        day = read_day(text[:10])
        instead = read_instead(text[11:])
        if day is not None and instead is not None:
            self.data[day] = self.data.get(day, AS_THE_REST).and_also(instead)

    @property
    def written(self) -> list[str]:
        """Hidden values that say it again."""
        return [f"{day.isoformat()} {part}" for day, own in self.data.items() for part in write_instead(own)]


def read_slot(text: str) -> Slot | None:
    """A slot as the pages write it into a button, "2026-11-27 1140 1230"; None for anything else."""
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{1,4}) ([0-9]{1,4})", text[:24])
    try:
        return Slot(date.fromisoformat(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def read_day(text: str) -> date | None:
    """A day as the pages write it, 2026-11-27; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def read_instead(text: str) -> Instead | None:
    """What is otherwise, as `write_instead` writes it; None for anything else."""
    slot = read_slot(text)
    if slot is not None:
        return Instead(slot=slot)
    what, _space, keys = text[:_LONGEST_CHANGE].partition(" ")
    if what == "venue" and keys:
        return Instead(venue=keys)
    if what == "teachers" and keys:
        return Instead(teachers=tuple(keys.split(",")))
    return None


def write_instead(instead: Instead) -> list[str]:
    """What is otherwise, as the pages write it into buttons and hidden fields, one text for each thing."""
    written = []
    if (slot := instead.slot) is not None:
        written.append(f"{slot.day.isoformat()} {slot.starts} {slot.ends}")
    if instead.venue is not None:
        written.append(f"venue {instead.venue}")
    if instead.teachers is not None:
        written.append(f"teachers {','.join(instead.teachers)}")
    return written


def button_value(choice: WayOut) -> str:
    """What a button says that stands for this choice."""
    return LEFT_OUT if choice.leaves_out else write_instead(choice.instead)[0]
