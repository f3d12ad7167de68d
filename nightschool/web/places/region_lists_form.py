"""The form that takes a list of regions, and the one that has it taken in."""

from nightschool.texts import L_
from nightschool.web.site.forms import DayField, Form, Required, TickField
from nightschool.web.site.handed_in import TableForm


class RegionListForm(TableForm):
    """A file and the day it describes."""

    as_of = DayField(L_("名单是哪天的"), [Required(L_("写名单是哪天的，名单上一般印着。"))])
    end_missing = TickField(L_("名单里没有的，算已撤并"))


class TakeInForm(Form):
    """Whether unreadable rows are left out, and codes that have the name of another village were renamed."""

    skip_bad = TickField(L_("跳过这些行，别的照样导入"))
    takes_given = TickField(L_("村子没有换，就是改了名，照名单改"))
