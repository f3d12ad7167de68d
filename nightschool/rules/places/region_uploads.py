"""A list of regions somebody uploaded: how long it is kept, how far it is, and why it cannot be taken in."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from nightschool.errors import Refused
from nightschool.rules.almanac import day_with_year
from nightschool.rules.errands import GOING_ON, ErrandState
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
    DONE = "done"
    FAILED = "failed"  # begun again it goes on


def upload_stage(state: str | None, *, has_content: bool, made_at: datetime, now: Now) -> UploadStage:
    """What is to be told of an upload whose errand stands so; None: it was never begun."""
    if state in GOING_ON:
        return UploadStage.GOING_ON
    if state == ErrandState.DONE:
        return UploadStage.DONE
    if not has_content or not now.is_within(UPLOAD_KEPT_FOR, made_at):
        return UploadStage.EXPIRED
    return UploadStage.FAILED if state else UploadStage.WAITING


_REFUSED = {
    "upload_expired": N_("这份名单传上来一天多了，内容已经删掉。重新传一次。"),
    "upload_going_on": N_("这份名单正在导入，不用再点。"),
    "other_going_on": N_("另一份名单正在导入，等它完了再来。"),
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
