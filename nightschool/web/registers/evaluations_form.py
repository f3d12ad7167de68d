"""Forms of evaluation slips: the slip itself, and slips that are entered from paper."""

from typing import Any

from nightschool.rules.registers.evaluations import (
    LONGEST_WORDS,
    Aspect,
    EvaluationSlip,
    answers_to,
    question_of,
)
from nightschool.texts import L_
from nightschool.web.site.forms import ChoiceField, Form, LineField, Required, TextField, TickField


class EvaluationForm(Form):
    """What one person says of a class; each of it may stay empty."""

    method = ChoiceField("", chips=True)
    content = ChoiceField("", chips=True)
    attitude = ChoiceField("", chips=True)
    understood = ChoiceField("", chips=True)
    words = LineField(L_("还想学什么"), longest=LONGEST_WORDS)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for aspect in Aspect:
            self[aspect].label.text = question_of(aspect)
            self[aspect].choices = {str(choice): words for choice, words in answers_to(aspect).items()}

    def slip(self) -> EvaluationSlip:
        """What was filled in; only after `validate`."""
        answers = {aspect: int(self[aspect].data) for aspect in Aspect if self[aspect].data}
        return EvaluationSlip(answers, self.words.data)


class PaperSlipsForm(Form):
    """Slips typed from paper, a line each."""

    slips = TextField(
        L_("一张一行"), [Required(L_("还没写。一张一行。"))], longest=20000, render_kw={"rows": 8}
    )
    replaces = TickField(L_("换掉先前记的"))
