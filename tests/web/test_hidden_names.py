"""No public address and no paper for the notice board says a name, a phone or a note that is not for everybody.

Every column that people type into holds a text of its own here, but for those in OPEN; then everything that anybody may
read is read, each language, size, month and part of it, and searched for all of these texts.
"""

import html
import io
import re
from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import Column, String
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from nightschool.actions.notices.revisions import remember
from nightschool.actions.people.household_status import note_status
from nightschool.actions.people.people import edit_teacher
from nightschool.actions.registers.sign_in_sheets import number_rows
from nightschool.database import Database
from nightschool.formats.classes_table import classes_workbook
from nightschool.models import Base
from nightschool.models.attendance import AskedBackAnswer, Evaluation, Guest, Mark, MarkEvent
from nightschool.models.calendars import FarmSeason
from nightschool.models.people import FormerStay, PersonMerge
from nightschool.models.places import RegionSettings, Supporter, Venue
from nightschool.models.planning import ClosedTime, MonthPlan
from nightschool.models.teaching import ClassSession, Enrolment, SessionStatus
from nightschool.models.trust import Account, AuditEvent, FrozenTime, KeptInput, Posting
from nightschool.queries.courses import sessions
from nightschool.queries.oversight.exports import counted_classes
from nightschool.queries.oversight.overview import Figure
from nightschool.rules.people.household_status import Status
from nightschool.rules.people.people import TeacherEntry
from nightschool.rules.registers.attendance import Sheet, WrittenGuest
from nightschool.rules.registers.waiting import write_sheet
from nightschool.web.oversight.papers import PAPERS, REGION
from nightschool.web.site.access import Access, by_secret
from tests.factories import (
    NOW,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_change,
    make_course,
    make_dispatch,
    make_export,
    make_household_status,
    make_inspection,
    make_label,
    make_learner,
    make_link,
    make_login,
    make_people_list,
    make_question,
    make_region,
    make_register,
    make_rota,
    make_session,
    make_teacher,
    make_upload,
    make_waiting_sheet,
    make_wish,
)
from tests.web.addresses import ANYWHERE, SECRET, reader_of, slip_of
from tests.web.test_access_matrix import COUNTY, TOWNSHIP

# What anybody may read, where it is published at all.
OPEN = {
    "category.name", "category.name_en",
    "class_session.title", "class_session.summary", "class_session.reason_text",
    "course.title", "course.summary", "label.name",
    "market_rule.place", "special_day.name",
    "notice_text.text",
    "night_school.institution_name", "night_school.principal", "night_school.contact_name", "night_school.contact_phone",
    "region.name", "region.official_name", "region_name.name", "region_name.official_name",
    "teacher.unit",
    "venue.name", "venue.directions",
    "wish.topic", "wish.reason_text",
}  # fmt: skip
# Texts of the program's own, which nobody types.
OWN = {
    "audit_event.action",
    "audit_event.record",
    "class_session.differs",
    "household_status.sealed",  # its words are looked for below
    "key_mark.sealed",
    "second_factor.secret", "former_value.sealed",  # sealed as well
    "former_value.field", "learner.told_version", "planned_month.month",
    "kept_input.path",
    "region_key.key",
    "region_tally.span",
    "region_tally.label",
    "counted_session.labels",
    "submission.replaces",
}  # fmt: skip
CODES = {12, 22, 32, 64}  # lengths of columns for codes of regions, records and choices, and for digests
PHONES = {
    "learner.phone": "19912345671",
    "teacher.phone": "19912345672",
    "venue.key_holder_phone": "19912345673",
    "supporter.phone": "19912345674",
}

HIDDEN_SINCE, DRAFT = "HiddenSinceYesterday", "HiddenDraft"

