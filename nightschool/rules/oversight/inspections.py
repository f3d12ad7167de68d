"""A fair sample for inspectors: drawn by a seed that is kept, noted class by class, told as a share with its margin.

Villages are never compared: of one class or two nothing can be said of a village, and what is told is of all together.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import sqrt

from nightschool.errors import Refused, refuse_all
from nightschool.rules.registers.questions import number_in
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import N_, _, counted

USUAL_MINUTES, USUAL_SIZE = 40, 10
LONGEST_INSPECTION = timedelta(days=31)
MOST_VISITS = 60  # that one draw asks for
_Z = 1.959964  # of the standard normal distribution: between minus and plus this lie 95 %


class VisitOutcome(StrEnum):
    """What was found when somebody came, or telephoned."""

    HELD = "held"
    NOT_HELD = "not_held"
    UNREACHED = "unreached"  # nobody was there to say, and the way was shut


_OUTCOMES = {
    VisitOutcome.HELD: N_("在上课"),
    VisitOutcome.NOT_HELD: N_("没上课"),
    VisitOutcome.UNREACHED: N_("没去成、联系不上"),
}


def outcome_word(outcome: str) -> str:
    """What was found, in the current language."""
    return _(_OUTCOMES[VisitOutcome(outcome)])


def draw(frame: Collection[str], size: int, seed: str) -> tuple[str, ...]:
    """So many of these (public ids), each as likely as any other; the same seed and frame draw the same.

    They are ranked by the SHA-256 of seed and id: whoever has both can do it again with any tool.
    """
    return tuple(sorted(frame, key=lambda one: hashlib.sha256(f"{seed} {one}".encode()).digest())[:size])


def check_draw(first: date, last: date, size: int, today: date) -> None:
    """Raises Refused with its field: `over`, `last_before_first`, `too_long`, or `size` with how many there may be."""
    wrong = (
        ("over", "first", first < today),
        ("last_before_first", "last", last < first),
        ("too_long", "last", last - first >= LONGEST_INSPECTION),
        ("size", "size", not 1 <= size <= MOST_VISITS),
    )
    refuse_all(Refused(code, field=field) for code, field, is_so in wrong if is_so)


def check_finding(slot: Slot, outcome: str, reason: str, text: str, at: Moment) -> None:
    """Raises Refused: `not_yet` before the class begins, `outcome`, `reason_missing`, or a number of somebody's."""
    if slot.begins > at:
        raise Refused("not_yet")
    if outcome not in list(VisitOutcome):
        raise Refused("outcome")
    if outcome == VisitOutcome.NOT_HELD and not reason:
        raise Refused("reason_missing")
    if number := number_in(text):
        raise Refused(number)


_REFUSED = {
    "over": N_("从今天起才抽得了：过去的课看不到了。"),
    "last_before_first": N_("最后一天在第一天前面了。换过来。"),
    "too_long": N_("一次最多抽一个月的。"),
    "size": N_("抽几次，填 1 到 %(n)d。"),
    "nothing": N_("这几天晚上，这个范围里没有公布了的课。换个日子、换个地方，或者把路程放宽。"),
    "not_yet": N_("这节课还没到时间，去看了再记。"),
    "outcome": N_("看到了什么，选一个。"),
    "reason_missing": N_("没上课的，选一个原因；问不到就选「其他原因」。"),
    "phone": N_("里面像是有手机号。去掉再存。"),
    "identity": N_("里面像是有身份证号。去掉再存。"),
}


def tell_refused_inspection(refused: Refused) -> str:
    """One sentence: why it cannot be drawn or noted so."""
    return _(_REFUSED[refused.code], n=MOST_VISITS)


@dataclass(frozen=True, slots=True)
class Share:
    """What a sample says of all: how many held of those seen, and between which shares (0 to 1) that of all lies."""

    drawn: int
    seen: int
    held: int
    low: float
    high: float

    @property
    def unreached(self) -> int:
        """Drawn, and nobody knows."""
        return self.drawn - self.seen


def wilson(held: int, seen: int, frame: int) -> tuple[float, float]:
    """The 95 % interval for the share in a frame of so many, of which `seen` were drawn without putting back.

    Wilson's score interval (E. B. Wilson, JASA 22, 1927, 209-212) for n* = n (N - 1) / (N - n) classes instead of n:
    the variance of a share drawn without putting back is smaller by (N - n) / (N - 1) (W. G. Cochran, Sampling
    Techniques, 3rd ed. 1977, 3.2). Who has seen all knows the share. (0, 1) where nothing was seen.
    """
    if not seen:
        return 0.0, 1.0
    share = held / seen
    if seen >= frame:
        return share, share
    n = seen * (frame - 1) / (frame - seen)
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def share_found(outcomes: Sequence[str | None], frame: int) -> Share:
    """What the noted outcomes come to; those not noted yet are not among the drawn."""
    noted = [one for one in outcomes if one]
    seen = [one for one in noted if one != VisitOutcome.UNREACHED]
    held = seen.count(VisitOutcome.HELD)
    low, high = wilson(held, len(seen), frame)
    return Share(len(noted), len(seen), held, low, high)


def tell_share(share: Share, frame: int) -> tuple[str, ...]:
    """A few sentences: the share that was held, how sure that is, and what of it nobody knows."""
    if not share.seen:
        return (_("还没有记下看到的。"),)
    words = {"seen": share.seen, "held": share.held, "frame": frame}
    told = [
        _(
            "看了 %(seen)d 次，%(held)d 次在上课，占 %(share)d%%。",
            share=round(100 * share.held / share.seen),
            **words,
        )
    ]
    if share.seen >= frame:
        told.append(_("范围里的 %(frame)d 次都看了，这就是全部。", **words))
    else:
        told.append(
            _(
                "照这样推，范围里的 %(frame)d 次，上了课的在 %(low)d%% 到 %(high)d%% 之间（把握 95%%）。",
                low=int(100 * share.low),
                high=-int(-100 * share.high // 1),
                **words,
            )
        )
    if share.unreached:
        told.append(
            counted(
                "另有 %(n)d 次没去成、联系不上，没算进去：都没上是 %(low)d%%，都上了是 %(high)d%%。",
                share.unreached,
                low=round(100 * share.held / share.drawn),
                high=round(100 * (share.held + share.unreached) / share.drawn),
            )
        )
    return tuple(told)
