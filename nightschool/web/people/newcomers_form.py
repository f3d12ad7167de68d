"""The forms for people who are not on a village's roster yet: rows beside another form's fields, and a pasted list."""

from dataclasses import dataclass
from typing import Any

from wtforms import Field

from nightschool.errors import Refused
from nightschool.rules.registers.attendance import NewLearner, read_list
from nightschool.rules.typed import LONGEST_LINE, one_line, why_not_kept
from nightschool.texts import L_, _
from nightschool.web.people.people_form import GroupField
from nightschool.web.site.forms import Form, TextField, TicksField

BLANK_ROWS = 2  # a script adds more


class LinesField(Field):
    """The same input several times, one row each."""

    data: tuple[str, ...]

    def process_data(self, value: Any) -> None:
        self.data = tuple(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = tuple(one_line(str(text)) for text in valuelist)


@dataclass(frozen=True, slots=True)
class NewRow:
    """One row for somebody who is not on the roster."""

    name: str = ""
    group_name: str = ""
    error: str = ""
    asks_if_another: bool = False
    is_another: bool = False


class NewPeopleForm(Form):
    """A form with rows for people who are not on the village's roster yet."""

    new_names = LinesField(name="nn")
    new_groups = LinesField(name="ng")
    others = TicksField(name="ns")  # rows that are another person of the same name

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.new_errors: dict[int, str] = {}  # row -> sentence
        self._unread: frozenset[int] = frozenset()
        self.asked_rows: set[int] = set()  # rows that share a name with somebody on the roster

    def validate(self, extra_validators: Any = None) -> bool:
        """True when it can be read; the sentences stand where they belong."""
        sound = bool(super().validate(extra_validators))
        for row, (name, group_name) in self._new_rows().items():
            sentences = (why_not_kept(text, LONGEST_LINE) for text in (name, group_name))
            if sentence := next(filter(None, sentences), ""):
                self.new_errors[row] = sentence
            elif not group_name:
                self.new_errors[row] = _("还没写是哪个组的。写三组、3组都行。")
        self._unread = frozenset(self.new_errors)
        return sound and not self.new_errors

    def wrong(self) -> list[tuple[str, str, str]]:
        rows = [(f"new-{row}", self.new_names.data[row], told) for row, told in self.new_errors.items()]
        return [*super().wrong(), *rows]

    def new_learners(self) -> tuple[NewLearner, ...]:
        """Whom the rows name that can be read."""
        return tuple(
            NewLearner(name, group_name, is_another=str(row) in self.others.data)
            for row, (name, group_name) in self._new_rows().items()
            if row not in self._unread
        )

    def refuse_new(self, refused: Refused, sentence: str) -> bool:
        """The sentence stands at the new learner it is about, counted as in `new_learners()`.

        True when it asks whether this is another of the same name.
        """
        row = [row for row in self._new_rows() if row not in self._unread][refused.details["row"]]
        self.new_errors[row] = sentence
        if asks := refused.code == "same_name":
            self.asked_rows.add(row)
        return asks

    def new_rows(self) -> list[NewRow]:
        """The rows to show: those filled in, then blank ones."""
        rows = [
            NewRow(
                name,
                group_name,
                self.new_errors.get(row, ""),
                row in self.asked_rows or str(row) in self.others.data,
                str(row) in self.others.data,
            )
            for row, (name, group_name) in self._new_rows().items()
        ]
        return rows + [NewRow()] * BLANK_ROWS

    def _new_rows(self) -> dict[int, tuple[str, str]]:
        """Row -> name and group of those who have a name."""
        groups = (*self.new_groups.data, *[""] * len(self.new_names.data))
        rows = enumerate(zip(self.new_names.data, groups, strict=False))
        return {row: (name, group_name) for row, (name, group_name) in rows if name}


class PastedForm(NewPeopleForm):
    """Several learners at once: a pasted list becomes rows, which are looked at and saved."""

    pasted = TextField(
        L_("把名单贴在这里：一行一个，名字后面写组"), longest=6000, render_kw={"rows": 6, "data-passing": "1"}
    )
    group_name = GroupField(L_("没写组的，都是哪个组的？"))

    def read(self) -> None:
        """What was pasted stands in rows. Raises Refused as `read_list` does."""
        found = read_list(self.pasted.data or "")
        group = self.group_name.data or ""
        names = [name for name, _group in self._new_rows().values()]
        groups = [group for _name, group in self._new_rows().values()]
        self.new_names.data = (*names, *(one.name for one in found))
        self.new_groups.data = (*groups, *(one.home or group for one in found))
        self.pasted.data = ""

    def validate(self, extra_validators: Any = None) -> bool:
        """True when it can be read, and there is somebody in it."""
        sound = super().validate(extra_validators)
        if sound and not self._new_rows():
            self.refuse("pasted", _("还没写名字。"))
        return sound and bool(self._new_rows())
