"""What speaks against a date: plain sentences, each with its kind and where it comes from. Advice, never a refusal.

W1 to W8 of docs/domain.md, the way between villages, and how much a teacher takes on in a week.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.shared_people import PeopleElsewhere, tell_names
from nightschool.rules.names import compared
from nightschool.rules.places.travel import Journey, gap_needed
from nightschool.rules.seasons.daylight import Position, dark_at
from nightschool.rules.seasons.farm_windows import FarmWindow, in_season
from nightschool.rules.seasons.holidays import Holidays
from nightschool.rules.seasons.markets import Markets, tell_market
from nightschool.rules.slots import Slot
from nightschool.texts import _

MARKET_OVER = 13 * 60  # by then people are back from market
WALK_HOME_MINUTES = 30
_RAINY_MONTHS = range(5, 10)
SAME_TOPIC_DAYS = 60
AFTER_WORK = 17 * 60
_FIRST_UP, _LAST_UP = 6 * 60, 23 * 60  # nobody means to teach before or after
# What is known of a year, a place, a topic or an hour, and would read the same at every date of a list.
_SAID_ONCE = frozenset({"holiday_unknown", "odd_hours", "rain", "same_topic"})
_NO_MARKETS = Markets()
_UNKNOWN = Holidays(frozenset(), {})


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence. `kind` says of what, `source` where it is known from."""

    kind: str
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class NearbySession:
    """A class session that stands already and bears on a date."""

    day: date
    starts: int
    ends: int
    title: str
    village: str
    is_here: bool
    is_near: bool = False  # in another village of the same township
    way: Journey | None = None  # from there to here, so far as it is known
    # Of the course that is asked about: it counts in the week, and speaks against no day.
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that is known around some days in a village. Queries fill it; advice reads it."""

    markets: Markets = _NO_MARKETS
    markets_of: str = ""  # the township's name
    markets_are_examples: bool = False
    holidays: Holidays = _UNKNOWN
    windows: tuple[FarmWindow, ...] = ()
    position: Position | None = None
    zone: str = "Asia/Shanghai"
    is_lit: bool = True
    is_covered: bool = True
    venue: str = ""
    # Teacher's name -> their sessions, and how many a week at most.
    taught: Mapping[str, Sequence[NearbySession]] = field(default_factory=dict)
    weekly_limits: Mapping[str, int] = field(default_factory=dict)
    here: Sequence[NearbySession] = ()  # sessions of this village
    people: Sequence[PeopleElsewhere] = ()  # of the cohort that is asked about
    title: str = ""
    planned: Sequence[date] = ()  # days of the same proposal
    kmh_of: str = ""  # the region that settled how fast one gets on


def advise(slot: Slot, around: Surroundings, *, today: date) -> tuple[Advice, ...]:
    """What speaks against this slot, the weightier first; nothing for a day on which nothing does."""
    found: list[Advice] = []
    for ask in (
        _odd_hours, _people_elsewhere, _market, _farm_work, _holiday, _darkness, _rain, _travel, _busy_teacher,
        _weekly_limit, _same_topic, _same_evening,
    ):  # fmt: skip
        found += ask(slot, around, today)
    return tuple(found)


def _odd_hours(slot: Slot, _around: Surroundings, _today: date) -> Iterator[Advice]:
    if slot.starts < _FIRST_UP:
        told = {"starts": clock(slot.starts), "meant": clock(slot.starts + 12 * 60)}
        sentence = _("%(starts)s 是凌晨。是不是说下午 %(meant)s？", **told)
        yield Advice("odd_hours", sentence, _("上课的钟点"))
    elif slot.ends > _LAST_UP:
        sentence = _("上到 %(ends)s 已经是深夜。钟点是不是写错了？", ends=clock(slot.ends))
        yield Advice("odd_hours", sentence, _("上课的钟点"))


def said_once(advice: Iterable[tuple[Advice, ...]]) -> list[tuple[Advice, ...]]:
    """The advice on each date of a list, without what an earlier date of it was told in the same words."""
    said: set[Advice] = set()
    told = []
    for on_a_date in advice:
        told.append(tuple(one for one in on_a_date if one.kind not in _SAID_ONCE or one not in said))
        said.update(on_a_date)
    return told


def _people_elsewhere(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    for one in around.people:
        if one.slot.overlaps(slot):
            words = {
                "names": tell_names(one.names),
                "title": one.title,
                "from": clock(one.slot.starts),
                "to": clock(one.slot.ends),
            }
            yield Advice(
                "people_elsewhere",
                _("%(names)s也在「%(title)s」那个班，%(from)s–%(to)s 正好在上。", **words),
                _("两个班的名册"),
            )


def _market(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    if slot.starts >= MARKET_OVER or not around.markets.on(slot.day):
        return
    rules = _("；").join(tell_market(rule) for rule in around.markets.rules)
    source = _("%(township)s的场期：%(rules)s", township=around.markets_of, rules=rules)
    if around.markets_are_examples:
        source = _("%(source)s（示例，不是真的）", source=source)
    yield Advice("market", _("这天上午逢场，大家去赶场了。下午或晚上好些。"), source)


def _farm_work(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    for window in in_season(around.windows, slot.day):
        source = _("%(region)s的农时表", region=window.region)
        if window.is_example:
            source = _("%(source)s（示例，不是真的）", source=source)
        until = full_day(window.last, today)
        if slot.starts >= AFTER_WORK:
            sentence = _(
                "正是%(name)s的时候，到%(last)s。讲地里这几天用得上的，短一点。", name=window.name, last=until
            )
        else:
            sentence = _(
                "正是%(name)s的时候，到%(last)s。白天人都在地里，改到晚上或往后。",
                name=window.name,
                last=until,
            )
        yield Advice("farm_work", sentence, source)


def _holiday(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    if around.holidays.may_be_moved(slot.day):
        yield Advice(
            "holiday_unknown",
            _("%(year)d 年怎么调休还没公布，放假前后的日子说不准。", year=slot.day.year),
            _("节假日表"),
        )
        return
    found = around.holidays.on(slot.day)
    if found is None:
        return
    if found.is_off:
        yield Advice("holiday", _("这天是%(name)s放假。", name=_(found.name)), _("节假日表"))
    elif slot.starts < AFTER_WORK:
        yield Advice(
            "make_up_day",
            _("这天要补班（%(name)s调休），上班的人来不了。", name=_(found.name)),
            _("节假日表"),
        )


def _darkness(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    if around.is_lit or around.position is None:
        return
    dark = dark_at(around.position, slot.day, around.zone)
    if dark is None or slot.ends + WALK_HOME_MINUTES <= dark:
        return
    latest = max(0, dark - WALK_HOME_MINUTES - (slot.ends - slot.starts))
    source = (
        _("日落时间，按%(county)s县城算", county=around.position.stands_for)
        if around.position.stands_for
        else _("日落时间，按村里的位置算")
    )
    yield Advice(
        "darkness",
        _(
            "%(venue)s没有灯，%(dark)s 天就黑了，要摸黑回家。最晚 %(latest)s 开始。",
            venue=around.venue,
            dark=clock(dark),
            latest=clock(latest // 5 * 5),
        ),
        source,
    )


def _rain(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    if not around.is_covered and slot.day.month in _RAINY_MONTHS:
        yield Advice(
            "rain",
            _("%(venue)s是露天的，这个月雨多。先想好下雨去哪里。", venue=around.venue),
            _("场地登记：不遮雨；5 月到 9 月雨多"),
        )


def _busy_teacher(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    for name, sessions in around.taught.items():
        same_day = [one for one in sessions if one.day == slot.day and not one.is_own]
        if same_day:
            told = _("、").join(
                _(
                    "%(village)s %(from)s–%(to)s",
                    **{"village": one.village, "from": clock(one.starts), "to": clock(one.ends)},
                )
                for one in same_day
            )
            yield Advice(
                "busy_teacher",
                _(
                    "%(teacher)s这天已经有 %(n)d 节课：%(sessions)s。",
                    teacher=name,
                    n=len(same_day),
                    sessions=told,
                ),
                _("排好的课"),
            )


def _travel(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    for name, sessions in around.taught.items():
        for one in sessions:
            gap = max(slot.starts - one.ends, one.starts - slot.ends)
            if one.day != slot.day or one.is_here or gap < 0:  # at the same time is a conflict, not a way
                continue
            if gap < gap_needed(one.way):
                yield Advice("travel", _tell_way(name, one, slot, gap), _way_source(one.way, around))


def _tell_way(name: str, one: NearbySession, slot: Slot, gap: int) -> str:
    words = {"teacher": name, "village": one.village}
    is_before = one.ends <= slot.starts
    words["time"] = clock(one.ends if is_before else one.starts)
    if one.way is None:
        if is_before:
            return _(
                "%(teacher)s %(time)s 才在%(village)s下课，过来要多久不知道。先问问赶不赶得上。", **words
            )
        return _("%(teacher)s %(time)s 要在%(village)s上课，过去要多久不知道。先问问赶不赶得上。", **words)
    way = {"minutes": one.way.minutes, "km": max(1, round(one.way.km)), "kmh": one.way.kmh, "gap": gap}
    if is_before:
        return _(
            "%(teacher)s %(time)s 才在%(village)s下课，过来大约要 %(minutes)d 分钟"
            "（%(km)d 公里，按每小时 %(kmh)d 公里算），中间只隔 %(gap)d 分钟。",
            **words,
            **way,
        )
    return _(
        "%(teacher)s %(time)s 要在%(village)s上课，过去大约要 %(minutes)d 分钟"
        "（%(km)d 公里，按每小时 %(kmh)d 公里算），中间只隔 %(gap)d 分钟。",
        **words,
        **way,
    )


def _way_source(way: Journey | None, around: Surroundings) -> str:
    if way is None:
        return _("有一个村没有填位置，在「场期和农时」里填")
    if around.kmh_of:
        return _("两个村的位置，路比直线长四成；快慢是%(region)s定的", region=around.kmh_of)
    return _("两个村的位置，路比直线长四成")


def _weekly_limit(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    monday = slot.day - timedelta(days=slot.day.weekday())
    week = {monday + timedelta(days=number) for number in range(7)}
    before = sum(day in week and day < slot.day for day in around.planned)
    for name, limit in around.weekly_limits.items():
        count = before + sum(one.day in week for one in around.taught.get(name, ()))
        if count < limit:
            continue
        words = {"teacher": name, "n": count, "most": limit}
        if before:
            sentence = _(
                "连上面几次，%(teacher)s这一周已经有 %(n)d 节课，说好一周最多 %(most)d 节。", **words
            )
        else:
            sentence = _("%(teacher)s这一周已经有 %(n)d 节课，说好一周最多 %(most)d 节。", **words)
        yield Advice("weekly_limit", sentence, _("老师登记：一周最多几节"))


def _same_topic(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    close = [
        one
        for one in around.here
        if compared(one.title) == compared(around.title)
        and 0 < abs((one.day - slot.day).days) < SAME_TOPIC_DAYS
    ]
    if close:
        nearest = min(close, key=lambda one: abs((one.day - slot.day).days))
        yield Advice(
            "same_topic",
            _(
                "「%(title)s」%(day)s在村里讲过或排过。接着讲新的，还是重讲？",
                title=nearest.title,
                day=full_day(nearest.day, today),
            ),
            _("村里的课"),
        )


def _same_evening(slot: Slot, around: Surroundings, today: date) -> Iterator[Advice]:
    for one in around.here:
        gap = max(slot.starts - one.ends, one.starts - slot.ends)
        if one.day != slot.day or gap > 0:
            continue
        words = {"title": one.title, "from": clock(one.starts), "to": clock(one.ends)}
        if gap == 0:
            sentence = _(
                "村里「%(title)s」（%(from)s–%(to)s）紧挨着这节课，两节都来的人中间歇不了。", **words
            )
        else:
            sentence = _("这时候村里还有「%(title)s」（%(from)s–%(to)s），人会分成两处。", **words)
        yield Advice("same_evening", sentence, _("村里的课"))
