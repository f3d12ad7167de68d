"""Forms of courses: scheduling one, and editing what its class sessions have in common."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms.validators import StopValidation

from nightschool.errors import Refused
from nightschool.rules.almanac import WEEKDAYS, full_day
from nightschool.rules.courses.datelists import read_dates, tell_unread
from nightschool.rules.courses.labels import (
    MOST_OF_A_KIND,
    LabelChoice,
    LabelKind,
    Labels,
    find_label,
    split_names,
    tell_refused_label,
)
from nightschool.rules.courses.modes import MODES, mode_word
from nightschool.rules.courses.proposals import (
    HeldAgain,
    Proposal,
    refused_instead,
    tell_refused_instead,
)
from nightschool.rules.courses.recurrence import (
    MOST_DATES,
    MOST_WEEKS_BETWEEN,
    AroundMarket,
    Listed,
    Monthly,
    Once,
    Recurrence,
    RecurrenceFault,
    Repeating,
    Weekly,
    days_of,
    filled_up,
    recurrence_problem,
    tell_recurrence_problem,
)
from nightschool.rules.people.people import TEACHER_KINDS, Namesake, teacher_kind_word
from nightschool.rules.registers.cohorts import KINDS, CourseKind, course_kind_word
from nightschool.rules.seasons.markets import Market, read_market, tell_market, tell_refused_market
from nightschool.rules.slots import Slot, read_end, shown_end, slot_problem, tell_slot_problem
from nightschool.texts import L_, _, counted
from nightschool.web.courses.alternatives_form import (
    LEFT_OUT,
    DaysField,
    InsteadField,
    read_day,
    read_instead,
    read_slot,
)
from nightschool.web.site.forms import (
    Agreeing,
    ChoiceField,
    ChoicesField,
    ClockField,
    DayField,
    Form,
    LineField,
    Required,
    TextField,
    TickField,
    WholeNumberField,
)
from nightschool.web.site.record_forms import PhoneField, RecordForm

ONCE, WEEKLY, MONTHLY, LUNAR, MARKET, LISTED = "once", "weekly", "monthly", "lunar", "market", "dates"
_REPEATS = {
    ONCE: L_("只上一次"),
    WEEKLY: L_("每周都上"),
    LISTED: L_("几个日期"),
    MONTHLY: L_("每月第几个星期几"),
    LUNAR: L_("逢几，或每月几日"),
    MARKET: L_("跟着赶场天"),
}
_NTH_WORDS = {
    "1": L_("第一个"),
    "2": L_("第二个"),
    "3": L_("第三个"),
    "4": L_("第四个"),
    "-1": L_("最后一个"),
}
_SHIFT_WORDS = {"0": L_("赶场当天"), "-1": L_("赶场前一天"), "1": L_("赶场后一天")}
_PASSING = {
    "data-passing": "1"
}  # gone from the page once it is acted on, which keep.js must not take for lost
# What the advice on a date may be taken as a reason to leave it out, as the page writes it into hidden fields.
_SKIPPED_KINDS = ("holiday", "farm_work", "market")

# Where the sentence about an impossible recurrence stands.
_FIELD_OF_FAULT = {
    RecurrenceFault.NO_WEEKDAY: "weekdays",
    RecurrenceFault.NO_NTH: "nth",
    RecurrenceFault.NO_INTERVAL: "every",
    RecurrenceFault.NO_MARKET: "market",
    RecurrenceFault.NO_END: "until",
    RecurrenceFault.TWO_ENDS: "times",
    RecurrenceFault.UNTIL_BEFORE_FIRST: "until",
    RecurrenceFault.NO_TIMES: "times",
    RecurrenceFault.SAME_DATE_TWICE: "dates",
}


class Staffed(Agreeing):
    """Who teaches and where. Nobody yet, and nowhere yet, are answers too."""

    teachers = ChoicesField(L_("谁来讲"))
    venue = ChoiceField(L_("在哪里"))

    def offer(self, *, teachers: Mapping[str, str], venues: Mapping[str, str]) -> None:
        """These are the teachers and venues to choose from, by public id."""
        self.teachers.choices = dict(teachers)
        self.venue.choices = {"": _("还没定"), **venues}

    def take_staff(self, text: str) -> None:
        """Other teachers, or another venue, that the page offered stand in the fields; other text changes nothing."""
        instead = read_instead(text)
        if instead is not None and instead.venue is not None:
            self.venue.data = instead.venue
        if instead is not None and instead.teachers is not None:
            self.teachers.data = list(instead.teachers)

    @property
    def chosen_teachers(self) -> tuple[str, ...]:
        """Their public ids."""
        return tuple(self.teachers.data or ())

    @property
    def chosen_venue(self) -> str | None:
        """Its public id."""
        return self.venue.data or None

    @property
    def staff(self) -> dict[str, Any]:
        """Both, as actions and queries take them."""
        return {"teachers": self.chosen_teachers, "venue": self.chosen_venue}


class UnitsField(LineField):
    """Units of a list, each by its name, a part of it or its pinyin, with commas between; shown again in full."""

    among: Sequence[LabelChoice] = ()
    chosen: tuple[str, ...] = ()  # their public ids, once they were found

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        found, problems = [], []
        for typed in split_names(self.data or ""):
            try:
                found.append(find_label(typed, self.among))
            except Refused as refused:
                problems.append(tell_refused_label(refused))
        if len(found) > MOST_OF_A_KIND:
            problems.append(tell_refused_label(Refused("too_many_labels")))
        if problems:
            self.errors = [*self.errors, *problems[:-1]]
            raise StopValidation(problems[-1])
        self.chosen = tuple(dict.fromkeys(one.public_id for one in found))
        self.data = _("、").join(dict.fromkeys(one.name for one in found))


class Labelled(Form):
    """How a class is given, who organises it, and the campaigns it belongs to: nothing of it must be filled in."""

    mode = ChoiceField(L_("授课形式"))
    hosts = UnitsField(L_("主办"), longest=400, render_kw={"list": "units"})
    helpers = UnitsField(L_("协办"), longest=400, render_kw={"list": "units"})
    campaigns = ChoicesField(L_("专项活动"))

    def offer_labels(self, labels: Mapping[LabelKind, Sequence[LabelChoice]]) -> None:
        """These are the units and campaigns to choose from."""
        self.hosts.among = self.helpers.among = labels[LabelKind.UNIT]
        self.campaigns.choices = {one.public_id: one.name for one in labels[LabelKind.CAMPAIGN]}
        by_place = _("看地点：田间是田间课堂，院坝是院坝课堂，别处是讲座")
        self.mode.choices = {"": by_place, **{code: mode_word(code) for code in MODES}}

    @property
    def says_more(self) -> bool:
        """True when any of what the page folds away was filled in, or cannot be read."""
        folded = ("mode", "hosts", "helpers", "campaigns", "audience", "expected")
        return any(self[name].data or self[name].errors for name in folded if name in self)

    @property
    def chosen_labels(self) -> Labels[str]:
        """Their public ids; only after the form was found good."""
        return Labels(self.hosts.chosen, self.helpers.chosen, tuple(self.campaigns.data or ()))

    @property
    def manner(self) -> dict[str, Any]:
        """All of it, as actions take it."""
        return {"mode": self.mode.data or None, "labels": self.chosen_labels}


class Timed(Form):
    """From when to when, on one day."""

    starts = ClockField(L_("几点开始"), [Required(L_("几点开始？"))])
    ends = ClockField(L_("几点结束"), [Required(L_("几点结束？"))])

    def validate(self, extra_validators: Any = None) -> bool:
        """True when all of it can be read, and the two make a slot."""
        super().validate(extra_validators)
        self.check_times()
        return not self.errors

    def check_times(self) -> None:
        """A sentence stands at the end where the two make no slot."""
        if self.starts.data is None or self.ends.data is None:
            return
        if problem := slot_problem(self.starts.data, self.ends_at):
            self.refuse("ends", tell_slot_problem(problem))

    def times_or(self, starts: int, ends: int) -> tuple[int, int]:
        """The times that were filled in, or these where one of them was not."""
        if self.starts.data is None or self.ends.data is None:
            return starts, ends
        return self.starts.data, self.ends_at

    def put_times(self, slot: Slot) -> None:
        """The fields show this slot's start and end."""
        put(self.starts, slot.starts)
        put(self.ends, shown_end(slot.ends))

    @property
    def ends_at(self) -> int:
        """The end as meant; browsers write the midnight that closes a day as 00:00."""
        return read_end(self.starts.data, self.ends.data)


