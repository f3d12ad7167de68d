"""The form by which teachers are asked to stand in."""

from collections.abc import Mapping

from nightschool.texts import L_
from nightschool.web.site.forms import ChoiceField, ChoicesField, Form


class StandInForm(Form):
    """Who is asked, and for whom they would stand in."""

    teachers = ChoicesField(L_("问哪几位"))
    instead_of = ChoiceField(L_("谁来不了"), chips=True)

    def offer(self, *, teachers: Mapping[str, str], teaching: Mapping[str, str]) -> None:
        """These could come, and these teach, by public id."""
        self.teachers.choices = dict(teachers)
        self.instead_of.choices = dict(teaching)
        self.instead_of.data = self.instead_of.data or next(iter(teaching), "")
