"""A form with a field of every kind, which is only looked at."""

from nightschool.rules.almanac import WEEKDAYS
from nightschool.texts import L_, _
from nightschool.web.site.forms import (
    ChoiceField,
    ChoicesField,
    DayField,
    Form,
    LineField,
    TextField,
    TickField,
)


class PiecesForm(Form):
    """One field of each kind."""

    line = LineField(L_("名字"))
    text = TextField(L_("怎么答复的"))
    day = DayField(L_("到哪天为止"))
    is_sure = TickField(L_("就是一直这样，哪天都不行"))
    one = ChoiceField(L_("星期几"))
    several = ChoicesField(L_("星期几"))

    def offer(self) -> None:
        """The choices are set."""
        choices = {str(number): _(word) for number, word in enumerate(WEEKDAYS)}
        self.one.choices = self.several.choices = choices
        self.one.data, self.several.data = "1", ["0", "4"]
