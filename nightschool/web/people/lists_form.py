"""The forms that say what the columns of a table of people are, and have it taken in."""

from collections.abc import Sequence
from operator import contains
from typing import Any

from nightschool.rules.people.lists import PeopleSheet
from nightschool.texts import L_
from nightschool.web.people.newcomers_form import LinesField
from nightschool.web.people.people_form import GroupField
from nightschool.web.site.forms import ChoiceField, Form, TickField, TicksField


class ColumnsForm(Form):
    """What each column says and which line names them, all sheets one after another; the group of whoever has none.

    Of registers, the course they are of.
    """

    columns = LinesField(name="c")
    heads = LinesField(name="h")
    group_name = GroupField(L_("没写组的，都是哪个组的？"))

    course = ChoiceField(L_("都是哪门课的？"), default="")

    def lines(self, sheets: Sequence[PeopleSheet]) -> list[int | None] | None:
        """The lines that name the columns, one of each sheet; None when one of them is not there."""
        if len(self.heads.data) != len(sheets):
            return None
        found = [int(one) if one.isdecimal() else None if not one else 0 for one in self.heads.data]
        known = ({None, *(number for number, _cells in sheet.lines)} for sheet in sheets)
        return found if all(map(contains, known, found)) else None

    def chosen(self, widths: list[int]) -> list[list[str]] | None:
        """The columns of each sheet; None when they are not as many as the sheets have."""
        rest: list[Any] = list(self.columns.data)
        if len(rest) != sum(widths):
            return None
        return [[rest.pop(0) for _one in range(width)] for width in widths]


class TakeListForm(Form):
    """Who is another of the same name, and whether learners have always been here."""

    others = TicksField(name="ns")
    always_here = TickField(L_("一直在村里，以前的点名也列上"))
