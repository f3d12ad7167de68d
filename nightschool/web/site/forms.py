"""What every form stands on: fields that keep what was typed, and say in plain words what to do about it.

A form turns strings into domain values and stops there. It never queries; options are passed in.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import TextArea, TextInput

from nightschool.rules import slots
from nightschool.rules.typed import LONGEST_LINE, cleaned, why_not_kept, without_unseen
from nightschool.texts import L_, LazyText, _
from nightschool.web.site.sent import ONCE, new_once

S = TypeVar("S")


class Form(FlaskForm):
    """One form, one task. After `refuse(field, sentence)` the page shows the sentence at that field."""

    class Meta(FlaskForm.Meta):
        locales = False  # every message is our own

    carries_passwords = False  # then nothing of it is remembered when it is sent

    def hidden_tag(self, *fields: Any) -> Markup:
        """All that is hidden in the form: its fields, the token, and the id by which it is known when sent twice."""
        hidden: Markup = super().hidden_tag(*fields)
        if self.carries_passwords:
            return hidden
        once = Markup('<input type="hidden" name="{}" value="{}">').format(ONCE, new_once())
        return hidden + once

    def refuse(self, field_name: str | None, sentence: str) -> None:
        """The sentence stands once at this field; at the top of the form when there is no such field."""
        if field_name and field_name in self:
            self[field_name].errors = list(dict.fromkeys([*self[field_name].errors, sentence]))
        else:
            self.form_errors.append(sentence)

    def wrong(self) -> list[tuple[str, str, str]]:
        """What is to be put right, for the list above the form: where it stands on the page, what it is called, why."""
        return [
            (str(one.id), str(one.label.text), sentence)
            for one in self
            for sentence in one.errors
            if sentence
        ]

    def filled(self, shape: type[S]) -> S:
        """What was filled in, in this shape; where nothing was, the shape has its default. Only after `validate`."""
        named = [one.name for one in fields(shape) if one.name in self]  # type: ignore[arg-type]
        return shape(**{name: self[name].data for name in named if self[name].data not in (None, "")})

    def shows_unread(self) -> bool:
        """True when something typed could not be read; its sentence stands there, though the form was not validated."""
        for one in self:
            one.errors = [*one.process_errors]
        return bool(self.errors)


class Required:
    """Something must be filled in; says what."""

    field_flags = {"required": True}

    def __init__(self, message: LazyText) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is None or field.data in ("", []):
            # What was typed but could not be read already has its own sentence.
            raise StopValidation("" if field.errors else str(self.message))


def version_in(text: Any) -> int:
    """The version of a record that a hidden field tells; 0, which none has, when it tells none."""
    told = str(text or "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0


class TextField(StringField):
    """Several lines of text, bounded; empty where a form came without them."""

    widget = TextArea()

    def __init__(
        self, label: LazyText, validators: Any = None, *, longest: int = 2000, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **{"default": "", **kwargs})
        self.longest = longest

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = cleaned(str(valuelist[0])) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if sentence := why_not_kept(self.data or "", self.longest):
            raise StopValidation(sentence)


class LineField(TextField):
    """One line of it."""

    widget = TextInput()

    def __init__(
        self, label: LazyText, validators: Any = None, *, longest: int = LONGEST_LINE, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, longest=longest, **kwargs)
        self.render_kw = {"maxlength": longest, **(self.render_kw or {})}

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data.replace("\n", " ")


class TypedField(StringField):
    """Text that stands for a value; what was typed is shown again when it cannot be read."""

    def parse(self, text: str) -> Any:
        """The value, or ValueError with the sentence to show."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """How a value is shown in the field."""
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = cleaned(str(valuelist[0])) if valuelist else ""
        self.data = None
        if self.typed:
            self.data = self.parse(without_unseen(self.typed))

    def _value(self) -> str:
        typed = getattr(self, "typed", "")
        return typed or ("" if self.data is None else self.write(self.data))


class NativeField(TypedField):
    """Text for which browsers have an input of their own. It shows nothing that it cannot read, so that what could
    not be read is shown in a plain one.
    """

    native = "text"

    def __init__(self, label: LazyText, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.render_kw = {"type": self.native, **(self.render_kw or {})}

    def __call__(self, **kwargs: Any) -> Any:
        if self.data is None and getattr(self, "typed", ""):
            kwargs["type"] = "text"
        return super().__call__(**kwargs)


class WholeNumberField(TypedField):
    """A whole number between two bounds, or nothing. Full-width digits are read too."""

    def __init__(
        self, label: LazyText, validators: Any = None, *, least: int = 0, most: int = 20000, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.least, self.most = least, most
        self.render_kw = {"inputmode": "numeric", "maxlength": 12, **(self.render_kw or {})}

    def parse(self, text: str) -> int:
        plain = unicodedata.normalize("NFKC", text)[:13]
        if not re.fullmatch(r"[0-9]{1,12}", plain) or not self.least <= int(plain) <= self.most:
            raise ValueError(
                _(
                    "这里填 %(least)d 到 %(most)d 的整数，写的是「%(typed)s」。",
                    least=self.least,
                    most=self.most,
                    typed=text[:20],
                )
            )
        return int(plain)


class DayField(NativeField):
    """A day. Browsers send 2026-11-27; typed 2026.11.27, 2026/11/27 and 2026年11月27日 are read too."""

    native = "date"

    def parse(self, text: str) -> date:
        plain = unicodedata.normalize("NFKC", text)[:20]
        found = re.fullmatch(r"([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?", plain)
        try:
            if found:
                return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            raise ValueError(_("没有「%(typed)s」这一天，看看那个月有几天。", typed=text[:20])) from None
        raise ValueError(_("「%(typed)s」不是一个日期。像 2026-11-27 这样写。", typed=text[:20]))

    def write(self, value: date) -> str:
        return value.isoformat()


class ClockField(TypedField):
    """A time of day in minutes since midnight, written 19:00 whatever the browser speaks; rules.slots reads more."""

    def __init__(self, label: LazyText, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.render_kw = {
            "inputmode": "numeric", "maxlength": 12, "placeholder": "19:00", "autocomplete": "off",
            **(self.render_kw or {}),
        }  # fmt: skip

    def parse(self, text: str) -> int:
        minutes = slots.parse_time(text)
        if minutes is None:
            raise ValueError(_("「%(typed)s」不是一个时间。像 19:00 这样写。", typed=text[:20]))
        return minutes

    def write(self, value: int) -> str:
        return f"{value // 60:02d}:{value % 60:02d}"


class TickField(BooleanField):
    """A box to tick."""


class TicksField(Field):
    """The public ids that were ticked, each once. What cannot be one is left out."""

    data: tuple[str, ...]

    def process_data(self, value: Any) -> None:
        self.data = tuple(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        found = dict.fromkeys(text for text in valuelist if re.fullmatch(r"[A-Za-z0-9_-]{1,22}", str(text)))
        self.data = tuple(found)


class Agreeing(Form):
    """A form that wants slots. Its page asks for the tick once a teacher or venue is said not to be there then.

    The tick holds for what was asked about: who changes the day, the time, a teacher or the place is asked anew.
    """

    WANTED = (
        "day", "first", "repeat", "weekdays", "every", "nth", "lunar", "market", "until", "times", "dates", "starts",
        "ends", "teachers", "venue", "instead", "fill_up",
    )  # fmt: skip

    agreed = TickField(L_("不开、不来的时候已经说好了，照样排"))
    agreed_for = HiddenField()

    @property
    def is_agreed(self) -> bool:
        """True when closed times shall not stand against it."""
        return bool(self.agreed.data) and self.agreed_for.data == self.asked_for

    @property
    def asked_for(self) -> str:
        """A short name for everything that bears on who is needed when, as it is filled in now."""
        values = {name: self[name].data for name in self.WANTED if name in self}
        told = repr({name: value for name, value in values.items() if value})
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def validate(self, extra_validators: Any = None) -> bool:
        """True when it can be read; a tick that was meant for something else is gone."""
        if not self.is_agreed:
            self.agreed.data = False
        return bool(super().validate(extra_validators))


class ChoiceField(SelectField):
    """One of the choices passed in as {value: label}; shown as a list or, with `chips`, as large buttons."""

    def __init__(
        self,
        label: LazyText,
        validators: Any = None,
        *,
        choices: Mapping[str, Any] | None = None,
        chips: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, choices=dict(choices or {}), **kwargs)
        self.chips = chips

    def process_data(self, value: Any) -> None:
        super().process_data(value or "")

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        try:
            super().pre_validate(form)
        except ValidationError:
            raise StopValidation(_("这一项已经不在单子上了，重新选一个。")) from None


class ChoicesField(SelectMultipleField):
    """Any number of the choices passed in as {value: label}."""

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)
        except ValidationError:
            raise StopValidation(_("选的有一项已经不在单子上了，重新选。")) from None
