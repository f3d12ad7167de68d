"""A teacher's own address: made and revoked by who keeps them, and what it opens to whoever has it."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from nightschool.actions.courses import own_words as words
from nightschool.actions.people import teacher_links as actions
from nightschool.errors import NotFound, Refused
from nightschool.formats.ics import teacher_calendar
from nightschool.formats.qr import qr_svg
from nightschool.formats.teacher_text import own_page_words, told_visit
from nightschool.queries.dispatch import dispatches
from nightschool.queries.notices import visits
from nightschool.queries.notices.timetable import Extent
from nightschool.queries.notices.visits import FEED_EXTENT, OWN_PAGE_EXTENT, OwnTimetable
from nightschool.queries.people import people
from nightschool.queries.people import teacher_links as queries
from nightschool.queries.people.people import TeacherRecord
from nightschool.queries.places import places
from nightschool.rules.access import may
from nightschool.rules.courses.closed_times import tell_refused_closed_time
from nightschool.rules.people.teacher_links import tell_refused_link
from nightschool.rules.regions import Level, level_of
from nightschool.rules.registers.questions import tell_refused_question
from nightschool.texts import N_, _
from nightschool.web.people.teacher_links_form import AbsentForm, AnswerForm
from nightschool.web.site.access import actor, allows, by_secret
from nightschool.web.site.context import moment, now, services, today, writing
from nightschool.web.site.language import Reading
from nightschool.web.site.records import CLASH, SAVED, look_up, tried
from nightschool.web.site.secret_pages import keep_secret, secret_of

bp = Blueprint("teacher_links", __name__)


@bp.route("/teachers/<public_id:teacher>/links", methods=["GET", "POST"])
@allows("keep_teachers")
def index(teacher: str) -> Any:
    """The links of a teacher, for who keeps them; posting makes one to all of their classes.

    Of a record merged into another the links still open, and can be revoked here.
    """
    record = look_up(people.teacher, teacher)
    return _page(record, record.region_code)


@bp.route("/desk/<region_code:village>/teachers/<public_id:teacher>/links", methods=["GET", "POST"])
@allows("keep_teachers")
def of_village(village: str, teacher: str) -> Any:
    """The same for a village that calls on a teacher: links to the classes in this village alone."""
    record = look_up(people.teacher, teacher)
    if record.merged_into_id:
        raise NotFound
    return _page(record, village)


@bp.get("/teachers/<public_id:teacher>/links/<public_id:secret_page>")
@allows("keep_teachers")
def made(teacher: str, secret_page: str) -> Any:
    """A link that was just made, for who made it and for an hour: afterwards its secret is kept nowhere."""
    record = look_up(people.teacher, teacher)
    return _made(record, record.region_code, secret_page, url_for("teacher_links.index", teacher=teacher))


@bp.get("/desk/<region_code:village>/teachers/<public_id:teacher>/links/<public_id:secret_page>")
@allows("keep_teachers")
def made_by_village(village: str, teacher: str, secret_page: str) -> Any:
    """The same of a village that calls on a teacher."""
    back = url_for("teacher_links.of_village", village=village, teacher=teacher)
    return _made(look_up(people.teacher, teacher), village, secret_page, back)


@bp.post("/teacher-links/<public_id:teacher_link>/revoke")
@allows("keep_teachers")
def revoke(teacher_link: str) -> Any:
    """The address opens nothing any more."""
    of = look_up(queries.link_of, teacher_link)
    with writing() as db:
        actions.revoke_link(db, link=teacher_link, by=actor(), now=now())
    flash(_("这个链接作废了，谁也打不开了。要给老师新的，再做一个。"))
    if may(actor(), "keep_teachers", of.kept_at):
        return redirect(url_for("teacher_links.index", teacher=of.teacher), 303)
    if level_of(of.region_code) is Level.VILLAGE:
        back = url_for("teacher_links.of_village", village=of.region_code, teacher=of.teacher)
        return redirect(back, 303)
    return redirect(url_for("teacher_links.index", teacher=of.made_for), 303)


@bp.get("/t/<secret:secret>")
@by_secret
def page(secret: str) -> Any:
    """The teacher's page: the next class first."""
    found = _found(secret, OWN_PAGE_EXTENT)
    offers = look_up(dispatches.asked_of_teacher, found.opened, at=moment())
    said = _SAID.get(request.args.get("said", ""))
    told = own_page_words(found)
    return render_template(
        "people/teacher_links/page.html",
        links=_links(secret),
        secret=secret,
        offers=offers,
        said=_(said) if said else "",
        **told,
    )


# What was just done, by the word that the address of the page brings along.
_SAID = {
    "answer": N_("您的答复村里看到了，谢谢。"),
    "absent": N_("已经告诉村里您来不了。换老师还是改时间，由村里定。"),
    "coming": N_("您答应了。村里也答应了，就排成课，列在下面。"),
    "declined": N_("记下了，派单的人会另外安排。"),
    "present": N_("已经告诉村里您又能来了。"),
    "gone": N_("那一单不用再回了：已经撤回、有了结果，或者日子已经过了。要您去的课都在这里。"),
}


@bp.get("/t/<secret:secret>.ics")
@by_secret
def feed(secret: str) -> Response:
    """The teacher's calendar to subscribe to."""
    found = _found(secret, FEED_EXTENT)
    written = teacher_calendar(
        found,
        site=services().settings.base_url + request.script_root,
        reading=Reading("", g.lang).query,
        zone=services().zone,
    )
    return Response(written, mimetype="text/calendar")


