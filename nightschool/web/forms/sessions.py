"""Forms of one class session: another time, another place or teacher, called off, put off."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from nightschool.rules.reasons import reason_choices
from nightschool.rules.slots import Slot
from nightschool.texts import L_
from nightschool.web.forms.base import Agreeing, ChoiceField, DayField, LineField, Required
from nightschool.web.forms.courses import Staffed, Timed, put, read_slot


class SessionForm(Agreeing):
    """A change of one class session; it remembers which revision it was opened on."""

    revision = HiddenField(default="0")

    @property
    def seen_revision(self) -> int:
        """The revision this form was opened on; 0 when it does not say."""
        text = str(self.revision.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class MoveForm(SessionForm, Timed):
    """Another day or time."""

    day = DayField(L_("哪一天"), [Required(L_("改到哪一天？"))])

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self.check_times()
        return not self.errors

    def take(self, text: str) -> None:
        """One of the free times that the page offered stands in the fields instead; other text changes nothing."""
        slot = read_slot(text)
        if slot is not None:
            put(self.day, slot.day)
            self.put_times(slot)

    def slot(self) -> Slot:
        """When it shall meet; only after the form was found good."""
        return Slot(self.day.data, self.starts.data, self.ends_at)


class ReasonForm(SessionForm):
    """Why."""

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


class AddForm(MoveForm, Staffed):
    """One more class session of a course."""


class EditForm(SessionForm, Staffed):
    """What it is about, who teaches, where."""

    title = LineField(L_("讲什么"), [Required(L_("讲什么？"))])
    summary = LineField(L_("一句话讲什么"), longest=200)
