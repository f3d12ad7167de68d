"""The form of the five names of a village (五个一)."""

from nightschool.rules.places.supporters import SUPPORTERS, SupporterEntry
from nightschool.texts import L_
from nightschool.web.site.forms import LineField, TickField
from nightschool.web.site.record_forms import PhoneField, RecordForm


class SupportersForm(RecordForm):
    """A name and a telephone of each; all of it may stay empty."""

    contact_leader = LineField(L_("联系领导"))
    contact_leader_phone = PhoneField(L_("联系领导的电话"))
    helping_unit = LineField(L_("帮扶单位"))
    helping_unit_phone = PhoneField(L_("帮扶单位的电话"))
    village_team = LineField(L_("驻村工作组"))
    village_team_phone = PhoneField(L_("驻村工作组的电话"))
    first_secretary = LineField(L_("第一书记"))
    first_secretary_phone = PhoneField(L_("第一书记的电话"))
    agronomist = LineField(L_("农技员"))
    agronomist_phone = PhoneField(L_("农技员的电话"))
    removes_phones = TickField(L_("没重新写的电话都删掉"))

    def entries(self) -> dict[str, SupporterEntry]:
        """Each of the five as it was written down."""
        return {
            part: SupporterEntry(self[part].data or "", self[f"{part}_phone"].data or "")
            for part in SUPPORTERS
        }
