"""All papers that are tables: one list of them, and one view that answers as page, PDF, Excel or text to copy.

Each paper of the list has addresses of its own, so that what is true of one address, who may see it and what it must
not say, is checked of every paper.
"""

from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.formats.attended_table import CARD, HISTORY
from nightschool.formats.binder import BINDER, binder_data
from nightschool.formats.board_notice import BOARD_NOTICE
from nightschool.formats.cohort_table import COHORT_TABLE
from nightschool.formats.dispatch_letter import DISPATCH_LETTER
from nightschool.formats.inspection_sheet import INSPECTION_SHEET, VISITS
from nightschool.formats.ledger import LEDGER
from nightschool.formats.longest_waits import LONGEST_WAITS
from nightschool.formats.nothing_held import NOTHING_HELD
from nightschool.formats.open_questions import OPEN_QUESTIONS
from nightschool.formats.plan_table import PLAN
from nightschool.formats.qr import qr_svg
from nightschool.formats.region_table import HOUSEHOLD_KINDS, REGION_TABLE, TEACHER_LOADS
from nightschool.formats.roster_table import ROSTER
from nightschool.formats.self_check_table import SELF_CHECK
from nightschool.formats.table_paper import Paper, PaperAsk, PaperTable, lay_out
from nightschool.formats.teacher_list import TEACHER_LIST
from nightschool.formats.teaching_record import TEACHING_RECORD
from nightschool.formats.teaching_slip import HOURS_SLIP
from nightschool.formats.trip_sheet import TRIP_SHEET
from nightschool.formats.unreached_households import UNREACHED_HOUSEHOLDS
from nightschool.formats.venue_list import VENUE_LIST
from nightschool.formats.weekly_circular import CIRCULAR
from nightschool.formats.weekly_sheets import CONSULTING, DISPATCHING
from nightschool.formats.wish_sheet import WISH_SHEET
from nightschool.formats.wish_table import WISH_TABLE
from nightschool.formats.workbooks import WORKBOOK
from nightschool.queries.dispatch import dispatches
from nightschool.queries.dispatch.wishes import longest_waits, wish_sheet, wish_topics
from nightschool.queries.notices.board_months import board_month
from nightschool.queries.oversight.binders import binder_gaps
from nightschool.queries.oversight.household_kinds import RegionKinds, kinds_of_parts
from nightschool.queries.oversight.inspections import inspection_page, visits_to
from nightschool.queries.oversight.nothing_held import NothingHeld, nothing_held
from nightschool.queries.oversight.overview import Overview, overview_of
from nightschool.queries.oversight.paper_columns import columns_in_force
from nightschool.queries.oversight.plans import month_page
from nightschool.queries.oversight.self_checks import checked_facts
from nightschool.queries.oversight.teacher_loads import TeacherLoad, teacher_loads
from nightschool.queries.oversight.weekly import Circular, circulars, consulting, dispatching
from nightschool.queries.people.rosters import village_roster, village_teachers
from nightschool.queries.people.teaching_hours import teaching_year
from nightschool.queries.people.training_cards import of_household, of_learner
from nightschool.queries.people.unreached import Unreached, unreached
from nightschool.queries.places import places
from nightschool.queries.places.venues import village_venues
from nightschool.queries.registers.cohort_tables import CohortCounts, cohort_counts
from nightschool.queries.registers.held_classes import RecordedClasses, held_classes
from nightschool.queries.registers.questions import open_of_village
from nightschool.rules.almanac import clock, day_with_year
from nightschool.rules.dispatch.summaries import LongestWaits
from nightschool.rules.oversight.binder import Gap
from nightschool.rules.oversight.figures import Definition
from nightschool.rules.oversight.self_check import self_check
from nightschool.rules.regions import PREFIX_DIGITS, Level, county_or_township_of, level_of
from nightschool.rules.seasons.months import Term, month_of
from nightschool.rules.seasons.periods import (
    Period,
    parsed_period,
    period_of,
    week_of,
    week_to_look_at,
    whole_month,
)
from nightschool.texts import _
from nightschool.web.oversight.frame import AskedFigures, asked_days, asked_figures, chooser
from nightschool.web.site.access import allows
from nightschool.web.site.context import moment, now, reading, services, today, whole
from nightschool.web.site.papers import pdf_answer, unprintable
from nightschool.web.site.records import look_up