def put(field: Any, value: Any) -> None:
    """The field has this value, whatever was typed into it."""
    field.data, field.typed, field.process_errors = value, "", []


class CommonForm(Staffed, Timed, Labelled):
    """What the class sessions of a course have in common."""

    title = LineField(L_("讲什么"), [Required(L_("讲什么？写几个字，像「柑橘冬季管护」。"))])
    category = ChoiceField(L_("哪一类"), [Required(L_("选一类。"))], chips=True)
    summary = LineField(L_("一句话讲什么"), longest=200)
    audience = LineField(L_("对象"), longest=60)
    expected = WholeNumberField(L_("预计人数"), least=1)

    def offer(
        self,
        *,
        categories: Mapping[str, str],
        labels: Mapping[LabelKind, Sequence[LabelChoice]],
        **choices: Mapping[str, str],
    ) -> None:
        self.category.choices = dict(categories)
        self.offer_labels(labels)
        super().offer(**choices)

    @property
    def common(self) -> dict[str, Any]:
        """All of it, as proposals and actions take it; only after the form was found good."""
        return {
            "title": self.title.data,
            "category_code": self.category.data,
            "summary": self.summary.data or "",
            "audience": self.audience.data or "",
            "expected": self.expected.data,
            "starts": self.starts.data,
            "ends": self.ends_at,
            **self.staff,
            **self.manner,
        }


