"""Forms of the plan of a month: its note, and why a township returns it."""

from wtforms import HiddenField

from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField
from nightschool.web.site.record_forms import ComparedForm


class NoteForm(ComparedForm):
    """What is to be said about the month besides its class sessions; and what was said there when it was opened.

    Not the plan's version, which rises with every step that a plan takes.
    """

    note = LineField(L_("备注"), longest=200)
    seen_note = HiddenField()


class ReturnForm(Form):
    """Why the plan goes back."""

    reason = LineField(L_("为什么退回"), longest=200)