bp = Blueprint("papers", __name__)

_FORMS = ("page", "pdf", "xlsx", "txt")


@dataclass(frozen=True)
class PaperHome:
    """Where papers of one kind stand. `back`: where their reader came from, each address with its name."""

    path: str
    back: Callable[..., dict[str, str]]
    mark: str = ""  # of endpoints, where a paper stands at another address too


VILLAGE = PaperHome(
    "/desk/<region_code:village>/papers/",
    lambda _found, village: {url_for("papers.index", village=village): _("打印")},
)
REGION = PaperHome(
    "/overview/<region_code:region>/papers/",
    lambda _found, region: {
        url_for("papers.of_region", region=region): _("打印"),
        url_for("overview.region", region=region): _("上课的情况"),
    },
    "_of_region",
)
LEARNER = PaperHome(
    "/learners/<public_id:learner>/",
    lambda found, learner: {
        url_for("learners.edit", learner=learner): _("回到%(name)s", name=found.learner),
        url_for("learners.index", village=found.region_code): _("回到学员名单"),
    },
)
TEACHER = PaperHome(
    "/teachers/<public_id:teacher>/",
    lambda found, **of: {url_for("teachers.taught", **of): _("回到%(name)s", name=found.name)},
)
TEACHER_HERE = PaperHome(
    "/desk/<region_code:village>/teachers/<public_id:teacher>/",
    lambda found, **of: {url_for("teachers.show", **of): _("回到%(name)s", name=found.name)},
    "_here",
)

DISPATCH = PaperHome(
    "/dispatches/<public_id:dispatch>/",
    lambda found, dispatch: {url_for("dispatches.show", dispatch=dispatch): _("回到这一单")},
)
INSPECTION = PaperHome(
    "/inspections/<public_id:inspection>/",
    lambda _found, inspection: {url_for("inspections.show", inspection=inspection): _("回到这一次")},
)


@dataclass(frozen=True)
class ListedPaper:
    """A paper with where it stands, who may see it, and what it is written from.

    `find` looks into the database for what the address names; None: there is no such.
    """

    paper: Paper
    base: PaperHome
    verb: str
    find: Callable[[Session, PaperAsk], Any]
    largest: Level = Level.PROVINCE  # of larger regions there is none: it would be a list without end

    def is_of(self, region: str) -> bool:
        """Of this region there is such a paper."""
        return PREFIX_DIGITS[level_of(region)] >= PREFIX_DIGITS[self.largest]

    @property
    def name(self) -> str:
        """Of its endpoint."""
        return self.paper.key + self.base.mark

    @property
    def has_chosen_columns(self) -> bool:
        """True of papers of a village or a region, about whose form its county may have an opinion."""
        return self.base in (VILLAGE, REGION)


def _plan(db: Session, asked: PaperAsk) -> Any:
    return month_page(db, asked.of["village"], month_of(asked.first), today=asked.today)


def _board(db: Session, asked: PaperAsk) -> Any:
    return board_month(db, asked.of["village"], month_of(asked.first), at=moment())


def _hours(db: Session, asked: PaperAsk) -> Any:
    return teaching_year(db, asked.of["teacher"], asked.first.year, asked.of.get("village"))


def _held(db: Session, asked: PaperAsk) -> RecordedClasses:
    return held_classes(db, asked.of["village"], asked.first, asked.last)


def _self_check(db: Session, asked: PaperAsk) -> Any:
    facts = checked_facts(db, asked.of["village"], first=asked.first, last=asked.last, today=asked.today)
    return facts and self_check(facts, asked.today)


def _gaps(db: Session, asked: PaperAsk) -> tuple[Gap, ...] | None:
    return binder_gaps(db, asked.of["village"], first=asked.first, last=asked.last, today=asked.today)


def _cohorts(db: Session, asked: PaperAsk) -> tuple[CohortCounts, ...]:
    code = asked.of.get("village") or asked.of["region"]
    return cohort_counts(db, code, asked.first, asked.last, at=moment())


def _unreached(db: Session, asked: PaperAsk) -> Unreached:
    return unreached(db, asked.of["village"], asked.first, asked.last)


def _region_table(db: Session, asked: PaperAsk) -> Overview | None:
    return overview_of(
        db,
        asked.of["region"],
        first=asked.first,
        last=asked.last,
        today=asked.today,
        narrowed=asked_figures(db).narrowed,
        counts_households=True,
    )


