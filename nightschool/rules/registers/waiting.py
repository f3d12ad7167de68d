"""Sheets that wait for somebody to look at them: why each does not count, and what it says, kept as text."""

import json
from dataclasses import asdict
from datetime import date

from nightschool.rules.almanac import spoken_day
from nightschool.rules.registers.attendance import NewLearner, Sheet, WrittenGuest
from nightschool.texts import N_, _

OUTRANKED = "outranked"
POSTING_ENDED = "posting_ended"
NEWCOMERS = "newcomers"
OTHER_CONTENT = "other_content"

_WHY = {
    OUTRANKED: N_("这节课有两份点名，现在算数的是后写的那一份。这一份没有丢。"),
    POSTING_ENDED: N_("写的人送来时已经不管这个村了。看一看，对的话由你保存。"),
    NEWCOMERS: N_("里面写了名单上没有的人，名字要先对一对：可能是同一个人，也可能是同名的另一个人。"),
    OTHER_CONTENT: N_("同一份单子送来过两次，两次写的不一样。先来的那一份算数，这是后来的。"),
    "opens_later": N_("记的时候，%(day)s 这节课还没到点。真的上了，就打开看看再存。"),
    "is_draft": N_("这节课还没公布。"),
    "is_cancelled": N_(
        "送来的时候，这节课已经取消了。要是其实上了，就先恢复它；要是点的是别的课，就放到那节课去。"
    ),
    "is_postponed": N_("送来的时候，这节课已经改期了。点的要是改期后的那一节，就放到那里去。"),
    "why_changed": N_("这节课过去好些天了，名单也存过。要改，写一句为什么改。"),
    "foreign_learner": N_("里面有人已经不在这个村的名单上。打开看，留下的人都勾好了。"),
    "cohort_only": N_("里面有迟到、代到或补课，可这节课是讲座，只记到和请假。"),
    "substitute_unnamed": N_("里面有家人代到，没写是谁来的。"),
}


def tell_why_waiting(code: str, *, day: date, today: date) -> str:
    """One sentence: why the sheet of a class on this day does not count, and what to do about it."""
    return _(_WHY[code], day=spoken_day(day, today))


def write_sheet(sheet: Sheet) -> str:
    """The sheet as a text that `read_sheet` reads back into an equal one."""
    content = {**asdict(sheet), "marks": dict(sheet.marks), "came_instead": dict(sheet.came_instead)}
    return json.dumps(content, ensure_ascii=False)


def read_sheet(text: str) -> Sheet:
    """The sheet that was written so."""
    content = json.loads(text)
    content["new_learners"] = tuple(NewLearner(**one) for one in content["new_learners"])
    content["guests"] = tuple(WrittenGuest(**one) for one in content["guests"])
    return Sheet(**content)
