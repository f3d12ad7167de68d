"""Notices in words: what changed, what does not take place, and no more than fits."""

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from nightschool.formats.class_poster import posters_data
from nightschool.formats.notices import chat_text, loudspeaker_text, short_text
from nightschool.queries.notices.notices import Notice
from nightschool.queries.notices.timetable import Entry
from nightschool.rules.slots import Moment, Slot
from tests.formats.test_ics import ENTRY, TODAY, VILLAGE

TONIGHT = ENTRY._replace(slot=Slot(TODAY, 18 * 60 + 30, 20 * 60))
FRIDAY = Moment(TODAY + timedelta(days=3), 19 * 60)
MOVED = TONIGHT._replace(differs="time", told=FRIDAY)
OFF = TONIGHT._replace(status="cancelled", reason="farm_work")
LATER = TONIGHT._replace(status="postponed", reason="weather", moves_to=FRIDAY)


def notice(*entries: Entry) -> Notice:
    return Notice(VILLAGE, entries, TODAY)


def test_a_class_of_tonight_for_the_group() -> None:
    assert chat_text(notice(TONIGHT), "https://school.example.org/v/1").splitlines() == [
        "狮湾村 农民夜校上课通知：",
        "【柑橘冬季管护】今晚，周二 11月24日（十月十六） 18:30–20:00",
        "村活动室（村委会二楼），周老师（农技站）",
        "带上剪刀",
        "不清楚的，问：陈书记 0832-5550101",
        "https://school.example.org/v/1",
    ]


def test_a_class_of_tonight_for_the_loudspeaker_is_said_twice() -> None:
    assert loudspeaker_text(notice(TONIGHT)).splitlines() == [
        "各位乡亲请注意，狮湾村农民夜校通知。",
        "今晚六点半，农历十月十六，在村活动室上课，讲柑橘冬季管护，由农技站的周老师来讲。带上剪刀。",
        "再说一遍。",
        "今晚六点半，在村活动室上课，讲柑橘冬季管护，由农技站的周老师来讲。",
        "欢迎大家都来，不清楚的问陈书记。",
    ]


def test_what_was_told_before_is_said_where_it_changed() -> None:
    said = loudspeaker_text(notice(MOVED))
    assert "原来说星期五，十一月二十七号，晚上七点的课，改到今晚六点半" in said
    assert "课有变动" in chat_text(notice(MOVED))
    assert "原定周五 11月27日 19:00" in short_text(notice(MOVED))
    elsewhere = TONIGHT._replace(differs="place,teachers")
    assert "换到村活动室上课，讲柑橘冬季管护，改由农技站的周老师来讲" in loudspeaker_text(notice(elsewhere))


def test_what_does_not_take_place_is_said_with_its_reason_once() -> None:
    said = loudspeaker_text(notice(OFF))
    assert said.count("今晚六点半的柑橘冬季管护不上了") == 2
    assert said.count("因为农活忙") == 1
    assert short_text(notice(OFF)).startswith(
        "狮湾村夜校：周二 11月24日 18:30 柑橘冬季管护不上了，因为农活忙"
    )
    assert "改到星期五，十一月二十七号，晚上七点" in loudspeaker_text(notice(LATER))
    nowhen = LATER._replace(moves_to=None)
    assert "改期，哪天上再通知" in loudspeaker_text(notice(nowhen))
    assert "欢迎" not in loudspeaker_text(notice(nowhen))


def test_a_poster_of_what_was_put_off_has_the_new_day_in_large_and_nothing_struck_through() -> None:
    def poster(entry: Entry) -> dict[str, object]:
        said = posters_data([notice(entry)], "a4", str, lambda village, *_revision: village)
        [one] = said["posters"]
        return {name: one[name] for name in ("banner", "former", "day", "time", "way", "is_off")}

    assert poster(LATER) == {
        "banner": "改期了", "former": "原来说的是周二 11月24日（十月十六） 18:30", "day": "周五 11月27日 农历十月十九",
        "time": "19:00", "way": "因为天气不好", "is_off": False,
    }  # fmt: skip
    nowhen = poster(LATER._replace(moves_to=None))
    assert (nowhen["former"], nowhen["time"], nowhen["is_off"]) == (
        "改期，新的时间还没定：天气不好",
        "18:30–20:00",
        True,
    )
    assert poster(OFF._replace(differs="time", told=FRIDAY))["former"] == "取消：农活忙"


def test_it_takes_about_half_a_minute_to_read_aloud() -> None:
    """Loudspeakers are read at four to five characters a second."""
    for entry in (TONIGHT, MOVED, LATER):
        assert 80 <= len(loudspeaker_text(notice(entry))) <= 180


@given(
    st.lists(
        st.builds(
            ENTRY._replace,
            title=st.text(min_size=1, max_size=80),
            summary=st.text(max_size=200),
            venue=st.text(max_size=40),
            differs=st.sampled_from(["", "time", "place,teachers"]),
            status=st.sampled_from(["scheduled", "cancelled", "postponed"]),
            moves_to=st.sampled_from([None, FRIDAY]),
            told=st.sampled_from([None, FRIDAY]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_short_message_is_one_message_and_aloud_nothing_is_in_brackets(entries: list[Entry]) -> None:
    assert len(short_text(notice(*entries))) <= 70
    plain = [one._replace(title="课", summary="", venue="室（二楼）") for one in entries]
    assert not re.search(r"[（）()【】]", loudspeaker_text(notice(*plain)))


def test_that_a_class_is_off_is_never_cut_off_a_short_message() -> None:
    days = [Slot(TODAY + timedelta(days=ahead), 18 * 60 + 30, 20 * 60) for ahead in range(6)]
    week = [TONIGHT._replace(slot=day, title="血压高怎么吃怎么动") for day in days]
    assert short_text(notice(*week[:5], OFF._replace(slot=days[5], title="家里出事先做什么"))) == (
        "狮湾村夜校：周二 11月24日 18:30 血压高怎么吃怎么动；周日 11月29日 18:30 家里出事先做什么不上了；还有 4 次。"
    )
    off = [OFF._replace(slot=day, title="家里出事先做什么，再做什么，找谁") for day in days[:2]]
    assert short_text(notice(*off)).count("…不上了") == 2
    assert "很很…不上了。" in short_text(notice(OFF._replace(title="很" * 80)))


def test_of_several_classes_titles_are_cut_short_before_the_phone_goes() -> None:
    days = [Slot(TODAY + timedelta(days=ahead), 18 * 60 + 30, 20 * 60) for ahead in range(2)]
    said = short_text(notice(*(TONIGHT._replace(slot=day, title="家里出事先做什么，找谁") for day in days)))
    assert len(said) <= 70 and said.count("…") == 2 and said.endswith("，问0832-5550101。")


def test_the_phone_goes_before_who_teaches_and_what_to_bring() -> None:
    long = TONIGHT._replace(title="高血压、糖尿病怎么吃药怎么管", summary="来了先量血压，带上平常吃的药")
    assert short_text(notice(long)).endswith("村活动室，周老师讲，问0832-5550101。")


def test_a_week_without_a_class_is_a_short_message_all_the_same() -> None:
    assert short_text(notice()).startswith("狮湾村夜校：")
