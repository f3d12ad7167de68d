"""Forms of calendars: market days, farm windows, single days, a position, a holiday notice."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from wtforms import HiddenField

from nightschool.rules.almanac import day_with_year
from nightschool.rules.seasons.farm_windows import FarmWindow, check_near, check_window
from nightschool.rules.seasons.holidays import read_notice
from nightschool.rules.seasons.markets import MISSING_WORDS, Market, read_market
from nightschool.texts import L_, LazyText, _
from nightschool.web.site.forms import ChoiceField, DayField, LineField, Required, TextField, TypedField
from nightschool.web.site.record_forms import ComparedForm, SavedOtherwise

DAY_KINDS = {
    "market-on": L_("这天逢场"),
    "market-off": L_("这天不逢场"),
    "holiday-on": L_("这天放假"),
    "holiday-off": L_("这天上班"),
}


class DegreesField(TypedField):
    """Degrees with a decimal point, between two bounds."""

    def __init__(self, label: LazyText, validators: Any = None, *, most: int, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.most = most
        self.render_kw = {"inputmode": "decimal", "maxlength": 12}

    def parse(self, text: str) -> float:
        plain = unicodedata.normalize("NFKC", text)
        if not re.fullmatch(r"-?[0-9]{1,3}([.][0-9]{1,7})?", plain) or abs(float(plain)) > self.most:
            raise ValueError(_("「%(typed)s」不是度数。像 29.58 这样写。", typed=text[:20]))
        return float(plain)


class CalendarForm(ComparedForm):
    """One of several forms on a page, each sent by itself. It remembers what stood there when it was opened."""

    seen = HiddenField()

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for one in self:
            one.id = one.label.field_id = f"{name}-{one.id}"  # forms on one page have fields of one name

    def check(self, windows: Iterable[FarmWindow], today: date) -> None:
        """Raises Refused where the rules say no to what could be read; `windows` are those kept already."""

    def open(self, stored: Mapping[str, Any], seen: str) -> None:
        """It starts from what stands there now, and remembers it."""
        for name, value in stored.items():
            self[name].data = value
        self.seen.data = seen

    def show_stored(self, stored: Mapping[str, Any], seen: str) -> None:
        """What was typed stays, beside what stands there now; sent once more it is saved on top."""
        self.compare(stored)
        self.seen.data = seen


class MarketForm(CalendarForm):
    """On which days people go to this market."""

    days = LineField(L_("逢哪些日子"), [Required(L_("写上逢哪些日子，像：逢三六九、单日、每周三周六。"))])
    missing_thirtieth = ChoiceField(L_("逢十或逢三十的场，小月没有三十怎么办"), default="skipped")
    place = LineField(L_("哪里的场"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.missing_thirtieth.choices = {code: _(word) for code, word in MISSING_WORDS.items()}

    def market(self) -> Market:
        """Raises: Refused, as `rules.seasons.markets.read_market` does."""
        return read_market(
            self.days.data or "",
            missing_thirtieth=self.missing_thirtieth.data or "skipped",
            place=self.place.data or "",
        )

    def check(self, windows: Iterable[FarmWindow], today: date) -> None:
        self.market()


class SeasonForm(CalendarForm):
    """One farm window."""

    name = LineField(L_("什么农活"), [Required(L_("写上是什么农活，像：双抢、柑橘采收。"))])
    first = DayField(L_("第一天"), [Required(L_("填第一天。"))])
    last = DayField(L_("最后一天"), [Required(L_("填最后一天，这天还算。"))])

    def window(self) -> FarmWindow:
        """As it was filled in."""
        return FarmWindow(self.name.data or "", self.first.data, self.last.data)

    def check(self, windows: Iterable[FarmWindow], today: date) -> None:
        check_window(self.name.data or "", self.first.data, self.last.data, windows, today=today)


class DayForm(CalendarForm):
    """One day that is otherwise."""

    day = DayField(L_("哪一天"), [Required(L_("填哪一天。"))])
    what = ChoiceField(L_("怎么样"), [Required(L_("选这天怎么样。"))])
    name = LineField(L_("为什么"))

    def offer(self, *, markets: bool) -> None:
        """The choices are set; single market days are a township's or a village's own."""
        kinds = {code: str(word) for code, word in DAY_KINDS.items() if markets or code.startswith("holiday")}
        self.what.choices = kinds

    def check(self, windows: Iterable[FarmWindow], today: date) -> None:
        check_near("day", self.day.data, today=today)


class PositionForm(CalendarForm):
    """Where the village office lies, or where the teachers of a larger region start from."""

    latitude = DegreesField(L_("纬度"), [Required(L_("填纬度，像 29.58。"))], most=90)
    longitude = DegreesField(L_("经度"), [Required(L_("填经度，像 105.06。"))], most=180)

    @property
    def seen_position(self) -> tuple[float, float] | None:
        """Where it lay when the form was opened."""
        try:
            latitude, longitude = (float(one) for one in (self.seen.data or "").split(","))
        except ValueError:
            return None
        return latitude, longitude


class NoticeForm(ComparedForm):
    """A pasted notice. It remembers what was known of all years when it was opened."""

    seen = HiddenField()
    notice = TextField(L_("通知全文"), [Required(L_("把通知全文贴在这里。"))], longest=8000)

    def show_stored(self, stored: Mapping[date, tuple[bool, str]], seen: str) -> None:
        """The notice stays, and its days stand beside those that are stored by now; sent once more it is taken."""
        year, days = read_notice(self.notice.data or "")
        theirs = {day: told for day, told in stored.items() if day.year == year}
        mine = {one.day: (one.is_off, one.name) for one in days}
        self.is_stale, self.seen.data = True, seen
        self.differences = tuple(
            SavedOtherwise(day_with_year(day), _told(mine.get(day)), _told(theirs.get(day)))
            for day in sorted({*mine, *theirs})
            if mine.get(day) != theirs.get(day)
        )


def _told(day: tuple[bool, str] | None) -> str:
    """放假（国庆节）, 上班（国庆节）."""
    if day is None:
        return _("和平常一样")
    is_off, name = day
    return _("放假（%(why)s）", why=name) if is_off else _("上班（%(why)s）", why=name)
