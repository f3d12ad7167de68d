"""Forms of one class session: another time, another place or teacher, called off, put off."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField

from nightschool.rules.courses.reasons import reason_choices
from nightschool.rules.courses.series import Reach
from nightschool.rules.slots import Slot, slot_problem
from nightschool.texts import L_, _, counted
from nightschool.web.courses.courses_form import Labelled, Staffed, Timed, put, read_slot
from nightschool.web.site.forms import (
    Agreeing,
    ChoiceField,
    DayField,
    LineField,
    Required,
    TicksField,
    version_in,
)
from nightschool.web.site.record_forms import ComparedForm


class SessionForm(Agreeing, ComparedForm):
    """A change of one class session; it remembers which revision it was opened on."""

    revision = HiddenField(default="0")

    @property
    def seen_revision(self) -> int:
        """The revision this form was opened on; 0 when it does not say."""
        return version_in(self.revision.data)


class Reaching(SessionForm):
    """A change that may go on to other class sessions."""

    reach = ChoiceField(L_("改哪几次"), chips=True)

    def offer_reach(self, choices: Mapping[str, str]) -> None:
        """Only this one, or how far else."""
        self.reach.choices = dict(choices)
        self.reach.data = self.reach.data or Reach.ONE.value

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to go on to."""
        return len(self.reach.choices) > 1

    @property
    def reaches(self) -> Reach:
        """How far it is to go."""
        return Reach(self.reach.data or Reach.ONE)


class Following(Reaching):
    """A change that may go on to the class sessions that follow in its course."""

    later = 0

    def offer_following(self, later: int) -> None:
        """Only this one, or this one and so many later ones."""
        self.later = later
        both = counted("这一次和后面的 %(n)d 次", later)
        self.offer_reach({Reach.ONE.value: _("只改这一次"), Reach.FOLLOWING.value: both})

    @property
    def is_offered(self) -> bool:
        return bool(self.later)


class MoveForm(SessionForm, Timed):
    """Another day or time."""

    day = DayField(L_("改到哪一天"), [Required(L_("改到哪一天？"))])

    def take(self, text: str) -> None:
        """One of the free times that the page offered stands in the fields instead; other text changes nothing."""
        slot = read_slot(text)
        if slot is not None:
            put(self.day, slot.day)
            self.put_times(slot)

    def slot_or_none(self) -> Slot | None:
        """When it shall meet, as far as that was filled in well."""
        if self.day.data is None or self.starts.data is None or self.ends.data is None:
            return None
        return None if slot_problem(self.starts.data, self.ends_at) else self.slot()

    def slot(self) -> Slot:
        """When it shall meet; only after the form was found good."""
        return Slot(self.day.data, self.starts.data, self.ends_at)


class ShiftForm(Following, MoveForm):
    """Another day or time, for this one or for those that follow too."""


class ReasonForm(Reaching):
    """Why, and which ones."""

    pick = TicksField()
    reason = ChoiceField(
        L_("为什么"), [Required(L_("还没选原因。选一个最接近的，细节写在后面。"))], chips=True
    )
    reason_text = LineField(L_("多说一句"), longest=200)

    def offer_reasons(self) -> None:
        """The list to choose from."""
        self.reason.choices = dict(reason_choices())


class PostponeForm(MoveForm, ReasonForm):
    """Put off to another slot, with the reason."""


class RestoreForm(SessionForm):
    """What was cancelled takes place after all: nothing to fill in."""


class SwapForm(SessionForm):
    """Who comes instead of whom; nobody yet is an answer too."""

    teacher = ChoiceField(L_("谁来讲"))
    instead_of = ChoiceField(L_("换下谁"), chips=True)
    all_the_same = HiddenField()  # a teacher who does not come at that time, and was asked

    def offer(self, *, teachers: Mapping[str, str], teaching: Mapping[str, str]) -> None:
        """These could come; those are `teaching` now, by public id."""
        self.teacher.choices = {"": "", **teachers}
        self.instead_of.choices = dict(teaching)

    def validate(self, extra_validators: Any = None) -> bool:
        was_tapped = bool(self.teacher.raw_data or self.all_the_same.data)
        self.teacher.data = self.all_the_same.data or self.teacher.data
        super().validate(extra_validators)
        if len(self.instead_of.choices) > 1 and not self.instead_of.data and not self.instead_of.errors:
            self.refuse("instead_of", _("这次有几位老师，先点要换下的那一位。"))
        return was_tapped and not self.errors

    def teachers_after(self, teaching: Sequence[str]) -> tuple[str, ...]:
        """Who teaches once this one came for that one."""
        came = (self.teacher.data,) if self.teacher.data else ()
        if len(teaching) < 2:
            return came
        at = list(teaching).index(self.instead_of.data)
        return (*teaching[:at], *came, *teaching[at + 1 :])


class AddForm(MoveForm, Staffed):
    """One more class session of a course."""


class EditForm(Following, Staffed, Labelled):
    """What it is about, who teaches, where."""

    title = LineField(L_("讲什么"), [Required(L_("讲什么？"))])
    summary = LineField(L_("一句话讲什么"), longest=200)
