"""The form that moves learners: into which group of which village, and from which day."""

from wtforms import HiddenField

from nightschool.texts import L_
from nightschool.web.site.forms import ChoiceField, DayField, LineField, Required
from nightschool.web.site.record_forms import ComparedForm


class GroupForm(ComparedForm):
    """Where they go; left empty the day is today. `seen`: the records of those who go, as they were shown."""

    to = ChoiceField(L_("到哪个村"))
    group_name = LineField(L_("到哪个组"), [Required(L_("还没写是哪个组的。写三组、3组都行。"))])
    day = DayField(L_("从哪天起"))
    seen = HiddenField()
