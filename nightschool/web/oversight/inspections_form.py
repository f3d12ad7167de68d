"""Forms of inspections: a draw, and what was found at a class."""

from collections.abc import Mapping

from nightschool.rules.courses.reasons import reason_choices
from nightschool.rules.oversight.inspections import MOST_VISITS, VisitOutcome, outcome_word
from nightschool.texts import L_
from nightschool.web.site.forms import ChoiceField, DayField, Form, LineField, Required, WholeNumberField


class DrawForm(Form):
    """From where, how far, in which days, and how many."""

    place = ChoiceField(L_("从哪里出发"), [Required(L_("从哪里出发？"))])
    minutes = WholeNumberField(L_("开车几分钟以内"), [Required(L_("几分钟以内？"))], least=5, most=480)
    first = DayField(L_("从哪一天"), [Required(L_("从哪一天？"))])
    last = DayField(L_("到哪一天"), [Required(L_("到哪一天？"))])
    size = WholeNumberField(L_("抽几次课"), [Required(L_("抽几次？"))], least=1, most=MOST_VISITS)

    def offer(self, places: Mapping[str, str]) -> None:
        """From where one can set out, by code."""
        self.place.choices = dict(places)


class FindingForm(Form):
    """What was found at one class."""

    outcome = ChoiceField(L_("看到了什么"), chips=True)
    reason = ChoiceField(L_("没上课，为什么"))
    reason_text = LineField(L_("还看到什么"), longest=200)

    def offer(self) -> None:
        """The outcomes and the reasons."""
        self.outcome.choices = {one.value: outcome_word(one) for one in VisitOutcome}
        self.reason.choices = {"": "—", **dict(reason_choices())}
