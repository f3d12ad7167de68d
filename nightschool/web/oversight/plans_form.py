"""Forms of the plan of a month: its note, and why a township returns it."""

from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField


class NoteForm(Form):
    """What is to be said about the month besides its class sessions."""

    note = LineField(L_("备注"), longest=200)


class ReturnForm(Form):
    """Why the plan goes back."""

    reason = LineField(L_("为什么退回"), longest=200)
