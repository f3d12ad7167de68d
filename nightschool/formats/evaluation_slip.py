"""The evaluation slip of a class (F9, 教学质量评估表) on paper: what its page and its PDF say alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.qr import qr_svg
from nightschool.rules.almanac import day_with_year, weekday_name
from nightschool.rules.places.schools import institution_word
from nightschool.rules.registers.evaluations import UNDERSTOOD_WORDS, Aspect, answers_to, question_of
from nightschool.texts import _, language

if TYPE_CHECKING:
    from nightschool.queries.registers.evaluations import SlipHead


class ToldEvaluationSlip(NamedTuple):
    """One slip: which class it is about, what it asks with what there is to tick, and what else stands on it."""

    school: str
    about: str
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    words: str
    closing: str


def told_slip(head: SlipHead) -> ToldEvaluationSlip:
    """The slip of one class."""
    # Numbers, as they are typed in afterwards.
    ticks = {Aspect.UNDERSTOOD: tuple(f"{choice} {_(words)}" for choice, words in UNDERSTOOD_WORDS.items())}
    return ToldEvaluationSlip(
        school=f"{head.village}{institution_word(head.institution_name)}",
        about=f"{day_with_year(head.day)} {weekday_name(head.day)} {head.title}",
        questions=tuple(
            (question_of(aspect), ticks.get(aspect, tuple(answers_to(aspect).values()))) for aspect in Aspect
        ),
        words=_("还想学什么"),
        closing=_("5 颗星最好。不写名字，想答几样答几样。手机扫码也行。"),
    )


def slips_data(told: ToldEvaluationSlip, address: str, *, many: int) -> dict[str, Any]:
    """What evaluation_slip.typ is given."""
    return {
        "lang": language(),
        "title": _("教学质量评估表"),
        **told._asdict(),
        "qr": qr_svg(address).decode(),
        "many": many,
    }