@bp.get("/t/<secret:secret>/sheet")
@by_secret
def sheet(secret: str) -> Any:
    """The same on paper, with the address for a phone's camera."""
    found = _found(secret, OWN_PAGE_EXTENT)
    return render_template(
        "people/teacher_links/sheet.html",
        links=_links(secret),
        qr=_qr(_address(secret)),
        address=_address(secret),
        **own_page_words(found),
    )


@bp.route("/t/<secret:secret>/absent/<public_id:coming>", methods=["GET", "POST"])
@by_secret
def absent(secret: str, coming: str) -> Any:
    """The teacher says that they cannot come to a class, or can after all; what is none of theirs leads to their page.

    Without an id for the form: said twice it is said once.
    """
    found = _found(secret, OWN_PAGE_EXTENT)
    visit = next((one for one in found.ahead if one.entry.public_id == coming), None)
    if visit is None or not visit.entry.takes_place:
        return _back(secret)
    form = AbsentForm(data={"reason": found.absent.get(coming, "")})
    given = {"secret": secret, "class_session": coming, "now": now()}
    if request.method == "POST" and request.form.get("do") == "present":
        with writing() as db:
            words.tell_present(db, **given)
        return _back(secret, "present")

    def save(db: Session) -> None:
        words.tell_absent(db, reason=form.reason.data, **given)

    def refuse(form: AbsentForm, refused: Refused) -> None:
        form.refuse("reason", tell_refused_closed_time(refused, today=today()))

    status = tried(form, save, refuse)
    if status == SAVED:
        return _back(secret, "absent")
    page = render_template(
        "people/teacher_links/absent.html", links=_links(secret), form=form, one=told_visit(visit, found)
    )
    return page, status


@bp.route("/t/<secret:secret>/answer/<public_id:asked>", methods=["GET", "POST"])
@by_secret
def answer(secret: str, asked: str) -> Any:
    """The teacher answers a question that is open where they go; one that is not leads to their page."""
    found = _found(secret, OWN_PAGE_EXTENT)
    open_ones = [one for notes in found.notes.values() for one in notes.questions]
    question = next((one for one in open_ones if one.public_id == asked), None)
    form = AnswerForm()
    if question is None and not form.is_submitted():
        return _back(secret)

    def save(db: Session) -> None:
        words.answer_question(db, secret=secret, question=asked, answer=form.answer.data, now=now())

    try:
        status = tried(form, save, lambda form, one: form.refuse("answer", tell_refused_question(one)))
    except NotFound:
        return _back(secret)
    if status == SAVED:
        return _back(secret, "answer")
    page = render_template(
        "people/teacher_links/answer.html", links=_links(secret), form=form, question=question
    )
    return page, status


def _back(secret: str, said: str | None = None) -> Any:
    return redirect(url_for("teacher_links.page", secret=secret, said=said), SAVED)


def _found(secret: str, extent: Extent) -> OwnTimetable:
    return look_up(
        visits.own_timetable, secret, at=moment(), zone=services().settings.timezone, extent=extent
    )


def _links(secret: str) -> dict[str, str]:
    """Where the page leads to, in its own language and size; the calendar has a language only."""
    return {
        "page": url_for("teacher_links.page", secret=secret),
        "sheet": url_for("teacher_links.sheet", secret=secret),
        "feed": Reading(f"{request.script_root}/t/{secret}.ics", g.lang).link(),
    }


def _address(secret: str) -> str:
    """What is written on paper: short, in the language that somebody chooses there."""
    return f"{services().settings.base_url}{request.script_root}/t/{secret}"


def _qr(address: str) -> Markup:
    # In the page itself: a picture of its own would need the secret in one more address.
    return Markup(qr_svg(address).decode())  # made of squares; nothing of it was typed by anybody  # noqa: S704


def _page(record: TeacherRecord, region: str) -> Any:
    sentence, status = "", 200
    if request.method == "POST":
        try:
            with writing() as db:
                made = actions.make_link(db, teacher=record.public_id, region=region, by=actor(), now=now())
                page = keep_secret(db, teacher=record.public_id, region=region, secret=made.secret)
            return redirect(f"{request.path}/{page}", 303)
        except Refused as refused:
            sentence, status = tell_refused_link(refused), CLASH
    shown = render_template(
        "people/teacher_links/index.html",
        record=record,
        place=look_up(places.region_named, region),
        lines=look_up(queries.links, record.public_id, region),
        is_whole=region == record.region_code,
        refused=sentence,
        back=_teacher_page(record.public_id, region, record.region_code),
    )
    return shown, status


def _made(record: TeacherRecord, region: str, secret_page: str, back: str) -> Any:
    kept = secret_of(secret_page)
    if kept is None or (kept["teacher"], kept["region"]) != (record.public_id, region):
        flash(_("网址只留一个小时，这一个看不到了。没记下来，就作废了再做一个。"), "alarm")
        return redirect(back, 303)
    secret = kept["secret"]
    address = _address(secret)
    return render_template(
        "people/teacher_links/made.html",
        record=record,
        place=look_up(places.region_named, region),
        is_whole=region == record.region_code,
        address=address,
        links=_links(secret),
        qr=_qr(address),
        back=back,
    )


def _teacher_page(teacher: str, region: str, kept_at: str) -> str:
    if region == kept_at:
        return url_for("teachers.edit", teacher=teacher)
    return url_for("teachers.show", village=region, teacher=teacher)