# Where one of them stands all the same, and why.
TOLD = {
    ("teacher_links.page", "HiddenTeacherName"): "it is this teacher's own page",
    ("teacher_links.sheet", "HiddenTeacherName"): "it is this teacher's own paper",
    ("teacher_links.feed", "HiddenTeacherName"): "it is this teacher's own calendar",
    ("teacher_links.page", "HiddenCourseAudience"): "a teacher prepares for whom the class is",
    ("dispatches.of_teacher", "HiddenDispatchTopic"): "it is what this teacher is asked to teach",
    ("teacher_links.page", "HiddenDispatchTopic"): "it is what this teacher is asked to teach",
    ("teacher_links.sheet", "HiddenCourseAudience"): "a teacher prepares for whom the class is",
}
TOLD_ON_PAPER = {
    ("school_months.with_drafts", DRAFT): "the coordinator's own year, which says so",
}
TOLD_ON_PAPER |= {
    ("dispatches.desk", hidden): "an office's own page of whom it has asked for what, and why they said no"
    for hidden in ("HiddenDispatchTopic", "HiddenDispatchReasonText", "HiddenTeacherName")
}
TOLD_ON_PAPER |= {
    (f"{page}{form}", "HiddenInspectionVisitReasonText"): "what an office found, for the village alone"
    for page, forms in (("papers.visits", ("", "_pdf", "_xlsx")),)
    for form in forms
}
LEARNER = ("HiddenLearnerName", "HiddenLearnerGroupName")
SIGNED = "who is expected signs beside their name, on paper that stays in the binder"
TOLD_ON_PAPER |= {
    (f"sign_in_sheets.{page}", f"HiddenLearner{hidden}"): SIGNED
    for page in ("show", "pdf", "month_pdf")
    for hidden in ("Name", "GroupName")
}
TOLD_ON_PAPER |= {
    ("township_plans.show", "HiddenCourseAudience"): "a column of the plan",
    ("township_plans.show", "HiddenMonthPlanNote"): "it is written to stand under the plan",
    ("township_plans.show", DRAFT): "it is handed in to be approved, before it is announced",
}
TOLD_ON_PAPER |= {
    (f"matrices.of_{what}", f"Hidden{hidden}"): "who came, for the village's own binder"
    for what in ("class_session", "course")
    for hidden in ("LearnerName", "LearnerGroupName", "GuestName", "GuestHome", "MarkCameInstead")
}
TOLD_ON_PAPER |= {
    (f"papers.{paper}{form}", hidden): why
    for paper, why, told in (
        (
            "plan",
            "the plan is printed to be approved",
            ("HiddenCourseAudience", "HiddenMonthPlanNote", DRAFT),
        ),
        ("roster", "the roster for the binder, which says so", (*LEARNER, "HiddenLearnerHousehold")),
        ("unreached", "whom to invite, for the village alone", (*LEARNER, "HiddenLearnerHousehold")),
        (
            "teachers",
            "whom the village can call on, for its own binder",
            ("HiddenTeacherName", "HiddenTeacherSpecialities"),
        ),
        ("wish-sheet", "which group it goes round", ("HiddenLearnerGroupName",)),
        ("venues", "who has the key, for the village's own binder", ("HiddenVenueKeyHolder",)),
        ("history", "for the learner's own household", LEARNER),
        ("card", "for the learner's own household", (*LEARNER, "HiddenLearnerHousehold")),
        (
            "teaching-record",
            "what was asked and who wrote it down, for the village's own binder",
            ("HiddenQuestionText", "HiddenQuestionAnswer", "HiddenAccountDisplayName"),
        ),
        (
            "board",
            "what was answered is told again on the board, with nobody's name",
            ("HiddenQuestionText", "HiddenQuestionAnswer"),
        ),
        (
            "letter",
            "the letter to the teacher's unit says whom it asks for, and for what",
            ("HiddenTeacherName", "HiddenDispatchTopic", "HiddenDispatchNote"),
        ),
        (
            "trip",
            "the sheet for the driver and the teacher, with where to and what for",
            ("HiddenTeacherName", "HiddenDispatchTopic", "HiddenDispatchNote", "HiddenDispatchReasonText"),
        ),
        ("hours", "the teacher's own proof for their unit", ("HiddenTeacherName",)),
        ("hours_here", "the teacher's own proof for their unit", ("HiddenTeacherName",)),
    )
    for form in ("", "_pdf", "_xlsx", "_txt")
    for hidden in told
    if form != "_txt" or paper in ("board", "plan", "letter", "trip", "hours", "hours_here")
}
TOLD_ON_PAPER |= {
    ("papers.binder_pdf", hidden): "it is the village's own binder: these papers, and no other"
    for paper, hidden in tuple(TOLD_ON_PAPER)
    if paper in {f"papers.{one}_pdf" for one in ("plan", "teaching-record", "teachers", "venues", "roster")}
}
TOLD_WHEN_SENT = {
    **{
        (f"papers.{paper}", hidden): "it says whom it asks for, and for what"
        for paper in ("letter", "trip")
        for hidden in ("HiddenTeacherName", "HiddenDispatchTopic", "HiddenDispatchNote")
    },
    ("papers.trip", "HiddenDispatchReasonText"): "why a village said no, for who asked",
    ("papers.plan", "HiddenCourseAudience"): "the plan is sent to the township to be approved",
    ("papers.hours_here", "HiddenTeacherName"): "the teacher's own proof for their unit",
    ("papers.board", "HiddenQuestionText"): "what was asked last time, without who asked",
    ("papers.board", "HiddenQuestionAnswer"): "and what was answered",
}
# Papers for one person or for the township, not for a notice board.
PRIVATE_PAPERS = {
    "admin.show_slip": "a slip for one person",
    "handovers.to_know": "from one coordinator to the next",
    "handovers.sheet": "from one coordinator to the next",
    "handovers.sheet_with_slip": "from one coordinator to the next",
    "openings.sheet": "slips for the people named on them",
    "teacher_links.made": "an address for one teacher",
    "teacher_links.made_by_village": "an address for one teacher",
}
# Of which kind a household is, in words and as it is kept; and where these words are about no household.
KIND = re.compile("建档立卡|脱贫户|监测户|registered_poor|exited|monitored")
OF_NO_HOUSEHOLD = {"region_settings.edit", "papers.of_region"}
OF_FIVE_OR_MORE = {f"papers.household-kinds_of_region{form}" for form in ("", "_pdf", "_xlsx", "_txt")}
SEEDED = (
    "脱贫户",
    "监测户",
)  # the former of six who came in October, as a sum; of the other that it is not told
TOLD_ON_PAPER |= {(paper, kind): "as sums of five and more" for paper in OF_FIVE_OR_MORE for kind in SEEDED}
TOLD_WHEN_SENT |= {("papers.household-kinds_of_region", kind): "as sums of five and more" for kind in SEEDED}
PAPER = re.compile(r'class="(?:sheet|paper|poster|[^"]*onlyprint)')
SENT = re.compile(r'<pre class="(?:message|skip)">(.*?)</pre>', re.DOTALL)
UNPRINTED = re.compile(r'<header class="top">.*?</header>', re.DOTALL)
BROKEN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")  # as lines and cells of a PDF are
MOST = 40  # addresses of one kind: months and years never end


