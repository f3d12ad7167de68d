"""What a teacher says by their own address: why they cannot come, and an answer."""

from nightschool.rules.registers.questions import LONGEST_ANSWER
from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField, Required, TextField


class AbsentForm(Form):
    """Why a teacher cannot come to a class."""

    reason = LineField(L_("为什么来不了"), [Required(L_("写一句为什么，村里好安排。"))], longest=60)


class AnswerForm(Form):
    """The answer to a question."""

    answer = TextField(
        L_("您的答复"),
        [Required(L_("还没写答复。"))],
        longest=LONGEST_ANSWER,
        render_kw={"maxlength": LONGEST_ANSWER},
    )
