"""The form of a closed time: some weekdays, two days, two times of day, and why; every one of them may stay empty."""

from nightschool.rules.almanac import WEEKDAYS
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.slots import DAY_MINUTES
from nightschool.texts import L_, _
from nightschool.web.site.forms import ChoicesField, ClockField, DayField, Form, LineField, TickField


class ClosedTimeForm(Form):
    """When a teacher does not come, or a venue is not open."""

    weekdays = ChoicesField(L_("星期几"))
    first = DayField(L_("从哪天"))
    last = DayField(L_("到哪天为止"))
    starts = ClockField(L_("从几点"))
    ends = ClockField(L_("到几点"))
    note = LineField(L_("为什么"), longest=60)
    is_sure = TickField(L_("就是一直这样，哪天都不行"))

    asks_if_sure = False

    def offer(self) -> None:
        """The choices are set."""
        self.weekdays.choices = {str(number): _(word) for number, word in enumerate(WEEKDAYS)}

    def closed(self) -> ClosedTime:
        """As it was filled in."""
        return ClosedTime(
            first=self.first.data,
            last=self.last.data,
            weekdays=frozenset(int(one) for one in self.weekdays.data or () if one in self.weekdays.choices),
            starts=self.starts.data or 0,
            ends=self.ends.data or DAY_MINUTES,  # browsers write the midnight that closes a day as 00:00
            note=self.note.data or "",
        )


class RemovedForm(Form):
    """Which closed time goes."""

    closed_time = LineField(L_("哪一条"), longest=22)
