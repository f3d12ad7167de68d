"""The form that asks for some days: from which to which. Sent in the address, since it only looks."""

from nightschool.texts import L_
from nightschool.web.site.forms import DayField, Form, Required


class DaysForm(Form):
    """From one day to another, both included."""

    first = DayField(L_("从哪天"), [Required(L_("填从哪天，像 2026-11-01。"))])
    last = DayField(L_("到哪天"), [Required(L_("填到哪天，这天还算。"))])
