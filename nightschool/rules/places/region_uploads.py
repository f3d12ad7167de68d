"""A list of regions somebody uploaded: how long it is kept, how far it is, and why it cannot be taken in."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from nightschool.errors import Refused
from nightschool.rules.almanac import day_with_year
from nightschool.rules.errands import goes_on
from nightschool.rules.slots import Now
from nightschool.texts import N_, _

UPLOAD_KEPT_FOR = timedelta(days=1)
MOST_SAMPLES = 20
MOST_PROBLEMS = 50


class UploadStage(StrEnum):
    """Where an uploaded list stands, as a page tells it."""

    WAITING = "waiting"  # looked through, not taken in yet
    EXPIRED = "expired"  # its content is kept no longer
    GOING_ON = "going_on"
    BROKEN_OFF = "broken_off"  # the process that ran it is gone; begun again it goes on
    DONE = "done"
    FAILED = "failed"  # begun again it goes on


def upload_stage(
    state: str, *, has_content: bool, made_at: datetime, changed_at: datetime, is_running: bool, now: Now
) -> UploadStage:
    """What is to be told of an upload in this stored state; `is_running`: this process is at it."""
    if state == "done":
        return UploadStage.DONE
    if state == "applying":
        still = goes_on(changed_at, is_running=is_running, now=now)
        return UploadStage.GOING_ON if still else UploadStage.BROKEN_OFF
    if not has_content or not now.is_within(UPLOAD_KEPT_FOR, made_at):
        return UploadStage.EXPIRED
    return UploadStage.FAILED if state == "failed" else UploadStage.WAITING


_REFUSED = {
    "upload_expired": N_("这份名单传上来一天多了，内容已经删掉。重新传一次。"),
    "upload_going_on": N_("这份名单正在导入，不用再点。"),
    "upload_done": N_("这份名单已经导入了。"),
    "nothing_to_withdraw": N_("没有可以撤回的名单：已经撤回了，或者后来又导入过一份。"),
    "bad_rows": N_("有读不了的行。改好表重新传，或者勾上跳过这些行。"),
}


def tell_upload_refusal(refused: Refused) -> str:
    """One sentence: why the list is not taken in now, and what to do."""
    return _(_REFUSED[refused.code])


def tell_withdrawn(as_of: date, *, restored: int, gone: int, kept: int) -> str:
    """One sentence: what became of a list that was withdrawn."""
    return _(
        "%(day)s 的名单撤回了：%(restored)d 处回到导入以前，去掉 %(gone)d 处，%(kept)d 处已经有人在用，留着。",
        day=day_with_year(as_of),
        restored=restored,
        gone=gone,
        kept=kept,
    )
