"""The form of a storm: where and when nobody shall set out, which classes that stops, and when they meet instead."""

from collections.abc import Mapping
from datetime import date

from nightschool.errors import Refused
from nightschool.rules.courses.reasons import reason_choices
from nightschool.rules.courses.storms import NewDate, Storm, check_storm, tell_new_date, tell_refused_storm
from nightschool.rules.slots import DAY_MINUTES, Slot, read_end
from nightschool.texts import L_, _
from nightschool.web.site.forms import (
    ChoiceField,
    ChoicesField,
    ClockField,
    DayField,
    Form,
    LineField,
    Required,
    TicksField,
)


class StormForm(Form):
    """Which class sessions of an area and some hours, why, and when instead."""

    day = DayField(L_("哪一天"), [Required(L_("哪一天？"))])
    last = DayField(L_("到哪一天"))
    starts = ClockField(L_("几点"))
    ends = ClockField(L_("到几点"))
    part = ChoicesField(L_("只停这些地方"))
    pick = TicksField()
    reason = ChoiceField(
        L_("为什么"), [Required(L_("还没选原因。选一个最接近的，细节写在后面。"))], chips=True
    )
    reason_text = LineField(L_("多说一句"), longest=200)

    def offer(self, parts: Mapping[str, str]) -> None:
        """The reasons, and the parts of the region that have a class then or were chosen."""
        self.reason.choices = dict(reason_choices())
        self.part.choices = dict(parts)

    def storm(self) -> Storm | None:
        """The days and hours; None: something of it is wrong, which its fields say."""
        if self.day.data is None or any(one.errors for one in (self.day, self.last, self.starts, self.ends)):
            return None
        starts = self.starts.data or 0
        ends = DAY_MINUTES if self.ends.data is None else read_end(starts or 1, self.ends.data)
        storm = Storm(self.day.data, self.last.data or self.day.data, starts, ends)
        try:
            check_storm(storm)
        except Refused as refused:
            for one in (refused, *refused.others):
                self.refuse(one.field, tell_refused_storm(one))
            return None
        return storm

    def moves(
        self, dates: Mapping[str, tuple[Slot, tuple[NewDate, ...]]], sent: Mapping[str, str]
    ) -> dict[str, Slot]:
        """The new slot of each that was ticked and has one; `dates`: what there is to choose from.

        Raises Refused with `other_dates` where one was chosen that is free no more.
        """
        found = {}
        for key in self.pick.data:
            wanted = sent.get(f"to-{key}", "")
            if not wanted or key not in dates:
                continue
            slot = next((one.slot for one in dates[key][1] if one.key == wanted), None)
            if slot is None:
                raise Refused("other_dates")
            found[key] = slot
        return found


def date_choices(dates: tuple[NewDate, ...], today: date) -> dict[str, str]:
    """What there is to choose from: only called off, or one of these."""
    return {"": _("只取消，不另排")} | {one.key: tell_new_date(one, today) for one in dates}
