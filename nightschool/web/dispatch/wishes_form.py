"""Forms of wishes: written down by lines, put right, decided, and sent in by villagers."""

from collections.abc import Mapping

from flask_wtf.file import FileField

from nightschool.rules.dispatch.wishes import (
    LONGEST_GROUPS,
    LONGEST_TOPIC,
    MOST_HOUSEHOLDS,
    TIMES,
    UNMET_REASONS,
    WishEntry,
)
from nightschool.texts import L_, _
from nightschool.web.site.forms import (
    ChoiceField,
    ChoicesField,
    Form,
    LineField,
    Required,
    TextField,
    WholeNumberField,
)
from nightschool.web.site.record_forms import RecordForm

_LONGEST_LINES = 8000


def _month(sent: str | int) -> str | int:
    """The number of a month; what is none stays as it came, and is none of the choices."""
    return int(sent) if str(sent) in map(str, range(1, 13)) else sent


class LinesForm(Form):
    """Wishes, one a line."""

    lines = TextField(L_("想学的，一行一个"), longest=_LONGEST_LINES, render_kw={"rows": 8})
    category = ChoiceField(L_("都是哪一类"), chips=True)
    file = FileField(L_("有表格的，先读表格"))

    def offer(self, categories: Mapping[str, str]) -> None:
        """These are the categories, by code."""
        self.category.choices = dict(categories)


class WishForm(RecordForm):
    """One wish put right."""

    topic = LineField(L_("想学什么"), [Required(L_("还没写想学什么。"))], longest=LONGEST_TOPIC)
    category = ChoiceField(L_("哪一类"), chips=True)
    households = WholeNumberField(
        L_("几户想学"), [Required(L_("还没写几户。"))], least=1, most=MOST_HOUSEHOLDS
    )
    groups = LineField(L_("哪几个组"), longest=LONGEST_GROUPS)
    months = ChoicesField(L_("哪几个月合适"), coerce=_month)
    times = ChoicesField(L_("什么时候合适"))

    def offer(self, categories: Mapping[str, str]) -> None:
        """These are the categories, by code; months and times are always the same."""
        self.category.choices = dict(categories)
        self.months.choices = {month: _("%(month)d月", month=month) for month in range(1, 13)}
        self.times.choices = {code: _(words) for code, words in TIMES.items()}

    @property
    def entry(self) -> WishEntry:
        """What was filled in, as far as it can be read."""
        return WishEntry(
            self.topic.data or "",
            self.category.data or None,
            self.households.data or 1,
            self.groups.data or "",
            tuple(sorted(set(self.months.data or ()))),
            tuple(code for code in TIMES if code in (self.times.data or ())),
        )


class DecideForm(RecordForm):
    """What becomes of one wish; which of these was meant says the button."""

    course = ChoiceField(L_("为它上的课"))
    into = ChoiceField(L_("合到哪一个"))
    reason = ChoiceField(L_("为什么办不到"), chips=True)
    words = LineField(L_("说一句"), longest=100)

    def offer(self, *, courses: Mapping[str, str], wishes: Mapping[str, str]) -> None:
        """These courses and other wishes of the village can be chosen, by public id."""
        self.course.choices = {"": _("还没有"), **courses}
        self.into.choices = dict(wishes)
        self.reason.choices = {code: _(words) for code, words in UNMET_REASONS.items()}


class VillagerForm(Form):
    """A villager's own wish: one that others have too, or in words."""

    topic = ChoiceField(L_("想学什么"), chips=True)
    other = LineField(L_("别的，写几个字"), longest=LONGEST_TOPIC)

    def offer(self, topics: Mapping[str, str]) -> None:
        """These can be chosen, by what is sent."""
        self.topic.choices = dict(topics)

    @property
    def entry(self) -> WishEntry:
        """What was chosen or written, by one household."""
        return WishEntry(self.other.data or self.topic.data or "")
