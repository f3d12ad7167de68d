"""Every form carries an id that was made for it. Sent a second time, by a double tap, a reload or a retry, it gets the
first one's answer and nothing is done.

That it has arrived is written in the transaction of what it does, so that two arrivals at one instant are one too.
A form without such an id is acted on each time.
"""

import hashlib
import json
import logging
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    message_flashed,
    redirect,
    render_template,
    request,
)
from sqlalchemy.orm import Session

from nightschool.actions.trust import answered_forms
from nightschool.database import OUT_OF_REACH
from nightschool.queries.trust.answered_forms import Answer, SeenForm, seen_form
from nightschool.texts import _
from nightschool.web.site.context import digester, now, services, writing
from nightschool.web.site.redirects import this_path
from nightschool.web.site.sent import ONCE, given_back, new_once, sent_fields

_logger = logging.getLogger(__name__)

_MADE_HERE = re.compile(r"[A-Za-z0-9_-]{22}")
# The first arrival has been acted on and its answer is being written.
LONGEST_WAIT, LOOK_EVERY = 5.0, 0.05


class SentBefore(Exception):
    """This form has been acted on already, a moment ago."""


class SentForm(NamedTuple):
    """A form that has arrived."""

    account_id: int
    once: str


def init_app(app: Flask) -> None:
    """Forms can ask for an id; what is flashed can be said again."""
    app.jinja_env.globals.update(once=new_once)
    message_flashed.connect(_remember, app)


def answered_once(account_id: int, view: Callable[[], Any], *, otherwise: str) -> Any:
    """The view's answer to the form that has come; what it answered before, when it has come before.

    `otherwise`: where to go when what was answered is not known.
    """
    once = request.form.get(ONCE, "")
    if not _MADE_HERE.fullmatch(once):
        return view()
    form, fingerprint = SentForm(account_id, once), _fingerprint()
    if seen := _seen(form):
        return _again(form, seen, fingerprint, view, otherwise)
    g.claim = partial(_claim, form=form, fingerprint=fingerprint)
    try:
        response = current_app.make_response(view())
    except SentBefore:
        seen = _seen(form)
        return _again(form, seen, fingerprint, view, otherwise) if seen else redirect(otherwise, 303)
    finally:
        is_acted_on = g.pop("claim", None) is None
    if is_acted_on:
        _settle(form, response)
    return response


def _claim(db: Session, *, form: SentForm, fingerprint: str) -> None:
    if not answered_forms.begin_form(db, **form._asdict(), fingerprint=fingerprint, now=now()):
        raise SentBefore


def _settle(form: SentForm, response: Response) -> None:
    """What was answered is kept; where that cannot be, what was done is done, and the answer goes out all the same."""
    try:
        with writing() as db:
            if 300 <= response.status_code < 400:
                answer = Answer(response.location or "", tuple(g.get("said", ())))
                answered_forms.keep_answer(db, **form._asdict(), answer=answer)
            else:  # a page: whoever sends it again wants to see that page again
                answered_forms.forget_form(db, **form._asdict())
    except OUT_OF_REACH:
        _logger.warning("could not keep what a form was answered with")


def _again(form: SentForm, seen: SeenForm, fingerprint: str, view: Callable[[], Any], otherwise: str) -> Any:
    if seen.fingerprint != fingerprint:
        if "version" in request.form:  # it is of a record, and asks by itself whether that has changed since
            return view()
        location = seen.answer.location if seen.answer else otherwise
        back = {"fields": given_back(), "path": this_path(), "once": new_once()}
        return render_template("errors/409_form.html", saved=location, **back), 409
    until = time.monotonic() + LONGEST_WAIT
    while seen.answer is None and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
        seen = _seen(form) or seen
    if seen.answer is None:
        flash(_("刚才那张表已经存上了。"))
        return redirect(otherwise, 303)
    for kind, message in seen.answer.said:
        flash(message, kind)
    return redirect(seen.answer.location, 303)


def _seen(form: SentForm) -> SeenForm | None:
    """As it is just now, whatever this request has looked at before."""
    with services().database.reading() as db:
        return seen_form(db, **form._asdict())


def _fingerprint() -> str:
    """What was sent to where, without keeping it."""
    files = [
        (name, file.filename, hashlib.sha256(file.read()).hexdigest(), file.seek(0))
        for name, file in request.files.items(multi=True)
    ]
    return digester()("form", this_path(), json.dumps([sent_fields(), files]))


def _remember(_app: Flask, message: Any, category: str, **_more: Any) -> None:
    g.setdefault("said", []).append((category, message))
