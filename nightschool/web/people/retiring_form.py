"""The form that puts a record away: of a learner, from which day."""

from nightschool.texts import L_
from nightschool.web.site.forms import DayField, Form


class GoneForm(Form):
    """From which day somebody comes no more; left empty it is today."""

    day = DayField(L_("从哪天起不再来了"))