class Answer(NamedTuple):
    """What somebody read at an address, and what the view is called."""

    endpoint: str
    path: str
    text: str


def marker(column: Column[Any]) -> str:
    return "Hidden" + f"{column.table.name}_{column.name}".title().replace("_", "")


def typed() -> Iterator[Column[Any]]:
    """The columns that hold what people type, and that not everybody may read."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if isinstance(column.type, String) and column.type.length not in CODES and name not in OPEN | OWN:
                yield column


# What is read is the same on both databases.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def village(database: Database, cast: Cast) -> dict[str, Any]:
    """狮湾村 with everything a village can have. What stands in its addresses."""
    with database.writing() as db:
        hidden = make_teacher(
            db, name="癸", unit="县农技站", name_is_public=False, specialities="?", languages="?"
        )
        hidden_since = make_teacher(db, name=HIDDEN_SINCE, unit="县医院")
        venue = db.get_one(Venue, cast.venue)
        both = (cast.teacher, hidden.id, hidden_since.id)
        course = make_course(db, teachers=both, venue_id=cast.venue, kind="cohort", audience="?")
        past = make_session(db, course, TODAY - timedelta(days=7), teachers=both)
        learner, other = make_learner(db, name="甲", household="?"), make_learner(db, name="乙")
        register = make_register(db, past, cast.chen, present=(learner.id,), total=3)
        given = {"class_session_id": past.id, "submission_id": register.id}
        db.add(Guest(**given, name="?", home="?"))
        register.device = register.reason = register.difference_note = "?"
        make_waiting_sheet(db, past, register)
        said = {
            "words": ["HiddenWords"],
            "paper_words": ["HiddenPaperWords"],
            "waiting_words": ["HiddenWaitingWords"],
        }
        db.add(
            Evaluation(class_session_id=past.id, on_paper=5, online=5, waiting=1, sent=["HiddenSent"], **said)
        )
        db.add(
            AskedBackAnswer(
                class_session_id=past.id,
                kind="quiet",
                text="?",
                account_id=cast.chen,
                answered_at=NOW.instant,
            )
        )
        db.add(Mark(**given, learner_id=other.id, status="substitute", came_instead="?"))
        db.add(
            MarkEvent(
                **given, learner_id=other.id, status="substitute", came_instead="HiddenMarkEventCameInstead"
            )
        )
        db.add(
            Enrolment(course_id=course.id, learner_id=learner.id, source="proxy", proxy_name="?", enrolled_on=past.day, asked_at=NOW.instant)
        )  # fmt: skip
        shown = [make_session(db, course, TODAY + timedelta(days=days), teachers=both) for days in (0, 1, 9)]
        off = make_session(
            db, course, TODAY + timedelta(days=2), teachers=both, status=SessionStatus.CANCELLED, reason="other",
            reason_text="下雨",
        )  # fmt: skip
        drafts = make_course(db, title=DRAFT, summary=DRAFT, teachers=both, published=False)
        make_session(
            db,
            drafts,
            TODAY + timedelta(days=10),
            title=DRAFT,
            summary=DRAFT,
            teachers=both,
            status=SessionStatus.DRAFT,
        )
        remember(db, [past, *shown, off], now=later(days=-1))
        db.flush()
        number_rows(db, class_sessions=[one.public_id for one in (past, *shown)], by=cast.chen_actor, now=NOW)
        question = make_question(db, past, answer="?", answered_on=TODAY, answered_by="?")
        change = make_change(db, shown[0])
        upload = make_upload(db, cast.system_administrator)
        township, year = SHIWAN[:9] + "000", (date(2026, 1, 1), date(2026, 12, 31))
        classes = classes_workbook(counted_classes(db, township, *year, today=TODAY), ())
        export = make_export(db, township, cast.township_supervisor, content=classes)
        db.add(FarmSeason(region_code=SHIWAN, name="?", first=TODAY, last=TODAY, note="?"))
        db.add(Supporter(region_code=SHIWAN, part="agronomist", name="?"))
        lists = [make_people_list(db, cast.chen, kind=kind) for kind in ("learner", "teacher", "register")]
        link = make_link(db, hidden, SECRET)
        db.add(ClosedTime(resource_kind="teacher", resource_id=hidden.id, region_code=SHIWAN, note="?"))
        db.add(MonthPlan(region_code=SHIWAN, month=ANYWHERE["month"].first, note="?", return_reason="?"))
        merge = {"learner": "HiddenMerge"}
        db.add(
            PersonMerge(
                kind="learner", kept_id=learner.id, merged_id=other.id, merged_at=NOW.instant, moved=merge
            )
        )
        six = [make_learner(db, name=name) for name in "丙丁戊己庚辛"]
        october = make_session(db, make_course(db), date(2026, 10, 8), booked=False)
        make_register(db, october, cast.chen, present=tuple(one.id for one in six))
        for one in six:
            make_household_status(db, one)
        db.add(FormerStay(learner_id=learner.id, region_code=SHIWAN, group_name="?", left_on=TODAY))
        former = make_region(db, "511002105299", successor_code=SHIWAN, successor_day=TODAY, valid_to=TODAY)
        db.add(FrozenTime(at=later(days=-2).instant, thawed_at=later(days=-1).instant, why="?"))
        db.add(KeptInput(account_id=cast.chen, path="/x", body=b"HiddenKept", kept_at=NOW.instant))
        db.add(
            AuditEvent(
                at=NOW.instant,
                action="teacher.edit",
                region_code=SHIWAN,
                record="teacher 1",
                details={"name": "HiddenTrail"},
            )
        )
        wish = make_wish(db, groups="一组", status="unmet", reason="other", reason_text="等开春")
        dispatch = make_dispatch(
            db, hidden.id, topic="?", note="?", status="declined", declined_by="village", reason="other",
            reason_text="?", settled_at=NOW.instant,
        )  # fmt: skip
        make_dispatch(db, hidden.id, wish_id=make_wish(db, topic="电商直播").id)
        seen = {"outcome": "not_held", "reason": "other", "reason_text": "?", "noted_at": NOW.instant}
        inspection = make_inspection(db, past, **seen)
        entry = TeacherEntry(name=HIDDEN_SINCE, kind="local_expert", unit="县医院", name_is_public=False)
        posting = db.scalars(sa.select(Posting).where(Posting.account_id == cast.chen)).one()
        posting.title = "?"
        account = db.get_one(Account, cast.chen)
        db.add(RegionSettings(region_code=COUNTY, household_purpose="?"))
        account.password_hash = account.mail_address = venue.key_holder = "?"
        values = {
            "village": SHIWAN, "region": SHIWAN, "code": SHIWAN, "called": hidden.public_id, "waiting": "w" * 22,
            "export": export.public_id, "learner_list": lists[0].public_id, "teacher_list": lists[1].public_id,
            "register_list": lists[2].public_id,
            "slip": slip_of(past.public_id), "reader": reader_of(db, cast.township_supervisor, TOWNSHIP),
            "kept": "k" * 22, "class_session": past.public_id, "course": course.public_id, "learner": learner.public_id,
            "other_learner": other.public_id, "teacher": hidden.public_id, "other_teacher": hidden_since.public_id,
            "former": former.code, "other": former.code, "venue": venue.public_id, "question": question.public_id, "wish": wish.public_id, "dispatch": dispatch.public_id, "rota": make_rota(db, COUNTY, wish).public_id, "inspection": inspection.public_id, "change": change.public_id, "login": 1,
            "teacher_link": link.public_id, "label": make_label(db, "县农机站").public_id, "upload": upload.public_id, "account": account.public_id, "posting": posting.id,
        }  # fmt: skip
        for kind, last in (("exited", date(2022, 1, 1)), ("monitored", None)):
            status = Status(kind, date(2021 if last else 2023, 1, 1), last)
            note_status(db, learner=learner.public_id, status=status, by=cast.chen_actor, now=NOW)
        edit_teacher(
            db, teacher=hidden_since.public_id, entry=entry, version=hidden_since.version,
            by=cast.region_administrator_actor, now=NOW,
        )  # fmt: skip
    make_login(database, cast.chen)
    plant(database)
    return values


def plant(database: Database) -> None:
    """Whatever was filled in of `typed` says the name of its column; of teachers' names those that are not public."""
    empty = []
    with database.writing() as db:
        for column in typed():
            name, table = f"{column.table.name}.{column.name}", column.table
            text: Any = sa.literal(marker(column))
            text = text.concat(table.c.id) if column.unique else text
            if name == "waiting_sheet.content":
                text = write_sheet(Sheet(guests=(WrittenGuest(marker(column)),)))
            which = ~table.c.name_is_public if name == "teacher.name" else column != ""
            if name in PHONES:
                for key, public_id in db.execute(sa.select(table.c.id, table.c.public_id)).all():
                    text = SEALER.seal(PHONES[name], about=f"{name}:{public_id}")
                    db.execute(sa.update(table).where(table.c.id == key).values({column.name: text}))
                continue
            if not db.execute(sa.select(table).where(which)).first():
                empty.append(name)
            db.execute(sa.update(table).where(which, column != text).values({column.name: text}))
    assert not empty, f"fill in {empty} above"


