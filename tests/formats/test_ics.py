"""The calendar file, read back by a parser of other people's making."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.formats.ics import calendar
from nightschool.queries.notices.timetable import Entry, School, SeenTeacher, Timetable, Village
from nightschool.rules.slots import Moment, Slot

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)
CHANGED = datetime(2026, 11, 20, 8, 30, 15, tzinfo=UTC)
ADDRESS = "https://school.example.org/v/511002105201"
VILLAGE = Village(
    code="511002105201",
    name="狮湾村",
    official_name="狮湾村村民委员会",
    township="全安镇",
    county="市中区",
    valid_from=None,
    valid_to=None,
    is_former=False,
    successor=None,
    revision=7,
    changed_at=CHANGED,
    school=School(None, "", "陈书记", "0832-5550101"),
    ended_today=0,
)
ENTRY = Entry(
    public_id="abcdefghijklmnopqrstuv",
    title="柑橘冬季管护",
    summary="带上剪刀",
    slot=Slot(date(2026, 11, 27), 19 * 60, 20 * 60 + 30),
    status="scheduled",
    venue="村活动室",
    directions="村委会二楼",
    reason=None,
    reason_text="",
    moves_to=None,
    moved_from=None,
    revision=3,
    changed_at=CHANGED,
    attendances=None,
    teachers=(SeenTeacher("周老师", "农技站"),),
)

nasty = st.text(
    alphabet=st.one_of(
        st.sampled_from("\r\n\t,;:\\\"'\v\f\x00\x1f\x7f\x85\u2028\u2029 ，；农民夜校𠮷🍊"),
        st.characters(codec="utf-8"),
    ),
    max_size=80,
)
long_chinese = st.text(alphabet="柑橘冬季管护剪枝施肥𠮷", min_size=20, max_size=120)
words = nasty | long_chinese


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    starts = draw(st.integers(0, 1430))
    status = draw(st.sampled_from(["scheduled", "held", "cancelled", "postponed"]))
    is_off = status in ("cancelled", "postponed")
    day = TODAY + timedelta(days=draw(st.integers(-60, 400)))
    return Entry(
        public_id=draw(st.text("abcdefghijklmnop-_", min_size=22, max_size=22)),
        title=draw(words),
        summary=draw(words),
        slot=Slot(day, starts, draw(st.integers(starts + 10, 1440))),
        status=status,
        venue=draw(words),
        directions=draw(words),
        reason="other" if is_off else None,
        reason_text=draw(words) if is_off else "",
        moves_to=Moment(day + timedelta(days=2), 600) if status == "postponed" else None,
        moved_from=draw(st.none() | st.just(Moment(day - timedelta(days=2), 600))),
        revision=draw(st.integers(1, 99)),
        changed_at=CHANGED,
        attendances=None,
        teachers=tuple(
            SeenTeacher(name, unit) for name, unit in draw(st.lists(st.tuples(words, words), max_size=2))
        ),
        differs=draw(st.sampled_from(("", "time,place", "off"))),
        told=draw(st.none() | st.just(Moment(day - timedelta(days=1), 600))),
    )


def written(*ahead: Entry, past: tuple[Entry, ...] = (), zone: ZoneInfo = ZONE) -> bytes:
    return calendar(Timetable(VILLAGE, TODAY, ahead=ahead, past=past), address=ADDRESS, zone=zone)


def events(data: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def as_kept(text: str) -> str:
    """What a calendar can hold of a text: its lines, without other control characters."""
    lines = re.split(r"\r\n|[\r\n\v\f\x85\u2028\u2029]|\\N", text)  # \N is a line break to the library
    return "\n".join(
        "".join(c for c in line if c == "\t" or not re.match("[\x00-\x1f\x7f-\x9f]", c)) for line in lines
    )


@given(st.lists(entries(), max_size=4, unique_by=lambda entry: entry.public_id))
def test_whatever_is_written_as_many_events_come_back_with_the_same_fields(many: list[Entry]) -> None:
    back = events(written(*many))
    assert len(back) == len(many)
    with texts.using_language("zh"):
        for event, entry in zip(back, many, strict=True):
            midnight = datetime.combine(entry.slot.day, datetime.min.time(), ZONE)
            assert event["UID"] == f"{entry.public_id}@school.example.org"
            assert event["SEQUENCE"] == entry.revision
            assert event["DTSTAMP"].dt == CHANGED
            assert event["DTSTART"].dt == midnight + timedelta(minutes=entry.slot.starts)
            assert event["DTEND"].dt == midnight + timedelta(minutes=entry.slot.ends)
            assert event["STATUS"] == ("CONFIRMED" if entry.takes_place else "CANCELLED")
            prefix = {"cancelled": "取消：", "postponed": "改期："}.get(entry.status, "")
            assert event["SUMMARY"] == prefix + as_kept(entry.title)
            assert event["LOCATION"] == ("狮湾村 " + as_kept(entry.venue) if entry.venue else "狮湾村")
            assert as_kept(entry.summary) in event["DESCRIPTION"]
            assert as_kept(entry.directions) in event["DESCRIPTION"]


@given(st.lists(entries(), max_size=3))
def test_no_line_is_longer_than_75_octets_or_ends_otherwise_than_in_cr_lf(many: list[Entry]) -> None:
    data = written(*many)
    assert data.endswith(b"\r\n")
    for line in data.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode()  # no character is cut


def test_a_lone_carriage_return_begins_no_property() -> None:
    [event] = events(written(ENTRY._replace(title="防诈骗\rSTATUS:CANCELLED")))
    assert event["STATUS"] == "CONFIRMED"
    assert event["SUMMARY"] == "防诈骗\nSTATUS:CANCELLED"


def test_same_timetable_same_bytes() -> None:
    assert written(ENTRY) == written(ENTRY)


def test_an_event_does_not_change_from_one_day_to_the_next() -> None:
    later = Timetable(VILLAGE, TODAY + timedelta(days=2), ahead=(ENTRY,))
    assert calendar(later, address=ADDRESS, zone=ZONE) == written(ENTRY)


def test_uid_stays_and_sequence_rises_when_a_session_is_moved() -> None:
    moved = ENTRY._replace(slot=Slot(date(2026, 11, 28), 600, 660), revision=4)
    [before], [after] = events(written(ENTRY)), events(written(moved))
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (3, 4)


def test_a_called_off_session_stays_as_cancelled_and_says_why_and_where_to() -> None:
    gone = ENTRY._replace(status="cancelled", reason="weather")
    later = ENTRY._replace(status="postponed", reason="power_cut", moves_to=Moment(date(2026, 11, 29), 1140))
    first, second = events(written(gone, later))
    assert (first["STATUS"], second["STATUS"]) == ("CANCELLED", "CANCELLED")
    assert "取消：天气不好" in first["DESCRIPTION"]
    assert "改到周日 11月29日（十月廿一） 19:00：停电" in second["DESCRIPTION"]


def test_past_ones_come_first_and_in_order() -> None:
    old = [ENTRY._replace(slot=replace(ENTRY.slot, day=date(2026, 11, day))) for day in (20, 13)]
    starts = [event["DTSTART"].dt.day for event in events(written(ENTRY, past=tuple(old)))]
    assert starts == [13, 20, 27]


def test_what_ends_at_midnight_ends_on_the_next_day() -> None:
    [event] = events(written(ENTRY._replace(slot=Slot(date(2026, 12, 31), 1380, 1440))))
    assert event["DTEND"].dt == datetime(2027, 1, 1, tzinfo=ZONE)


def test_an_empty_timetable_is_a_calendar_too() -> None:
    found = icalendar.Calendar.from_ical(written())
    assert found["X-WR-CALNAME"] == "狮湾村 农民夜校"
    assert not list(found.walk("VEVENT"))


@pytest.mark.parametrize("name", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_the_zone_is_described_as_it_is(name: str) -> None:
    zone = ZoneInfo(name)
    late = ENTRY._replace(slot=replace(ENTRY.slot, day=date(2027, 7, 1)))
    [described] = icalendar.Calendar.from_ical(written(ENTRY, late, zone=zone)).walk("VTIMEZONE")
    told = described.to_tz(lookup_tzid=False)
    for days in range(0, 700, 5):
        noon = datetime.combine(date(2026, 1, 1) + timedelta(days=days), time(12))
        assert noon.replace(tzinfo=told).utcoffset() == noon.replace(tzinfo=zone).utcoffset(), noon