def _household_kinds(db: Session, asked: PaperAsk) -> tuple[RegionKinds, ...]:
    return kinds_of_parts(db, asked.of["region"], asked.first, asked.last, today=asked.today)


def _circular(db: Session, asked: PaperAsk) -> Circular | None:
    assert asked.period is not None  # it is of a week
    return next(iter(circulars(db, asked.of["region"], [asked.period], today=asked.today)), None)


def _nothing_held(db: Session, asked: PaperAsk) -> tuple[NothingHeld, ...]:
    return nothing_held(db, asked.of["region"], first=asked.first, last=asked.last, today=asked.today)


def _teacher_loads(db: Session, asked: PaperAsk) -> tuple[TeacherLoad, ...]:
    return teacher_loads(db, asked.of["region"], asked.first, asked.last)


def _consulting(db: Session, asked: PaperAsk) -> Any:
    return consulting(db, asked.of.get("village") or asked.of["region"], today=asked.today)


def _dispatching(db: Session, asked: PaperAsk) -> Any:
    return dispatching(db, asked.of["region"], today=asked.today)


def _wish_topics(db: Session, asked: PaperAsk) -> Any:
    return wish_topics(db, asked.of["region"], asked.first, asked.last, at=moment())


def _longest_waits(db: Session, asked: PaperAsk) -> LongestWaits:
    """Of a village it is that of its whole county, or township: nobody waits apart."""
    village = asked.of.get("village")
    return longest_waits(db, county_or_township_of(village) if village else asked.of["region"], at=moment())


def _trip(db: Session, asked: PaperAsk) -> Any:
    return dispatches.trip(db, asked.of["dispatch"], at=moment())


def _letter(db: Session, asked: PaperAsk) -> Any:
    return dispatches.dispatch(db, asked.of["dispatch"], at=moment())


PAPERS = (
    ListedPaper(LEDGER, VILLAGE, "see_village", _held),
    ListedPaper(TEACHING_RECORD, VILLAGE, "see_village", _held),
    ListedPaper(BINDER, VILLAGE, "keep_people", _gaps),
    ListedPaper(PLAN, VILLAGE, "schedule", _plan),
    ListedPaper(BOARD_NOTICE, VILLAGE, "see_village", _board),
    ListedPaper(CONSULTING, VILLAGE, "see_village", _consulting),
    ListedPaper(CONSULTING, REGION, "see_overview", _consulting, Level.TOWNSHIP),
    ListedPaper(DISPATCHING, REGION, "see_overview", _dispatching, Level.COUNTY),
    ListedPaper(COHORT_TABLE, VILLAGE, "see_village", _cohorts),
    ListedPaper(COHORT_TABLE, REGION, "see_overview", _cohorts),
    ListedPaper(SELF_CHECK, VILLAGE, "keep_school", _self_check),
    ListedPaper(
        WISH_SHEET, VILLAGE, "schedule", lambda db, asked: wish_sheet(db, asked.of["village"], at=moment())
    ),
    ListedPaper(
        OPEN_QUESTIONS, VILLAGE, "keep_register", lambda db, asked: open_of_village(db, asked.of["village"])
    ),
    ListedPaper(UNREACHED_HOUSEHOLDS, VILLAGE, "keep_people", _unreached),
    ListedPaper(
        TEACHER_LIST, VILLAGE, "see_village", lambda db, asked: village_teachers(db, asked.of["village"])
    ),
    ListedPaper(
        VENUE_LIST, VILLAGE, "keep_venues", lambda db, asked: village_venues(db, asked.of["village"])
    ),
    ListedPaper(ROSTER, VILLAGE, "keep_people", lambda db, asked: village_roster(db, asked.of["village"])),
    ListedPaper(HISTORY, LEARNER, "keep_people", lambda db, asked: of_learner(db, asked.of["learner"])),
    ListedPaper(CARD, LEARNER, "keep_people", lambda db, asked: of_household(db, asked.of["learner"])),
    ListedPaper(CIRCULAR, REGION, "see_overview", _circular),
    ListedPaper(REGION_TABLE, REGION, "see_overview", _region_table),
    ListedPaper(HOUSEHOLD_KINDS, REGION, "see_overview", _household_kinds, Level.COUNTY),
    ListedPaper(TEACHER_LOADS, REGION, "see_overview", _teacher_loads),
    ListedPaper(NOTHING_HELD, REGION, "see_overview", _nothing_held),
    ListedPaper(WISH_TABLE, REGION, "dispatch", _wish_topics),
    ListedPaper(LONGEST_WAITS, VILLAGE, "see_village", _longest_waits),
    ListedPaper(LONGEST_WAITS, REGION, "see_overview", _longest_waits),
    ListedPaper(VISITS, VILLAGE, "see_village", lambda db, asked: visits_to(db, asked.of["village"])),
    ListedPaper(
        INSPECTION_SHEET,
        INSPECTION,
        "inspect",
        lambda db, asked: inspection_page(db, asked.of["inspection"]),
    ),
    ListedPaper(DISPATCH_LETTER, DISPATCH, "dispatch", _letter),
    ListedPaper(TRIP_SHEET, DISPATCH, "dispatch", _trip),
    ListedPaper(HOURS_SLIP, TEACHER, "keep_teachers", _hours),
    ListedPaper(HOURS_SLIP, TEACHER_HERE, "keep_teachers", _hours),
)

