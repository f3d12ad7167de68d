"""The form of a kind of household: which, and from which day to which."""

from typing import Any

from nightschool.rules.people.household_status import HOUSEHOLD_WORDS, Status, kind_word
from nightschool.texts import L_
from nightschool.web.site.forms import ChoiceField, DayField, Required
from nightschool.web.site.record_forms import RecordForm


class StatusForm(RecordForm):
    """Left empty the last day is still to come."""

    kind = ChoiceField(L_("哪一类户"), [Required(L_("还没选是哪一类户。"))], chips=True)
    first = DayField(L_("从哪天起"), [Required(L_("还没写从哪天起。"))])
    last = DayField(L_("最后一天"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = {kind.value: kind_word(kind) for kind in HOUSEHOLD_WORDS}

    def status(self) -> Status:
        """What was filled in. Only after `validate`."""
        return Status(self.kind.data, self.first.data, self.last.data)  # type: ignore[arg-type]  # it is required
