"""Errands: what was asked for on a page and is done after the answer, by whoever is alive and takes it up."""

from datetime import timedelta
from enum import StrEnum

# Whoever is at an errand says so more often than this; after that time another takes it up.
LEASE = timedelta(minutes=1)
AGAIN_AFTER = timedelta(seconds=10)  # one that failed is tried again
MOST_TURNS = (
    3  # in which it is not done, be it that it fails or that whoever is at it dies: then it has failed
)


class ErrandKind(StrEnum):
    """What is done."""

    CLASSES = "classes"  # a region's year as a table
    POSTERS = "posters"  # of a region's next days
    ROTA = "rota"  # is found
    MEND = "mend"  # a rota is mended
    REGIONS = "regions"  # a list of them is taken in
    PEOPLE = "people"  # a list of them is taken in


class ErrandState(StrEnum):
    """Where an errand stands."""

    OPEN = "open"  # somebody is at it, or will be soon
    STOPPING = "stopping"  # somebody has had enough; what was found so far is kept
    DONE = "done"
    FAILED = "failed"


GOING_ON = frozenset({ErrandState.OPEN, ErrandState.STOPPING})
