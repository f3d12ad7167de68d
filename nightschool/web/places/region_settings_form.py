"""The form of what a region settles for itself."""

from typing import Any

from wtforms import ValidationError

from nightschool.rules.oversight.targets import MOST_EXPECTED, TARGET_PERIODS
from nightschool.rules.people.household_status import LONGEST_PURPOSE
from nightschool.rules.places.travel import FASTEST_KMH, SLOWEST_KMH
from nightschool.rules.registers.attendance import MOST_OPEN_DAYS
from nightschool.texts import L_, _
from nightschool.web.site.forms import ChoiceField, LineField, TickField, WholeNumberField
from nightschool.web.site.record_forms import RecordForm


class SettingsForm(RecordForm):
    """Whether plans come first, how fast one gets on, how long a register stays open, what is expected of a school."""

    approves_plans = TickField(L_("开课计划要先由镇上审"))
    travel_kmh = WholeNumberField(L_("路上每小时走多少公里"), least=SLOWEST_KMH, most=FASTEST_KMH)
    target_per = ChoiceField(L_("每所夜校要开多少次课，按什么算"))
    village_target = WholeNumberField(L_("村，开几次"), least=1, most=MOST_EXPECTED)
    community_target = WholeNumberField(L_("社区，开几次"), least=1, most=MOST_EXPECTED)
    household_purpose = LineField(L_("记户类做什么用"), longest=LONGEST_PURPOSE)
    forgets_statuses = TickField(L_("不记了，记过的户类全部删掉"))
    register_days = WholeNumberField(L_("点过的名，过了多少天再改要写原因"), most=MOST_OPEN_DAYS)

    asks_if_forgotten = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target_per.choices = {
            "": _("这里不定"),
            **{per: _(word) for per, word in TARGET_PERIODS.items()},
        }

    def validate_target_per(self, field: ChoiceField) -> None:
        """A number of classes is of a span of time."""
        if not field.data and (self.village_target.data or self.community_target.data):
            raise ValidationError(_("写了开几次，就选按什么算：一周、一个月……"))
