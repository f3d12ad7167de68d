"""The form that calls off an evening in the villages of a township."""

from nightschool.rules.courses.reasons import reason_choices
from nightschool.texts import L_
from nightschool.web.site.forms import ChoiceField, DayField, Form, LineField, Required, TicksField


class EveningForm(Form):
    """Which class sessions of a day, and why."""

    day = DayField(L_("哪一天"), [Required(L_("哪一天？"))])
    pick = TicksField()
    reason = ChoiceField(
        L_("为什么"), [Required(L_("还没选原因。选一个最接近的，细节写在后面。"))], chips=True
    )
    reason_text = LineField(L_("多说一句"), longest=200)

    def offer_reasons(self) -> None:
        """The list to choose from."""
        self.reason.choices = dict(reason_choices())
