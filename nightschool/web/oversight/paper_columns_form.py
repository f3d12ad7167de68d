"""The columns of a paper as a region wants them: a row each, kept as it was typed whatever is wrong with another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from nightschool.errors import Refused
from nightschool.rules.oversight.paper_columns import (
    BLANK,
    ChosenColumn,
    read_heading,
    tell_refused_columns,
)
from nightschool.rules.typed import one_line
from nightschool.texts import L_, _
from nightschool.web.site.forms import TextField
from nightschool.web.site.record_forms import RecordForm, SavedOtherwise

_MOST_ROWS = 60
_BLANK_ROWS = 2  # to be filled in, beyond those that are there


class _HeadingField(TextField):
    """A row of headings: one a line, or side by side as a table program copies them."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([str(value).replace("\t", "\n") for value in valuelist])


@dataclass
class ColumnRow:
    """One column of the paper, or one to write in by hand."""

    key: str
    standard: str  # what the paper itself calls it; empty of a blank one
    name: str
    place: str
    is_shown: bool
    error: str = ""


class PaperColumnsForm(RecordForm):
    """k-N = the column's key, n-N = what it is called here, p-N = its place among the others, s-N = shown."""

    pasted = _HeadingField(
        L_("有自己的表头，就从 Excel 里复制那一行，贴在这里"), longest=2000, render_kw={"rows": 3}
    )

    def __init__(self, standard: Mapping[str, str], chosen: Sequence[ChosenColumn], version: int) -> None:
        super().__init__(data={"version": version})
        self._standard = standard
        self.rows = self._typed() if self.is_submitted() else self._of(chosen)
        self.was_pasted = bool(self.is_submitted() and self.pasted.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Every place is a number, or left empty: then the column goes to the end."""
        unread = [row for row in self.rows if row.place and not row.place.isdecimal()]
        for row in unread:
            row.error = _("第几栏要写数字，1 在最前面；空着就排在后面。")
        return super().validate(extra_validators) and not unread

    def read_pasted(self) -> bool:
        """The rows are as the pasted heading says, to be looked at; False: a cell of it means nothing."""
        try:
            self.rows = self._of(read_heading(self.pasted.data or "", self._standard))
        except Refused as refused:
            for one in (refused, *refused.others):
                self.refuse("pasted", tell_refused_columns(one))
            return False
        self.pasted.data = ""
        return True

    def chosen(self) -> list[ChosenColumn]:
        """What the rows say, in the order of their places; blank ones that nobody named are none."""
        return [ChosenColumn(row.key, row.name, row.is_shown) for row in self._in_order()]

    def refuse_row(self, refused: Refused) -> None:
        """The sentence stands at its row; at the top where it is about all of them."""
        if refused.field is None:
            self.form_errors.append(tell_refused_columns(refused))
        else:
            self._in_order()[int(refused.field)].error = tell_refused_columns(refused)

    def wrong(self) -> list[tuple[str, str, str]]:
        rows = ((f"n-{number}", "", row.error) for number, row in enumerate(self.rows) if row.error)
        return [*super().wrong(), *rows]

    def show_stale(self, stored: Mapping[str, Any]) -> None:
        """What is stored now differs from this, or does not; saved once more this is what holds."""
        super().show_stale({"version": stored["version"]})
        theirs = [one["name"] for one in stored["columns"] if one["is_shown"]] or list(
            self._standard.values()
        )
        mine = [one.name for one in self.chosen() if one.is_shown]
        if mine != theirs:
            told = (_("、").join(mine), _("、").join(theirs))
            self.differences = (SavedOtherwise(_("栏目"), *told),)

    def _in_order(self) -> list[ColumnRow]:
        named = [row for row in self.rows if row.key != BLANK or row.name]
        return sorted(named, key=lambda row: int(row.place) if row.place.isdecimal() else len(self.rows) + 1)

    def _of(self, chosen: Sequence[ChosenColumn]) -> list[ColumnRow]:
        """The columns that were chosen, then those of the paper that were not, then room for blank ones."""
        found = list(chosen) or [ChosenColumn(key, name) for key, name in self._standard.items()]
        rest = self._standard.keys() - {one.key for one in found}
        found += [ChosenColumn(key, name, False) for key, name in self._standard.items() if key in rest]
        found += [ChosenColumn(BLANK, "", True)] * _BLANK_ROWS
        return [
            ColumnRow(one.key, self._standard.get(one.key, ""), one.name, str(number), one.is_shown)
            for number, one in enumerate(found, start=1)
            if one.key == BLANK or one.key in self._standard
        ]

    def _typed(self) -> list[ColumnRow]:
        typed = request.form
        rows = [number for number in range(_MOST_ROWS) if f"k-{number}" in typed]
        return [
            ColumnRow(
                key := one_line(typed[f"k-{number}"])[:40],
                self._standard.get(key, ""),
                one_line(typed.get(f"n-{number}", "")),
                one_line(typed.get(f"p-{number}", ""))[:4],
                f"s-{number}" in typed,
            )
            for number in rows
        ]
