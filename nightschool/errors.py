"""What can be refused, as data. A rule turns each into a sentence; nothing here speaks to people itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


class NightSchoolError(Exception):
    """The root of every refusal this project makes on purpose."""


class NotAllowed(NightSchoolError):
    """The actor holds no posting that gives this verb in this region."""

    def __init__(self, verb: str, region_code: str | None) -> None:
        super().__init__(f"{verb} in {region_code}")
        self.verb = verb
        self.region_code = region_code


class NotFound(NightSchoolError):
    """No such record, or none that the asker may know of."""


class CannotSchedule(NightSchoolError):
    """The slots wanted are taken. Carries `rules.courses.conflicts.Conflict` values, in the order of their days."""

    def __init__(self, conflicts: Sequence[Any]) -> None:
        super().__init__(f"{len(conflicts)} conflict(s)")
        self.conflicts = tuple(conflicts)


class TooManyPhones(NightSchoolError):
    """Somebody has looked up as many telephone numbers in an hour as anybody needs to."""


class Frozen(NightSchoolError):
    """Nothing is taken in and nobody let in, after something has happened, until whoever holds the server says so."""


class LostErrand(NightSchoolError):
    """Another has taken up this errand, or it has ended; nothing was written."""


class StaleRecord(NightSchoolError):
    """Somebody else saved this record since it was read; nothing was written."""

    def __init__(self, what: str, seen_version: int, current_version: int) -> None:
        super().__init__(f"{what}: version {seen_version} read, {current_version} stored")
        self.what = what
        self.seen_version = seen_version
        self.current_version = current_version


class Refused(NightSchoolError):
    """A rule says no. `code` names the rule, `details` carry what its sentence needs, `field` where it belongs.

    `others`: what else is wrong with the same, so that all of it can be told at once.
    """

    def __init__(self, code: str, *, field: str | None = None, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.details = details
        self.others: tuple[Refused, ...] = ()


class VillageEnded(NightSchoolError):
    """Nothing new comes into this village after its last day; `successor` is empty where nobody stands for it."""

    def __init__(self, village: str, ended_on: date, *, successor_code: str, successor: str) -> None:
        super().__init__(f"{village} ended on {ended_on}")
        self.village = village
        self.ended_on = ended_on
        self.successor_code = successor_code
        self.successor = successor


def refuse_all(problems: Iterable[Refused]) -> None:
    """Raises the first of these, with the others; nothing where there is none."""
    if found := tuple(problems):
        found[0].others = found[1:]
        raise found[0]


def told_together(*checks: Callable[[], object]) -> None:
    """Raises what any of these raises, all at once."""
    problems: list[Refused] = []
    for check in checks:
        try:
            check()
        except Refused as refused:
            problems += (refused, *refused.others)
    refuse_all(problems)


class Unreadable(NightSchoolError):
    """A sealed value does not open: the key is lost, or it is damaged, or another row's."""


class NewerDatabase(NightSchoolError):
    """The database was last used by a newer version of this program."""


class ConfigurationError(NightSchoolError):
    """A setting, key or file is missing or unfit; the message says what to mend."""


class UnfitKeys(ConfigurationError):
    """What should be the keys of this installation is not the content of a key file."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in something handed in: where it stands, what it says, and the code of why."""

    code: str
    line: int | None = None
    column: str | None = None
    value: str = ""
