"""The forms of a question asked in class: what was asked, and what was answered."""

from nightschool.rules.registers.questions import LONGEST_ANSWER, LONGEST_QUESTION
from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField, Required, TextField
from nightschool.web.site.record_forms import RecordForm


class AskForm(Form):
    """One question more."""

    text = LineField(L_("问了什么"), [Required(L_("还没写问了什么。"))], longest=LONGEST_QUESTION)


class QuestionForm(RecordForm):
    """A question put right, answered, or its answer taken back by emptying it."""

    text = LineField(L_("问了什么"), [Required(L_("还没写问了什么。"))], longest=LONGEST_QUESTION)
    answer = TextField(L_("怎么答复的"), longest=LONGEST_ANSWER, render_kw={"maxlength": LONGEST_ANSWER})
