"""A village that was merged: what its successor takes over, until when that can be put back, and the words for both."""

from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

from nightschool.errors import Refused, refuse_all
from nightschool.rules.almanac import day_with_year
from nightschool.texts import N_, _, counted

PUT_BACK_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much a village has that another can take over."""

    learners: int
    teachers: int
    venues: int
    courses: int
    sessions: int  # to come
    questions: int  # open
    wishes: int
    offers: int  # of teachers, that can still be answered

    @property
    def code(self) -> str:
        """Another one as soon as there is more or less of something."""
        return "-".join(map(str, astuple(self)))

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to take over."""
        return not any(astuple(self))


def put_back_until(made_at: datetime) -> datetime:
    """From this instant on it stays as it is."""
    return made_at + PUT_BACK_FOR


def tell_belongings(found: Belongings) -> tuple[str, ...]:
    """What there is, a line a kind; kinds of which there is nothing are left out."""
    lines = (
        (found.learners, counted("学员 %(n)d 人", found.learners)),
        (found.teachers, counted("老师 %(n)d 位", found.teachers)),
        (found.venues, counted("场地 %(n)d 处", found.venues)),
        (found.courses, counted("课程 %(n)d 门", found.courses)),
        (found.sessions, counted("还没上的课 %(n)d 次", found.sessions)),
        (found.questions, counted("没答的问题 %(n)d 个", found.questions)),
        (found.wishes, counted("点单 %(n)d 个", found.wishes)),
        (found.offers, counted("等回话的派单 %(n)d 单", found.offers)),
    )
    return tuple(words for number, words in lines if number)


def renamed(name: str, village: str, taken: frozenset[str]) -> str:
    """The name of a group or a venue as it is called in the successor: with its old village where it is taken there."""
    return f"{village}{name}"[:60] if name in taken else name


def check_move(group_name: str, day: date, *, today: date) -> None:
    """Raises Refused with `group_missing` or `not_come_yet`, unless learners can be in this group since that day."""
    refuse_all(
        [
            *([] if group_name else [Refused("group_missing", field="group_name")]),
            *([Refused("not_come_yet", field="day")] if day > today else []),
        ]
    )


_REFUSED = {
    "not_succeeded_yet": N_("还没到并村的那一天，到了那天再接过来。"),
    "group_missing": N_("还没写是哪个组的。写三组、3组都行。"),
    "not_come_yet": N_("这一天还没到。填今天或以前的日子，空着就是今天。"),
    "same_place": N_("他们已经在这个组里了，没有变。"),
    "other_county": N_("只能转到同一个县里的村。"),
    "nothing_to_take": N_("没有要接过来的了。"),
    "not_taken_over": N_("没有可以撤回的。"),
    "too_late_to_put_back": N_("过了一天，不能整个撤回了。"),
}


def tell_refused_takeover(refused: Refused) -> str:
    """One sentence: why this cannot be done, and what can."""
    return _(_REFUSED[refused.code])


def tell_ended(name: str, ended_on: date, successor: str) -> str:
    """How a village has ended, and where things go on; `successor` is empty where nobody stands for it."""
    words = {"former": name, "day": day_with_year(ended_on + timedelta(days=1)), "village": successor}
    if successor:
        return _(
            "%(former)s从%(day)s起归%(village)s，那以后的课、学员、老师和场地都记在%(village)s。", **words
        )
    return _("%(former)s从%(day)s起从名单上去掉了，不再排新的课。归了哪个村，让管理员写上。", **words)