_IN_BINDER = (
    PLAN,
    LEDGER,
    TEACHING_RECORD,
    COHORT_TABLE,
    SELF_CHECK,
    OPEN_QUESTIONS,
    TEACHER_LIST,
    VENUE_LIST,
    ROSTER,
)


@bp.get("/desk/<region_code:village>/papers")
@allows("see_village")
def index(village: str) -> Any:
    """What can be printed and put up, and what can be sent on."""
    return render_template(
        "oversight/papers/index.html",
        place=look_up(places.region_named, village),
        papers=_listed(VILLAGE, village=village),
    )


@bp.get("/overview/<region_code:region>/papers")
@allows("see_overview")
def of_region(region: str) -> Any:
    """What an office prints about a region."""
    return render_template(
        "oversight/papers/region.html",
        place=look_up(places.region_named, region),
        papers=_listed(REGION, region=region),
    )


@bp.get("/figures")
@allows("own_account")
def figures() -> Any:
    """What each figure on a paper counts: all its versions, the latest first, each with the days on which it holds."""
    found: dict[Definition, dict[str, None]] = {}
    for paper in (one.paper for one in PAPERS):
        for figure in paper.told_figures:
            found.setdefault(figure, {})[_(paper.name)] = None
    return render_template("oversight/papers/figures.html", figures=found, day_with_year=day_with_year)


def _listed(base: PaperHome, **of: str) -> dict[str, Paper]:
    """The addresses of all papers that stand there, but for the plan's, the way to which leads through its month."""
    return {
        url_for(f"papers.{one.name}", **of): one.paper
        for one in PAPERS
        if one.base is base and one.paper is not PLAN and one.is_of(next(iter(of.values())))
    }


def _answer(listed: ListedPaper, kind: str, **of: str) -> Any:
    """The paper, in the form that the address asks for.

    Where the address names no period it is the present one; of a paper that looks back the one before,
    while nothing is in the present one.
    """
    paper = listed.paper
    if "region" in of and not listed.is_of(of["region"]):
        return redirect(url_for("papers.of_region", **of), 303)
    wanted = parsed_period(request.args.get("period", ""))
    if wanted is None or wanted.kind not in paper.periods:
        wanted = None
    with reading() as db:
        asked = asked_figures(db) if paper.narrows else AskedFigures()
    then = _counted_as_on() if paper.changes else None
    here = partial(url_for, **of, **asked.kept)

    def at(code: str | None, counted: date | None = then) -> str:
        return here(f"papers.{listed.name}", period=code, counted=counted)

    period = wanted or (_unasked(paper.periods[0]) if paper.periods else None)
    form, elsewhere = asked_days(period or week_of(today()), at)
    if elsewhere and "days" in paper.periods:
        return elsewhere
    found, table = _table(listed, period, of, asked)
    if period and not wanted and paper.looks_back and not table.rows:
        earlier = _table(listed, period.before, of, asked)
        if earlier[1].rows:
            period, (found, table) = period.before, earlier
    code = period.code if period else None
    name = "-".join(filter(None, (of.get("village") or of.get("region"), paper.key, code or str(today()))))
    match kind:
        case "pdf" if paper is BINDER and period:
            data = binder_data(table, [*_bound(period, of, asked)])
            return pdf_answer("binder", data, name=name, otherwise=at(code))
        case "pdf":
            if not paper.sheets:
                return pdf_answer("table", table.data(), name=name, otherwise=at(code))
            chosen = request.args.get("sheet", "")
            sheet = chosen if chosen in paper.sheets else paper.sheets[0]
            page = whole(url_for("timetable.village", code=of["village"], big=None))
            board = {"paper": sheet, "qr": qr_svg(page).decode(), "scan": _("扫码看课表")}
            return pdf_answer("board", table.data() | board, name=name, otherwise=at(code))
        case "xlsx":
            answer = Response(table.workbook(), mimetype=WORKBOOK)
            answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
            return answer
        case "txt":
            return Response(table.text(), mimetype="text/plain")
    return render_template(
        "oversight/papers/show.html",
        paper=paper,
        table=table,
        kept=asked.kept,
        forms={
            other: here(f"papers.{listed.name}_{other}", period=code, counted=then) for other in _FORMS[1:3]
        },
        at=at,
        back=listed.base.back(found, **of),
        unprintable=unprintable(table.data()),
        otherwise={
            at(code, day): told
            for day, told in _otherwise(paper, then or (period.first if period else today()))
        },
        **(chooser(period, paper.periods, form) if period else {"period": None}),
    )