# What anybody may read


def public_rules(app: Flask) -> list[Rule]:
    """The addresses that anybody may ask for, by the access their views declare."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and access_of(app, rule.endpoint).is_public
    ]


def access_of(app: Flask, endpoint: str) -> Access:
    found: Access = app.view_functions[endpoint].access  # type: ignore[attr-defined]
    return found


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    """The address of this rule in the village. Fails for a part of it that this test does not know."""
    known = {**ANYWHERE, **values}
    unknown = rule.arguments - set(known)
    assert not unknown, f"{rule}: say in this test what {unknown} are"
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments})


def everything_public(
    app: Flask, client: FlaskClient, values: dict[str, Any], beginning: str = "/"
) -> list[Answer]:
    """Every public address in both languages and sizes, and all that these lead to. Of addresses with this beginning."""
    waiting, seen, counts = deque(["/?q=狮湾"]), set[str](), dict[str, int]()
    for rule in public_rules(app):
        path = address(app, rule, values)
        waiting.extend(path + query for query in ("", "?lang=en", "?big=1"))
    answers = []
    while waiting:
        path = waiting.popleft()
        endpoint = endpoint_of(app, path)
        is_asked = path not in seen and path.startswith(beginning)
        if not is_asked or not endpoint or counts.get(endpoint, 0) >= MOST:
            continue
        seen.add(path)
        counts[endpoint] = counts.get(endpoint, 0) + 1
        answer = read(client, endpoint, path)
        if answer is not None:
            answers.append(answer)
            waiting.extend(links(answer.text))
    return answers


def endpoint_of(app: Flask, path: str) -> str:
    """The public view at this address; empty when there is none."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(urlsplit(path).path)
    except HTTPException:
        return ""
    return endpoint if access_of(app, endpoint).is_public else ""


