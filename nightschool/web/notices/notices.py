"""Notices of one class, or of all of a week: words for the group, the loudspeaker and the telephone, and papers."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from nightschool.actions.notices import told as actions
from nightschool.errors import Refused
from nightschool.formats import class_poster, notices
from nightschool.formats.spoken_sound import speaker, spoken
from nightschool.queries.courses import sessions
from nightschool.queries.notices import notices as queries
from nightschool.queries.notices.notices import Notice
from nightschool.queries.notices.own_texts import own_texts
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.notices.told import Channel
from nightschool.texts import _
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, services, whole, writing
from nightschool.web.site.papers import pdf_answer
from nightschool.web.site.records import look_up

bp = Blueprint("notices", __name__)

_STRIP = "strip"


@bp.get("/sessions/<public_id:class_session>/notice")
@allows("schedule")
def of_class(class_session: str) -> Any:
    """What is to be said of this class; of one that villagers do not know of, its own page says so."""
    found = _of_class(class_session)
    if found is None:
        return _not_public(class_session)
    [entry] = found.on(Channel.BOARD).entries
    papers = [(paper, _("海报 %(paper)s", paper=paper.upper())) for paper in class_poster.POSTER_SIZES]
    if entry.is_changed:
        papers.append((_STRIP, _("贴条")))
    sound = url_for("notices.sound", class_session=class_session) if speaker() else ""
    return _page(found, papers=papers, sound=sound, has_strip=entry.is_changed, title=found.entries[0].title)


@bp.get("/desk/<region_code:village>/notice")
@allows("see_village")
def of_week(village: str) -> Any:
    """What is to be said of the classes of seven days."""
    return _page(look_up(queries.week_notice, village, at=moment()))


@bp.post("/desk/<region_code:village>/notice")
@allows("schedule")
def tell(village: str) -> Any:
    """These classes were told of like this; a poster or a strip is printed with it."""
    channel = request.form.get("channel", "")
    said = dict(one.partition(":")[::2] for one in request.form.getlist("said"))
    if channel not in list(Channel) or not said or not all(map(str.isdecimal, said.values())):
        abort(422)
    with writing() as db:
        actions.keep_told(
            db,
            village=village,
            said={public_id: int(revision[:9]) for public_id, revision in said.items()},
            channel=Channel(channel),
            by=actor(),
            now=now(),
        )
    if len(said) > 1:
        return redirect(url_for("notices.of_week", village=village), 303)
    [one] = said
    match request.form.get("paper", ""):
        case "":
            return redirect(url_for("notices.of_class", class_session=one), 303)
        case paper if paper == _STRIP:
            return redirect(url_for("notices.strip", class_session=one), 303)
        case paper:
            return redirect(url_for("notices.poster", class_session=one, paper=paper), 303)


@bp.get("/sessions/<public_id:class_session>/poster.pdf")
@allows("schedule")
def poster(class_session: str) -> Any:
    """A sheet for the notice board, A4 or with `?paper=a3` larger."""
    asked = request.args.get("paper", "")
    paper = asked if asked in class_poster.POSTER_SIZES else class_poster.POSTER_SIZES[0]
    found = _of_class(class_session)
    if found is None:
        return _not_public(class_session)
    return _paper(
        "poster", class_poster.posters_data([found.on(Channel.BOARD)], paper, _page_of, _posted_of), found
    )


@bp.get("/sessions/<public_id:class_session>/strip.pdf")
@allows("schedule")
def strip(class_session: str) -> Any:
    """What is stuck over a poster that says it otherwise."""
    found = _of_class(class_session)
    found = found and found.on(Channel.BOARD)
    if found is None or not found.entries[0].is_changed:
        return _not_public(class_session)
    return _paper("strip", class_poster.strips_data([found]), found)


@bp.get("/sessions/<public_id:class_session>/notice.wav")
@allows("schedule")
def sound(class_session: str) -> Any:
    """What the loudspeaker says, spoken; where nothing on this machine can speak, the page says so."""
    found = _of_class(class_session)
    if found is None:
        return _not_public(class_session)
    with reading() as db:
        own = own_texts(db, found.village.code)
    try:
        made = spoken(words_of(found, Channel.LOUDSPEAKER, own))
    except Refused:
        flash(_("录音没做出来，照着念吧。"), "alarm")
        return redirect(url_for("notices.of_class", class_session=class_session), 303)
    answer = Response(made, mimetype="audio/wav")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{found.entries[0].slot.day}.wav")
    return answer


def _of_class(class_session: str) -> Notice | None:
    page = look_up(sessions.class_session, class_session)
    with reading() as db:
        return queries.class_notice(db, page.region_code, class_session, at=moment())


def _not_public(class_session: str) -> Any:
    return redirect(url_for("sessions.show", class_session=class_session), 303)


def _page_of(village: str) -> str:
    return whole(url_for("timetable.village", code=village, big=None))


def _posted_of(village: str, class_session: str, revision: int) -> str:
    return whole(
        url_for("revisions.posted", code=village, told_class=class_session, revision=revision, big=None)
    )


def _page(found: Notice, **more: Any) -> Any:
    return render_template(
        "notices/notices/show.html",
        place=found.village,
        notice=found,
        texts=_texts(found) if found.entries else (),
        **more,
    )


def _texts(found: Notice) -> list[Any]:
    """Of each channel: its name, how one says that it was said there, what it says, and when it said just that."""
    named = (
        (Channel.CHAT, _("发到微信群"), _("发过了")),
        (Channel.LOUDSPEAKER, _("大喇叭念"), _("念过了")),
        (Channel.SHORT, _("发短信（一条，不超过 70 个字）"), _("发过了")),
    )
    with reading() as db:
        own = own_texts(db, found.village.code)
    return [
        (channel, name, done, words_of(found, channel, own), _tell_told(found, channel))
        for channel, name, done in named
    ]


def words_of(found: Notice, channel: Channel, own: Mapping[str, str]) -> str:
    """What is said of these classes on this channel; `own`: the words of the village's region."""
    return notices.notice_text(found.on(channel), channel, _page_of(found.village.code), own)


def _tell_told(found: Notice, channel: Channel) -> str:
    """今天 10:20: when just this was said there; empty where it was not."""
    at = found.told_at(channel)
    if at is None:
        return ""
    local = at.astimezone(services().zone)
    return f"{spoken_day(local.date(), found.today)} {clock(local.hour * 60 + local.minute)}"


def _paper(paper: str, data: dict[str, Any], found: Notice) -> Any:
    [entry] = found.entries
    otherwise = url_for("notices.of_class", class_session=entry.public_id)
    return pdf_answer(paper, data, name=f"{entry.slot.day}", otherwise=otherwise)
