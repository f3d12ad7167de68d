"""Records put away and brought back: their words, and what still stands on one that is to go."""

from dataclasses import dataclass
from enum import StrEnum

from nightschool.errors import Refused
from nightschool.rules.slots import Slot
from nightschool.texts import N_, _, counted


class RecordKind(StrEnum):
    """What can be put away."""

    LEARNER = "learner"
    TEACHER = "teacher"
    VENUE = "venue"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class StillBooked:
    """A class session to come that counts on a record. Of another village's draft only when and where are known."""

    slot: Slot
    village_code: str
    village: str
    title: str
    class_session: str  # public id


@dataclass(frozen=True, slots=True)
class Seat:
    """A cohort in which a learner has a seat, or waits for one."""

    course: str  # public id
    title: str
    is_waiting: bool


RETIRE = {
    RecordKind.LEARNER: N_("%(name)s不再来了"),
    RecordKind.TEACHER: N_("%(name)s不再请了"),
    RecordKind.VENUE: N_("%(name)s不再用了"),
    RecordKind.COURSE: N_("收起%(name)s"),
}

BRING_BACK = {
    RecordKind.LEARNER: N_("请回来"),
    RecordKind.TEACHER: N_("请回来"),
    RecordKind.VENUE: N_("再用起来"),
    RecordKind.COURSE: N_("放回来"),
}

MEANING = {
    RecordKind.LEARNER: N_("以后点名不列这个人。上过的课都还记着，随时可以请回来。"),
    RecordKind.TEACHER: N_("以后排课不列这位老师。讲过的课都还记着，随时可以请回来。"),
    RecordKind.VENUE: N_("以后排课不列这个地方。在这里上过的课都还记着，随时可以再用起来。"),
    RecordKind.COURSE: N_("课程里不再列出来。上过的课和到课登记都还在，随时可以放回来。"),
}

RETIRED = {
    RecordKind.LEARNER: N_("%(name)s不再来了，以后点名不列这个人。"),
    RecordKind.TEACHER: N_("%(name)s不再请了，以后排课不列出来。"),
    RecordKind.VENUE: N_("%(name)s不再用了，以后排课不列出来。"),
    RecordKind.COURSE: N_("%(name)s收起来了。"),
}

BACK = {
    RecordKind.LEARNER: N_("%(name)s又在名单上了，点名会列出来。"),
    RecordKind.TEACHER: N_("%(name)s又可以请了，排课会列出来。"),
    RecordKind.VENUE: N_("%(name)s又可以排课了。"),
    RecordKind.COURSE: N_("%(name)s放回课程里了。"),
}


def tell_refused_retiring(refused: Refused, kind: RecordKind, name: str) -> str:
    """One sentence: why this record is not put away or brought back yet, and what can be done."""
    match refused.code:
        case "still_booked":
            n = len(refused.details["sessions"])
            if kind is RecordKind.TEACHER:
                return counted("还有 %(n)d 次课排着%(name)s：", n, name=name)
            return counted("%(name)s还排着 %(n)d 次课：", n, name=name)
        case "still_seated":
            return _("%(name)s还在这些班里。不再来了，位子就空出来，排队的不再排：", name=name)
        case "still_coming":
            n = len(refused.details["sessions"])
            return counted(
                "%(name)s还有 %(n)d 次课没上，上完或者取消了才能收起：",
                n,
                name=name,
            )
        case "not_gone_yet":
            return _("这一天还没到。填今天或以前的日子。")
        case "merged":
            return _("%(name)s已经并到另一份里了，要分开就撤销合并。", name=name)
    raise ValueError(refused.code)