def links(text: str) -> list[str]:
    """Whatever in an answer looks like an address of this site."""
    return re.findall(r"(?:(?<=[\"'>])|http://localhost)(/[^\s\"'<>\\\\]*)", text)


def read(client: FlaskClient, endpoint: str, path: str) -> Answer | None:
    """What is answered there; None for a refusal."""
    response = client.get(path)
    if response.status_code >= 400:
        return None
    if response.mimetype.endswith("spreadsheetml.sheet"):
        book = openpyxl.load_workbook(io.BytesIO(response.data))
        cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        return Answer(endpoint, path, " ".join(cells))
    if response.mimetype == "application/pdf":
        pages = PdfReader(io.BytesIO(response.data)).pages
        words = " ".join(page.extract_text() for page in pages)
        return Answer(endpoint, path, BROKEN.sub("", words))
    text = response.data.decode("utf-8", "replace").replace("\r\n ", "")  # lines of a calendar are folded
    return Answer(endpoint, path, html.unescape(text) + response.headers.get("Location", ""))


def told(answers: list[Answer]) -> set[tuple[str, str]]:
    """Which view said what of all that is hidden."""
    return {
        (answer.endpoint, said)
        for answer in answers
        for said in re.findall(rf"Hidden(?:(?!Hidden)[A-Za-z])+|1991234567\d|{KIND.pattern}", answer.text)
    }


