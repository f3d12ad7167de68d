"""`/`: find your village by typing, or by walking from county to village; and the page for what is not there."""

import re
import unicodedata
from contextlib import suppress
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from nightschool.errors import NotAllowed, NotFound
from nightschool.queries.places import places
from nightschool.rules.regions import CODE_DIGITS, LONGEST_VILLAGE_QUERY, Level, prefix_of
from nightschool.texts import _
from nightschool.web.site.access import public
from nightschool.web.site.context import reading, today
from nightschool.web.site.delivery import fresh_for
from nightschool.web.site.language import reading_here
from nightschool.web.site.sent import text_given_back
from nightschool.web.site.sharing import Card, card

bp = Blueprint("find", __name__)

# Names change with a list of regions, schools open now and then: five minutes late is soon enough.
FIVE_MINUTES = 300
_VILLAGE_ADDRESS = re.compile(r"/v/([0-9]{12})\b")
_REGION_ADDRESS = re.compile(r"/r/([1-9][0-9]{1,11})\b")


@bp.get("/")
@public
def home() -> Any:
    """What a search found, or one step of the walk down."""
    query = request.args.get("q", "").strip()[:LONGEST_VILLAGE_QUERY]
    at = request.args.get("at") or None
    found = step = None
    with reading() as db:
        if query:
            found = places.find(db, query, today=today())
        else:
            step = places.step(db, at, today=today())
    if step is None and found is None:
        raise NotFound
    if step and step.line and step.line[-1].level == Level.VILLAGE:
        return redirect(url_for("timetable.village", code=step.line[-1].code))
    here = step.line[-1] if step and step.line else None
    return fresh_for(
        FIVE_MINUTES,
        render_template(
            "places/find/home.html",
            query=query,
            at=at,
            found=found,
            here=here,
            step=step,
            here_code=prefix_of(here.code) if here else "",
            card=None if query else _card(at, here.name if at and here else ""),
        ),
    )


@bp.app_errorhandler(NotAllowed)
@bp.app_errorhandler(NotFound)
@bp.app_errorhandler(403)
@bp.app_errorhandler(404)
def not_found(_error: Exception) -> Any:
    """The page for an address with nothing behind it, the same whether there is nothing or nothing one may see.

    What a chat took along behind an address leads to that address. After the address of an unknown village or region
    the page names the smallest region that this one would lie in.
    """
    if address := _pasted_address():
        return redirect(address)
    nearest = None
    village, region = _VILLAGE_ADDRESS.match(request.path), _REGION_ADDRESS.match(request.path)
    code = village[1] if village else _whole(region[1]) if region else ""
    if code:
        with reading() as db:
            # What lies further down in a region that is there is missing, not the region.
            nearest = None if places.regions_named(db, [code]) else places.nearest(db, code, today=today())
    told = {"nearest": nearest, "is_village": village is not None, "text": text_given_back()}
    told["is_teachers"] = request.path.startswith("/t/")
    return render_template("errors/404.html", **told), 404


def _pasted_address() -> str:
    """The address of ours at the beginning of what was asked for: /v/511002105201 of /v/511002105201，今晚上课."""
    if request.routing_exception is None or request.method not in ("GET", "HEAD"):
        return ""
    begins = re.match(r"[A-Za-z0-9/_.-]+", unicodedata.normalize("NFKC", request.path))
    whole = begins[0] if begins else ""
    ours = current_app.create_url_adapter(request)
    assert ours is not None
    for path in dict.fromkeys((whole, whole.rstrip("./"), whole.rstrip("./_-"))):
        if path in ("", "/", request.path):
            continue
        with suppress(HTTPException):
            endpoint, values = ours.match(path, method="GET")
            return url_for(endpoint, **values)
    return ""


def _whole(digits: str) -> str:
    """A code of twelve digits that lies where these digits lead, though nothing is called so."""
    return digits.ljust(CODE_DIGITS, "9")


def _card(at: str | None, name: str) -> Card:
    """The first page as others show it, or the walk's page of that region."""
    page = reading_here(at=at or "")
    if not name:
        return card(
            page, _("农民夜校：找你们村"), _("找到你们村，看夜校哪天上课、讲什么、在哪里上。不用登录。")
        )
    told = _("%(place)s有哪些村办了农民夜校，从这里一级一级找到你们村。", place=name)
    return card(page, _("%(place)s 的农民夜校", place=name), told)
