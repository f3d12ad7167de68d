"""The form that hands a village over: who goes, who comes, from which day."""

from dataclasses import replace

from nightschool.rules.trust.handovers import Handover
from nightschool.texts import L_
from nightschool.web.site.forms import ChoicesField, DayField, LineField, TickField
from nightschool.web.site.record_forms import PhoneField
from nightschool.web.trust.trust_form import NAME_KEYS, NamedForm


class HandoverForm(NamedForm):
    """What is missing is said by the action, which knows who keeps the village now."""

    leaving = ChoicesField(L_("谁交出去"))
    login_name = LineField(L_("登录名"), longest=30, render_kw={"autocomplete": "off", **NAME_KEYS})
    display_name = LineField(L_("姓名"), render_kw={"autocomplete": "off"})
    title = LineField(L_("职务"), render_kw={"autocomplete": "off"})
    from_day = DayField(L_("从哪天起接手"))
    becomes_contact = TickField(L_("课表上公开的联系人也换成接手的人"))
    contact_phone = PhoneField(L_("接手的人公开的电话"))

    def handover(self) -> Handover:
        """What was said."""
        return replace(self.filled(Handover), **self.meant)