class ScheduleForm(CommonForm):
    """A course before it is scheduled. Hand it today's date before it is validated."""

    new_teacher = LineField(L_("新老师叫什么"), render_kw=_PASSING)
    new_kind = ChoiceField(L_("是哪一类"), chips=True, render_kw=_PASSING)
    new_unit = LineField(L_("哪个单位的"), longest=200, render_kw=_PASSING)
    new_phone = PhoneField(L_("电话"), render_kw=_PASSING)
    is_another = TickField(L_("不是他，是另一个人"), render_kw=_PASSING)
    new_venue = LineField(L_("新场地叫什么"), render_kw=_PASSING)

    first = DayField(L_("第一次哪天上"))
    repeat = ChoiceField(L_("上几次"), chips=True)
    weekdays = ChoicesField(L_("星期几"))
    every = WholeNumberField(L_("每隔几周"), least=1, most=MOST_WEEKS_BETWEEN)
    nth = ChoiceField(L_("第几个"), chips=True)
    lunar = LineField(L_("逢哪些日子"))
    market = ChoiceField(L_("赶场的哪一天"), chips=True)
    until = DayField(L_("到哪天为止"))
    times = WholeNumberField(L_("一共几次"), least=1, most=MOST_DATES)
    dates = TextField(L_("哪些日期"), longest=4000)
    kind = ChoiceField(L_("讲座还是班"), chips=True)
    leave_out = DaysField()
    fill_up = TickField()  # what is left out is made up for after the last date
    instead = InsteadField()
    clash = DaysField()
    skip_holiday = DaysField()
    skip_farm_work = DaysField()
    skip_market = DaysField()

    markets: tuple[Market, ...] = ()
    namesakes: tuple[Namesake, ...] = ()  # who may be meant instead of a new teacher
    told: tuple[str, ...] = ()  # who and what came on the lists with it
    lessons: tuple[HeldAgain, ...] = ()  # of a course that is held again
    today: date
    recurrence: Recurrence
    is_all_left_out = False  # and nothing else is wrong: the dates can be shown, with their ticks

    def offer(self, **choices: Any) -> None:
        super().offer(**choices)
        self.repeat.choices = {key: str(words) for key, words in _REPEATS.items()}
        self.nth.choices = {key: str(words) for key, words in _NTH_WORDS.items()}
        self.market.choices = {key: str(words) for key, words in _SHIFT_WORDS.items()}
        self.kind.choices = {code: course_kind_word(code) for code in KINDS}
        self.new_kind.choices = {code: teacher_kind_word(code) for code in TEACHER_KINDS}
        self.weekdays.choices = {str(number): _(words) for number, words in enumerate(WEEKDAYS)}

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        recurrence = self._recurrence()
        if isinstance(recurrence, Repeating) and self.fill_up.data:
            recurrence = filled_up(recurrence, self.leave_out.data)
        if recurrence is not None:
            self.recurrence = recurrence
            self._check_recurrence(recurrence)
        if not self.errors:
            self._check_instead()
        return not self.errors

    def check_first(self) -> None:
        """A sentence stands at the first day where no class can be on it."""
        if self.first.data and (problem := recurrence_problem(Once(self.first.data))):
            self.refuse("first", tell_recurrence_problem(problem))

    def take(self, text: str) -> None:
        """One of the free times that the page offered stands in the fields; other text changes nothing."""
        slot = read_slot(text)
        if slot is not None:
            put(self.first, slot.day)
            self.put_times(slot)
            self.leave_out.data = tuple(day for day in self.leave_out.data if day != slot.day)
        self.take_staff(text)

    def alter(self, text: str) -> None:
        """One date has what the page offered for it, or is left out; other text changes nothing.

        What is offered is free, so that a tick given for the other dates still holds.
        """
        was_agreed = self.is_agreed
        day = read_day(text[:10])
        if day is not None and text[11:] == LEFT_OUT:
            self.leave_out.data = tuple(sorted({*self.leave_out.data, day}))
        else:
            self.instead.choose(text)
        if was_agreed:
            put(self.agreed_for, self.asked_for)

    def as_the_rest(self, text: str) -> None:
        """The date named has nothing otherwise any more."""
        day = read_day(text)
        if day is not None:
            self.instead.data.pop(day, None)

    def drop_clashes(self) -> None:
        """The dates that the page showed as taken are left out as well."""
        self.leave_out.data = tuple(sorted({*self.leave_out.data, *self.clash.data}))

    def skip(self, kind: str) -> None:
        """The dates against which the page had advice of this kind are left out as well."""
        if kind in _SKIPPED_KINDS:
            self.leave_out.data = tuple(sorted({*self.leave_out.data, *self[f"skip_{kind}"].data}))

    @property
    def markets_told(self) -> str:
        """The markets of the township in words."""
        return _("；").join(map(tell_market, self.markets))

    def proposal(self, region_code: str) -> Proposal:
        """The course as its coordinator wants it; only after the form was found good."""
        return Proposal(
            region_code=region_code,
            recurrence=self.recurrence,
            leave_out=frozenset(self.leave_out.data),
            kind=self.kind.data or CourseKind.OPEN_LECTURE,
            instead=self.instead.data,
            lessons=self.lessons,
            **self.common,
        )

    def _recurrence(self) -> Recurrence | None:
        """What was filled in, or None with a sentence at the field that lacks."""
        if self.repeat.data == LISTED:
            return self._listed()
        if self.first.data is None:
            if not self.first.errors:
                self.refuse("first", _("第一次哪天上？"))
            return None
        if self.repeat.data not in (WEEKLY, MONTHLY, LUNAR, MARKET):
            return Once(self.first.data)
        if any(self[name].errors for name in ("until", "times", "weekdays", "every", "nth", "market")):
            return None
        frame = {"first": self.first.data, "until": self.until.data, "times": self.times.data}
        weekdays = tuple(sorted(int(number) for number in self.weekdays.data or ())) or (
            self.first.data.weekday(),
        )
        match self.repeat.data:
            case "weekly":
                return Weekly(weekdays=weekdays, every=self.every.data or 1, **frame)
            case "monthly":
                return Monthly(weekdays=weekdays, nth=int(self.nth.data or 0), **frame)
            case "market":
                return AroundMarket(markets=self.markets, shift=int(self.market.data or 0), **frame)
        try:
            return AroundMarket(markets=(read_market(self.lunar.data or ""),), **frame)
        except Refused as refused:
            self.refuse("lunar", tell_refused_market(refused))
            return None

    def _listed(self) -> Recurrence | None:
        read = read_dates(self.dates.data or "", self.today)
        for piece in read.unread[:5]:
            self.refuse("dates", tell_unread(piece, read))
        if len(read.unread) > 5:
            more = len(read.unread) - 5
            self.refuse("dates", counted("还有 %(n)d 处看不懂。", more))
        if not read.days and not read.unread:
            self.refuse("dates", _("把日期写在这里，像 11月27日、12月4日，一行一个也行。"))
        return Listed(read.days) if read.days and not read.unread else None

    def _check_recurrence(self, recurrence: Recurrence) -> None:
        problem = recurrence_problem(recurrence)
        if problem is not None:
            usual = (
                "dates" if self.repeat.data == LISTED else "first" if self.repeat.data == ONCE else "until"
            )
            self.refuse(_FIELD_OF_FAULT.get(problem.fault, usual), tell_recurrence_problem(problem))
        elif isinstance(recurrence, Once):
            self.leave_out.data = ()  # ticked when there were several dates; a single one has no tick to take away
        elif all(day in self.leave_out.data for day in days_of(recurrence)):
            self.is_all_left_out = not self.errors
            self.refuse(None, _("每一天都勾了不排，这门课就没有课次了。留一天，或者换个日期。"))

    def _check_instead(self) -> None:
        """What cannot be otherwise is said, and is as the rest again, so that nothing hidden stands in the way."""
        refused = {
            day: "unknown_staff"
            for day, own in self.instead.data.items()
            if not {*(own.teachers or ())} <= {*self.teachers.choices}
            or (own.venue is not None and own.venue not in self.venue.choices)
        }
        refused |= refused_instead(self.proposal("")) if self.instead.data else {}
        for day, code in sorted(refused.items()):
            self.instead.data.pop(day, None)
            self.refuse(None, tell_refused_instead(code, full_day(day, self.today)))


