"""The form of what a region settles for itself."""

from nightschool.rules.places.travel import FASTEST_KMH, SLOWEST_KMH
from nightschool.rules.registers.attendance import MOST_OPEN_DAYS
from nightschool.texts import L_
from nightschool.web.site.forms import TickField, WholeNumberField
from nightschool.web.site.record_forms import RecordForm


class SettingsForm(RecordForm):
    """Whether plans come first, how fast one gets on, and how long a register stays open."""

    approves_plans = TickField(L_("开课计划要先由镇上审"))
    travel_kmh = WholeNumberField(L_("路上每小时走多少公里"), least=SLOWEST_KMH, most=FASTEST_KMH)
    register_days = WholeNumberField(L_("点过的名，过了多少天再改要写原因"), most=MOST_OPEN_DAYS)