def test_nothing_public_says_what_is_not_for_everybody(
    app: Flask, client: FlaskClient, village: dict[str, Any]
) -> None:
    answers = everything_public(app, client, village)
    shut = {"metrics.counts"}  # without its word there is no such page; its own test reads it
    assert {answer.endpoint for answer in answers} == {rule.endpoint for rule in public_rules(app)} - shut
    assert told(answers) == set(TOLD)


# Papers


def shown(
    app: Flask, reader: FlaskClient, values: dict[str, Any], beginning: str = "/"
) -> Iterator[tuple[str, Answer]]:
    """What somebody logged in reads at addresses with this beginning that are not for everybody, each with its path."""
    for rule in app.url_map.iter_rules():
        is_asked = "GET" in (rule.methods or ()) and str(rule).startswith(beginning)
        if is_asked and not access_of(app, rule.endpoint).is_public:
            path = address(app, rule, values)
            if answer := read(reader, rule.endpoint, f"{path}?lang=zh"):
                yield path, answer


def papers(reader: FlaskClient, path: str, answer: Answer) -> list[Answer]:
    """This answer and that of another month in English, if they are made to be printed, page or workbook: by their look."""
    found: list[Answer] = []
    asked: Answer | None = answer if answer.endpoint not in PRIVATE_PAPERS else None
    while asked and (PAPER.search(asked.text) or path.endswith((".xlsx", ".pdf", ".txt"))):
        found.append(asked._replace(text=UNPRINTED.sub("", asked.text)))
        asked = None if found[1:] else read(reader, answer.endpoint, f"{path}?period=2026-12&lang=en")
    return found


def test_no_paper_and_nothing_that_is_sent_says_what_is_not_for_everybody(
    app: Flask, browser_of: Any, cast: Cast, village: dict[str, Any]
) -> None:
    """What is sent on: words with a button that copies them, for groups, loudspeakers and short messages."""
    printed, sent, known = [], [], OF_NO_HOUSEHOLD | OF_FIVE_OR_MORE
    for account in (cast.chen, cast.township_supervisor, cast.region_administrator):
        reader = browser_of(account)
        for path, answer in shown(app, reader, village):
            printed += papers(reader, path, answer)
            if account != cast.region_administrator:
                assert not KIND.search(answer.text) or answer.endpoint in known, path
                sent.append(answer._replace(text=" ".join(SENT.findall(answer.text))))
    assert told(printed) == set(TOLD_ON_PAPER)
    senders = {answer.endpoint for answer in sent if answer.text}
    assert {"notices.of_class", "notices.of_week", "overview.region", "papers.circular_of_region"} <= senders
    assert told(sent) == set(TOLD_WHEN_SENT)


# Of which kind a household is: where its coordinator asks, and nowhere else


