"""The form of what is asked back about one class."""

from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField


class AnswersForm(Form):
    """A line for every kind of question; the page shows those that are asked, each with its sentence."""

    same_names = LineField(L_("答一句"))
    same_count = LineField(L_("答一句"))
    late = LineField(L_("答一句"))
    far_teacher = LineField(L_("答一句"))
    full = LineField(L_("答一句"))
    crowded = LineField(L_("答一句"))
    quiet = LineField(L_("答一句"))
    same_photo = LineField(L_("答一句"))
