"""Forms of dispatches: a teacher offered to a village, and an answer."""

from collections.abc import Mapping
from datetime import date

from wtforms import HiddenField

from nightschool.rules.dispatch.dispatches import DECLINE_REASONS, LONGEST_NOTE
from nightschool.rules.dispatch.wishes import LONGEST_TOPIC
from nightschool.rules.slots import Slot
from nightschool.texts import L_, _
from nightschool.web.courses.alternatives_form import read_slot
from nightschool.web.courses.courses_form import Timed, put
from nightschool.web.site.forms import (
    ChoiceField,
    ChoicesField,
    DayField,
    Form,
    LineField,
    Required,
    TickField,
    WholeNumberField,
)

_PICK = " "  # between the teacher and the slot in a button's value


class OfferForm(Timed):
    """What is offered to a village; a button brings a teacher along, and the day on which they are free."""

    topic = LineField(L_("讲什么"), [Required(L_("还没写讲什么。"))], longest=LONGEST_TOPIC)
    category = ChoiceField(L_("哪一类"), [Required(L_("选一类。"))], chips=True)
    venue = ChoiceField(L_("在哪里"))
    expected = WholeNumberField(L_("预计人数"), least=1, most=20_000)
    note = LineField(L_("接送、设备"), longest=LONGEST_NOTE)
    named = LineField(L_("找老师"), longest=40)
    teacher = ChoiceField(L_("哪位老师"))
    day = DayField(L_("哪一天"))
    pick = HiddenField()

    def offer(
        self, *, categories: Mapping[str, str], venues: Mapping[str, str], teachers: Mapping[str, str]
    ) -> None:
        """These can be chosen, by what is sent."""
        self.category.choices = dict(categories)
        self.venue.choices = {"": _("还没定"), **venues}
        self.teacher.choices = {"": _("还没定"), **teachers}

    def take_pick(self) -> None:
        """The teacher and the slot of the button that was pressed stand in the form; other text changes nothing."""
        teacher, _blank, slot = (self.pick.data or "").partition(_PICK)
        picked = read_slot(slot)
        if picked is not None:
            put(self.teacher, teacher)
            put(self.day, picked.day)
            self.put_times(picked)

    @property
    def slot(self) -> Slot:
        """When it is to be; only after the form was found good."""
        day = self.day.data
        assert isinstance(day, date), "checked before"
        return Slot(day, self.starts.data, self.ends_at)

    def validate(self, extra_validators: object = None) -> bool:
        """Whether all of it can be read, and says whom to ask and for which day."""
        super().validate(extra_validators)
        if not self.teacher.data:
            self.refuse("teacher", _("还没选老师。"))
        if not self.day.data and not self.day.errors:
            self.refuse("day", _("还没选哪一天。"))
        return not self.errors


class TripForm(Timed):
    """One teacher for several villages along the road, in a day or on the days that follow."""

    wishes = ChoicesField(L_("走哪几个村"))
    category = ChoiceField(L_("哪一类"), [Required(L_("选一类。"))], chips=True)
    teacher = ChoiceField(L_("哪位老师"), [Required(L_("还没选老师。"))])
    day = DayField(L_("哪一天出发"), [Required(L_("还没选哪一天。"))])
    one_a_day = TickField(L_("一天只走一个村，连着几天"))
    note = LineField(L_("接送、设备"), longest=LONGEST_NOTE)

    def offer(
        self, *, categories: Mapping[str, str], wishes: Mapping[str, str], teachers: Mapping[str, str]
    ) -> None:
        """These can be chosen, by what is sent."""
        self.category.choices = dict(categories)
        self.wishes.choices = dict(wishes)
        self.teacher.choices = {"": _("还没定"), **teachers}

    def first(self, starts: int, ends: int, day: date) -> Slot:
        """The first class; these where nothing that can be read was filled in."""
        starts, ends = self.times_or(starts, ends)
        return Slot(self.day.data or day, starts, ends)


class ReplyForm(Form):
    """A no with its reason; a yes needs only its button."""

    reason = ChoiceField(L_("为什么"), chips=True)
    words = LineField(L_("说一句"), longest=100)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.reason.choices = {code: _(words) for code, words in DECLINE_REASONS.items()}