def _otherwise(paper: Paper, shown: date) -> Iterator[tuple[date, str]]:
    """How else it can be counted than as on this day: a day of each time between two changes, in words."""
    if days := paper.changes:
        told = _("按 %(day)s 以前的口径", day=day_with_year(days[0]))
        times = [(days[0] - timedelta(days=1), told)]
        times += [(day, _("按 %(day)s 起的口径", day=day_with_year(day))) for day in days]
        yield from (one for n, one in enumerate(times) if n != bisect(days, shown))


def _counted_as_on() -> date | None:
    """The day that the address names: everything is counted as on that day."""
    try:
        return date.fromisoformat(request.args.get("counted", ""))
    except ValueError:
        return None


def _bound(period: Period, of: Mapping[str, str], narrowed: AskedFigures) -> Iterator[PaperTable]:
    """The papers of a binder: of its time, by months where they are of months alone, and lists as they stand."""
    listed = {one.paper.key: one for one in PAPERS if one.base is VILLAGE}
    for paper in _IN_BINDER:
        kinds = paper.periods
        parts: list[Period | None] = [] if kinds else [None]
        if period.kind in kinds:
            parts = [period]
        elif "month" in kinds:
            parts = [*map(whole_month, Term(month_of(period.first), month_of(period.last)).months)]
        for part in parts:
            yield _table(listed[paper.key], part, of, narrowed)[1]


def _unasked(kind: str) -> Period:
    return week_to_look_at(today()) if kind == "week" else period_of(kind, today())


def _table(
    listed: ListedPaper, period: Period | None, of: Mapping[str, str], narrowed: AskedFigures
) -> tuple[Any, PaperTable]:
    region = of.get("village") or of.get("region")
    place = narrowed.of(look_up(places.region_named, region).name) if region else ""
    local = now().instant.astimezone(services().zone)
    as_of = f"{day_with_year(local.date())} {clock(local.hour * 60 + local.minute)}"
    asked = PaperAsk(today(), as_of, of, place, period, _counted_as_on())
    found = look_up(listed.find, asked)
    if not region or not listed.has_chosen_columns:
        return found, lay_out(listed.paper, found, asked)
    with reading() as db:
        chosen = columns_in_force(db, region, listed.paper.key).get(listed.paper.key)
    return found, lay_out(listed.paper, found, asked, chosen.columns if chosen else ())


def stand(on: Blueprint | Flask, listed: ListedPaper, mark: str = "") -> None:
    """The paper has its addresses: page, PDF, workbook, and a text where it may be sent. `mark`: before endpoints."""
    for form in _FORMS[: 3 if listed.paper.is_for_binder else 4]:
        is_page = form == "page"
        on.add_url_rule(
            f"{listed.base.path}{listed.paper.key}{'' if is_page else '.' + form}",
            endpoint=mark + (listed.name if is_page else f"{listed.name}_{form}"),
            view_func=allows(listed.verb)(partial(_answer, listed, form)),
        )


for _one in PAPERS:
    stand(bp, _one)
