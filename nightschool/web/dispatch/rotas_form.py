"""Forms of rotas: for which days one is found, and one of its rows changed by hand."""

from nightschool.texts import L_
from nightschool.web.courses.courses_form import Timed
from nightschool.web.site.forms import ChoiceField, DayField, Form, Required


class RotaForm(Timed):
    """From which day to which, and at what time of day."""

    first = DayField(L_("从哪一天"), [Required(L_("从哪一天？"))])
    last = DayField(L_("到哪一天"), [Required(L_("到哪一天？"))])


class RotaRowForm(Form):
    """Who goes there, and on which day; without a day nobody."""

    teacher = ChoiceField(L_("哪位老师"))
    day = DayField(L_("哪一天"))
