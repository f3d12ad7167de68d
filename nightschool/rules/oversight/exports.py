"""Large tables somebody asked for: how long they are kept, how far they are, and what is told of them."""

from datetime import datetime, timedelta
from enum import StrEnum

from nightschool.errors import Refused
from nightschool.rules.errands import GOING_ON
from nightschool.rules.slots import Now
from nightschool.texts import N_, _

EXPORT_KEPT_FOR = timedelta(days=1)
MOST_CLASSES_OUT = 200_000  # class sessions: a city's year, and a file that an office's computer still opens


MOST_POSTERS_OUT = (
    2_000  # of a prefecture's week; 1,600 of them are 5 MB, and take a gigabyte while they are set
)


class ExportStage(StrEnum):
    """Where an export stands, as its page tells it."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


def export_stage(state: str, *, has_content: bool, made_at: datetime, now: Now) -> ExportStage:
    """What is to be told of an export in this stored state."""
    if state in GOING_ON:
        return ExportStage.MAKING
    if not now.is_within(EXPORT_KEPT_FOR, made_at):
        return ExportStage.EXPIRED
    return ExportStage.READY if has_content else ExportStage.FAILED


_REFUSED = {
    "too_many_rows": N_("这一年有 %(n)d 次课，一张表放不下。点进下面一个地方，分开来要。"),
    "too_many_posters": N_("这七天有 %(n)d 次课，海报一次最多做 %(most)d 张。点进下面一个地方，分开来要。"),
    "no_posters": N_("今天起七天没有公布的课，没有海报要做。"),
    "nothing_to_export": N_("这一年还没有课。"),
}


def tell_export_refusal(refused: Refused) -> str:
    """One sentence: why there is no such table, and what to do."""
    return _(_REFUSED[refused.code], **refused.details)
