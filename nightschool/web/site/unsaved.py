"""A form sent after its login had ended is kept, and sent again from inside when the same account has logged in.

The sending again is an ordinary request through the whole application: the page's own access check, form and action
decide. Only the form's token is not asked for twice, because it was good when the form arrived.
"""

import re
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, flash, request, session
from markupsafe import escape

from nightschool import texts
from nightschool.actions.trust import unsaved
from nightschool.actions.trust.unsaved import Unsaved
from nightschool.queries.trust.trust import EndedLogin, ended_login
from nightschool.texts import _
from nightschool.web.site.browser import login_token
from nightschool.web.site.context import login_cookie, now, reading, writing
from nightschool.web.site.redirects import this_path
from nightschool.web.site.sent import SENT_AGAIN

# Of the browser's headers, what would let it take the inner answer for one it has, or for one in another encoding.
NOT_PASSED_ON = (
    "HTTP_COOKIE",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "wsgi.input",
)

_FORM_WITHOUT_ACTION = re.compile(r"<form(?![^>]*\saction=)")


def keep_this_request(account_id: int | None = None) -> bool:
    """True when this form is kept: for this account, or for that whose login this browser had until it ended."""
    if request.files or request.environ.get(SENT_AGAIN):
        return False
    if account_id is None:
        ended = login_ended_here()
        account_id = ended.account_id if ended else None
    if account_id is None:
        return False
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    with writing() as db:
        return unsaved.keep(db, account_id=account_id, path=this_path(), body=urlencode(fields), now=now())


def login_ended_here() -> EndedLogin | None:
    """The login this browser had, when it ended so lately that what is sent with it is kept."""
    if not login_token():
        return None
    with reading() as db:
        ended = ended_login(db, login_token(), now=now())
    return ended if ended and ended.ended_at >= now().instant - unsaved.UNSAVED_KEPT_FOR else None


def send_again(account_id: int, token: str, *, public_id: str | None = None) -> Response | None:
    """What the account entered after its login had ended is saved now; the answer of the last, or None without any.

    An answer that is a page and no redirect (a clash, a field to mend, what was written where one has no business any
    more) is shown at once; what is left then stays kept, and so does what met a failure of ours.
    """
    with writing() as db:
        waiting = list(unsaved.take(db, account_id=account_id, now=now(), public_id=public_id))
    answer: Response | None = None
    while waiting:
        form = waiting.pop(0)
        response = _answer(form, token)
        if 300 <= response.status_code < 400:
            answer = response
            continue
        if response.status_code >= 500:
            waiting.insert(0, form)
            flash(_("登录以前写的还没存上，没有丢。过一会儿在「我的账号」里再存一次。"), "alarm")
        else:
            answer = _at_home(response, form.path)
        break
    if waiting:
        with writing() as db:
            for form in waiting:
                unsaved.keep_again(db, account_id=account_id, form=form)
    return answer


def _answer(form: Unsaved, token: str) -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the application behind the proxy
    mine = dict(session)
    spoken = texts.language()
    # A context of its own for the inner request: flask would share ours, with our login and our language in it.
    with app.app_context(), app.request_context(_environ(form, token)):
        session.clear()
        session.update(mine)
        response: Response = app.full_dispatch_request()
        theirs = dict(session)
    texts.set_language(spoken)
    response.direct_passthrough = False
    response.headers.remove("Set-Cookie")
    session.clear()
    session.update(theirs)  # what the inner page flashed is shown by the next
    return response


def _environ(form: Unsaved, token: str) -> dict[str, Any]:
    parts = urlsplit(form.path)
    body = form.body.encode()
    outer = request.environ
    passed_on = {
        key: value
        for key, value in outer.items()
        if key.startswith(("HTTP_", "SERVER_", "REMOTE_", "wsgi.")) and key not in NOT_PASSED_ON
    }
    return passed_on | {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": outer.get("SCRIPT_NAME", ""),
        "PATH_INFO": parts.path.encode().decode("latin-1"),  # as WSGI wants it
        "QUERY_STRING": parts.query,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_COOKIE": f"{login_cookie()}={token}",
        "wsgi.input": BytesIO(body),
        SENT_AGAIN: True,
    }


def _at_home(response: Response, path: str) -> Response:
    """The page's forms are sent to where the page belongs, though the browser stands at another address."""
    if response.mimetype == "text/html":
        start = f'<form action="{escape(path)}"'
        page = response.get_data(as_text=True)
        response.set_data(_FORM_WITHOUT_ACTION.sub(lambda _found: start, page))
    return response
