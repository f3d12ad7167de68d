"""What the forms of single records share: the version they were opened on, and phones that are never shown back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import HiddenField

from nightschool.rules.people.people import (
    LONGEST_PHONE_TEXT,
    parse_birth_year,
    parse_phone,
    tell_unreadable_birth_year,
    tell_unreadable_phone,
)
from nightschool.texts import LazyText, _
from nightschool.web.site.forms import ChoiceField, ChoicesField, Form, TickField, TypedField, version_in


class PhoneField(TypedField):
    """A phone, or nothing: what people dial, of one number or several."""

    def __init__(self, label: LazyText, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.render_kw = {"type": "tel", "maxlength": LONGEST_PHONE_TEXT, **(self.render_kw or {})}

    def parse(self, text: str) -> str:
        phone = parse_phone(text)
        if phone is None:
            raise ValueError(tell_unreadable_phone(text))
        return phone


class BirthYearField(TypedField):
    """A year of birth, or nothing."""

    def parse(self, text: str) -> int:
        year = parse_birth_year(text)
        if year is None:
            raise ValueError(tell_unreadable_birth_year(text))
        return year


@dataclass(frozen=True, slots=True)
class SavedOtherwise:
    """One field that somebody else has saved otherwise since."""

    label: str
    mine: str
    theirs: str


class ComparedForm(Form):
    """The form of what somebody else can save meanwhile."""

    is_stale = False
    differences: tuple[SavedOtherwise, ...] = ()

    def compare(self, stored: Mapping[str, Any]) -> None:
        """The form keeps what was typed, and tells where something else is stored by now."""
        self.is_stale = True
        pairs = (
            (field, shown_as(field, field.data), shown_as(field, stored[name]))
            for name, field in self._fields.items()
            if name in stored and not isinstance(field, HiddenField)
        )
        self.differences = tuple(
            SavedOtherwise(str(field.label.text), mine, theirs)
            for field, mine, theirs in pairs
            if mine != theirs
        )


class RecordForm(ComparedForm):
    """The form of one record. It remembers which version it was opened on."""

    version = HiddenField(default="0")

    @property
    def seen_version(self) -> int:
        """The version this form was opened on; 0 when it does not say."""
        return version_in(self.version.data)

    def show_stale(self, stored: Mapping[str, Any]) -> None:
        """The same as `compare`, and it may be saved on top of what is stored."""
        self.compare(stored)
        self.version.data = str(stored["version"])


def shown_as(field: Any, value: Any) -> str:
    """A value of this field as a reader knows it."""
    if isinstance(field, TickField):
        return "✓" if value else "✗"
    if isinstance(field, ChoiceField):
        return str(field.choices.get(value or "", value or ""))
    if isinstance(field, ChoicesField):
        return _("、").join(str(field.choices.get(one, one)) for one in value or ())
    if isinstance(field, TypedField) and value is not None:
        return field.write(value)
    return "" if value is None else str(value)