def label_data(labels: Labels[str], names: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a Labelled form that say these labels, by their public ids; their `names` likewise."""
    return {
        "hosts": _("、").join(names[one] for one in labels.hosts),
        "helpers": _("、").join(names[one] for one in labels.helpers),
        "campaigns": list(labels.campaigns),
    }


def recurrence_data(recurrence: Recurrence | None, markets: tuple[Market, ...]) -> dict[str, Any]:
    """The fields of a ScheduleForm that say by which rule to meet; from when to when is asked anew.

    `markets` are those of the township now: a rule around these stays a rule around them.
    """
    match recurrence:
        case Weekly(weekdays=weekdays, every=every):
            return {
                "repeat": WEEKLY,
                "weekdays": [*map(str, weekdays)],
                "every": every if every > 1 else None,
            }
        case Monthly(weekdays=weekdays, nth=nth):
            return {"repeat": MONTHLY, "weekdays": [*map(str, weekdays)], "nth": str(nth)}
        case AroundMarket(markets=kept, shift=0) if len(kept) == 1 and kept != markets:
            return {"repeat": LUNAR, "lunar": tell_market(kept[0])}
        case AroundMarket(shift=shift):
            return {"repeat": MARKET, "market": str(shift)}
        case Listed():
            return {"repeat": LISTED}
    return {"repeat": ONCE}


class CourseForm(CommonForm, RecordForm):
    """A course that stands already."""