def test_of_which_kind_a_household_is_stands_in_no_file(
    database: Database, browser_of: Any, cast: Cast, village: dict[str, Any]
) -> None:
    asked = browser_of(cast.chen).post(f"/learners/{village['learner']}/household-status")
    assert {"监测户", "脱贫户"} <= {*KIND.findall(asked.text)}, "these words are said where it is asked for"
    with database.reading() as db:
        rows = db.execute(sa.text("SELECT * FROM household_status")).all()
    assert len(rows) == 2 + 6 and village["learner"] not in str(rows)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    file = Path(str(database.url.database)).read_bytes()
    assert village["learner"].encode() in file, "this is the file that everything stands in"
    for word in ("monitored", "exited", "监测户", "脱贫户"):
        assert word.encode() not in file, word


# What those above the villages read: figures, classes, plans that were announced or handed in, and the school's phone


@pytest.mark.parametrize("who", ["township_supervisor", "county_supervisor"])
def test_officers_read_of_a_village_no_more_than_it_shows_everybody(
    browser_of: Any, cast: Cast, village: dict[str, Any], who: str
) -> None:
    reader = browser_of(getattr(cast, who))
    regions = [TOWNSHIP, SHIWAN, *([COUNTY] if who == "county_supervisor" else [])]
    queries = ["", "?when=2026-11", *(f"?when=2026-11&show={figure}" for figure in Figure)]
    paths = [f"/overview/{region}{query}" for region in regions for query in queries]
    paths += [f"/overview/{region}/plans/2026-11" for region in regions if region != SHIWAN]
    paths += [f"/overview/{TOWNSHIP}/evening"]
    paths += [f"/overview/{region}/{page}" for region in regions for page in ("overdue", "digest")]
    paths += [
        f"/overview/{region}/papers/{one.paper.key}{form}?period=2026"
        for region in regions
        for one in PAPERS
        if one.base is REGION and one.is_of(region)
        for form in ("", ".txt", ".xlsx")
    ]
    answers = [answer for path in paths if (answer := read(reader, path, path))]
    assert len(answers) == len(paths)
    bodies = [answer._replace(text=UNPRINTED.sub("", answer.text)) for answer in answers]
    assert told(bodies) == {(path, kind) for path in paths if "/household-kinds" in path for kind in SEEDED}
    paper = f"/overview/{TOWNSHIP}/papers/held.pdf?period=2026-10"
    table = read(reader, paper, paper)
    assert table and told([table]) == {(paper, kind) for kind in SEEDED}, (
        "these words are found in a PDF, broken as they are"
    )


# A guard that never fails guards nothing


def planted(app: Flask, database: Database, *, is_public: bool) -> None:
    """A page of a village made of lines for staff."""

    def view(code: str) -> str:
        with database.reading() as db:
            wanted = sessions.LINES.where(ClassSession.region_code == code)
            return '<p class="paper">' + str(sessions.lines(db, db.execute(wanted).all()))

    view.access = Access(None if is_public else "see_village")  # type: ignore[attr-defined]
    app.add_url_rule("/planted/<region_code:code>", "planted", view)


@pytest.mark.usefixtures("own_application")
def test_a_planted_page_of_lines_for_staff_is_found(
    app: Flask, database: Database, client: FlaskClient, village: dict[str, Any]
) -> None:
    planted(app, database, is_public=True)
    assert told(everything_public(app, client, village, "/planted")) == {
        ("planted", "HiddenTeacherName"),
        ("planted", DRAFT),
    }


@pytest.mark.usefixtures("own_application")
def test_a_planted_paper_of_lines_for_staff_is_found(
    app: Flask, database: Database, browser_of: Any, cast: Cast, village: dict[str, Any]
) -> None:
    planted(app, database, is_public=False)
    reader = browser_of(cast.chen)
    [(path, answer)] = shown(app, reader, village, "/planted")
    assert ("planted", "HiddenTeacherName") in told(papers(reader, path, answer))


@pytest.mark.usefixtures("own_application")
def test_a_planted_public_address_that_nobody_can_fill_in_is_found(
    app: Flask, client: FlaskClient, village: dict[str, Any]
) -> None:
    view = by_secret(lambda lesson: lesson)
    app.add_url_rule("/planted/<public_id:lesson>", "planted", view)
    with pytest.raises(AssertionError, match="lesson"):
        everything_public(app, client, village)
