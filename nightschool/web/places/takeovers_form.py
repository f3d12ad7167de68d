"""The form that says which village stands for a merged one, and from which day on."""

from nightschool.texts import L_
from nightschool.web.site.forms import ChoiceField, DayField, Form, Required


class SuccessorForm(Form):
    """Which village of the same county, and its first day."""

    successor = ChoiceField(L_("归了哪个村"), [Required(L_("选一个村。"))])
    day = DayField(L_("从哪天起"), [Required(L_("写从哪天起。"))])
