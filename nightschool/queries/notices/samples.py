"""An invented class, for those who look at how notices are worded: no village has it."""

from datetime import UTC, date, datetime, timedelta

from nightschool.queries.notices.notices import Notice
from nightschool.queries.notices.timetable import Entry, School, SeenTeacher, Village
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import _

_STARTS, _ENDS = 18 * 60 + 30, 20 * 60
_LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)


def sample_notice(state: str, today: date) -> Notice:
    """An evening class of today; called off, or moved from two days later. `state`: of a region's own texts."""
    village = Village(
        code="510000000000",
        name=_("柳树村"),
        official_name="",
        township="",
        county="",
        valid_from=None,
        valid_to=None,
        is_former=False,
        successor=None,
        revision=1,
        changed_at=_LONG_AGO,
        school=School(None, "", _("陈书记"), "0832-5550101"),
        ended_today=0,
    )
    entry = Entry(
        public_id="",
        title=_("柑橘冬季管护"),
        summary=_("带上剪刀"),
        slot=Slot(today, _STARTS, _ENDS),
        status="cancelled" if state == "off" else "scheduled",
        venue=_("文化院坝"),
        directions=_("村小学旁边"),
        reason="farm_work" if state == "off" else None,
        reason_text="",
        moves_to=None,
        moved_from=None,
        revision=1,
        changed_at=_LONG_AGO,
        attendances=None,
        teachers=(SeenTeacher(_("周老师"), _("农技站")),),
    )
    if state == "changed":
        entry = entry._replace(differs="time", told=Moment(today + timedelta(days=2), _STARTS))
    return Notice(village, (entry,), today)
