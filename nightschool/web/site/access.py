"""Who gets to which page. Every view is @public or @allows(verb); the application does not start otherwise."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from nightschool.actions.trust import logins
from nightschool.database import OUT_OF_REACH
from nightschool.errors import ConfigurationError
from nightschool.queries import scope
from nightschool.queries.trust.trust import Login, login_by_token, login_without_posting
from nightschool.rules.access import VERBS, Actor, may
from nightschool.rules.regions import is_inside
from nightschool.rules.trust.second_factor import wants_second_factor
from nightschool.texts import _
from nightschool.web.site.browser import login_token
from nightschool.web.site.context import now, reading, services, today, writing
from nightschool.web.site.logs import ACCOUNT
from nightschool.web.site.once import answered_once
from nightschool.web.site.redirects import own_path, this_path
from nightschool.web.site.sent import text_given_back
from nightschool.web.site.unsaved import keep_this_request, login_ended_here

_logger = logging.getLogger(__name__)

KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE
MOST_OF_ANYBODY = (
    64 * KILOBYTE
)  # that somebody without a login may send in one go, and anybody to an open page

# The verb whose forms carry passwords: nothing of them is kept, not even a digest.
_CARRIES_PASSWORDS = "own_account"

# Where somebody begins, by the first verb they hold.
HOMES = (("see_village", "desk.home"), ("see_overview", "overview.home"), ("manage_accounts", "admin.home"))


@dataclass(frozen=True)
class Access:
    """What a view declares. No verb: public."""

    verb: str | None
    is_by_secret: bool = False  # public to whoever has the address, which nobody else is to learn
    is_open: bool = False  # public to other programs too: any page of any site may read it, without a key
    most_bytes: int = MEGABYTE  # that who may use it may send to it in one go
    checks_a_password: bool = False  # which takes long on purpose
    files: frozenset[str] = frozenset()  # the fields in which a file may come

    @property
    def is_public(self) -> bool:
        return self.verb is None


def init_app(app: Flask) -> None:
    """Nobody sends more than they may, and templates know who is logged in, and what they may."""
    app.url_value_preprocessor(_limit)
    app.before_request(_refuse_files)
    app.jinja_env.globals.update(
        home_of=home_of, current_login=current_login, may=may_here, village_at_hand=village_at_hand
    )


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view is open to everybody and looks at no login."""
    view.access = Access(None)  # type: ignore[attr-defined]  # read by access_of
    return view


def open_data(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view is public, and answers other programs."""
    view.access = Access(None, is_open=True)  # type: ignore[attr-defined]  # read by access_of
    return view


def by_secret(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view is open to whoever has its address, and looks at no login. The answer is kept by nobody on the way, is
    in no search engine, and its address is told to no page it leads to.

    Nobody is slowed down here: a secret has 192 random bits, so guessing leads nowhere however fast it is, and what a
    guess costs is one look into an index.
    """
    view.access = Access(None, is_by_secret=True)  # type: ignore[attr-defined]  # read by access_of
    return view


def checking_a_password(view: Callable[..., Any]) -> Callable[..., Any]:
    """What is sent to the view has a password checked: the server has it wait apart, in nobody's way. Stands on top."""
    view.access = replace(view.access, checks_a_password=True)  # type: ignore[attr-defined]  # read by access_of
    return view


def allows(
    verb: str,
    *,
    most_bytes: int = MEGABYTE,
    files: frozenset[str] = frozenset(),
    without_posting: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view is open to who may do this in every region its address names; anywhere, when it names none.

    Out of scope and unknown are the same 404. Without a login, or after its end, it leads to the login page; a form
    that arrives then is kept. `without_posting`: it is open to whoever has logged in, their posting may have ended.
    """
    if verb not in VERBS:
        raise ConfigurationError(f"no such verb: {verb}")

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**params: Any) -> Any:
            login = current_login()
            if login is None and without_posting and (token := login_token()):
                with reading() as db:
                    login = g.login = login_without_posting(db, token, now=now())
            if login is None:
                return _to_login(verb)
            if not without_posting and not _is_in_scope(login.actor, verb, params):
                abort(404)
            if verb != _CARRIES_PASSWORDS and lacks_second_factor(login):
                return _to_second_factor(login)
            if request.method != "POST" or verb == _CARRIES_PASSWORDS:
                return view(**params)
            account_id = login.actor.account_id
            return answered_once(account_id, partial(view, **params), otherwise=home_of(login.actor))

        guarded.access = Access(verb, most_bytes=most_bytes, files=files)  # type: ignore[attr-defined]  # read by access_of
        return guarded

    return decorate


def access_of(endpoint: str | None) -> Access | None:
    """What the view behind an endpoint declares; None when there is no such view or it declares nothing."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "access", None)


def is_for_programs() -> bool:
    """True when this request asks for what programs subscribe to, and not for a page."""
    access = access_of(request.endpoint)
    return access is not None and access.is_open


def check_access(app: Flask) -> None:
    """Raises ConfigurationError unless every view declares who may see it; it names those that do not."""
    silent = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "access"))
    if silent:
        raise ConfigurationError(f"views that declare no access: {', '.join(silent)}")


def current_login() -> Login | None:
    """The login this request comes with, or None; read once a request."""
    if "login" not in g:
        g.login = None
        if token := login_token():
            with reading() as db:
                g.login = login_by_token(db, token, now=now())
            if g.login:
                request.environ[ACCOUNT] = g.login.actor.account_id
            if g.login and abs(now().instant - g.login.last_seen_at) >= logins.SEEN_EVERY:
                after_this_request(_leave_word)
    found: Login | None = g.login
    return found


def actor() -> Actor:
    """Who acts in this request; only behind @allows."""
    login = current_login()
    assert login is not None, "only behind @allows"
    return login.actor


def may_here(verb: str, region_code: str | None = None) -> bool:
    """True when who is logged in may do this in the region; without one, anywhere."""
    login = current_login()
    if login is None:
        return False
    if region_code is None:
        return bool(login.actor.posts_for(verb))
    return may(login.actor, verb, region_code)


def home_of(who: Actor) -> str:
    """The address where this person begins after logging in."""
    endpoint = next((endpoint for verb, endpoint in HOMES if who.posts_for(verb)), "trust.me")
    return url_for(endpoint)


def villages_of(who: Actor) -> list[str]:
    """The villages whose desk this person has, in the order of the postings."""
    return list(dict.fromkeys(post.region_code for post in who.posts_for("see_village") if post.region_code))


def village_at_hand() -> str | None:
    """The village that who is logged in works in here: the page's own, else the one last worked on, else the first.

    None for who has no village's desk.
    """
    login = current_login()
    villages = villages_of(login.actor) if login else []
    wanted = (g.get("region"), login.village_code if login else None)
    return next((code for code in wanted if code in villages), villages[0] if villages else None)


def _to_login(verb: str) -> Response:
    if request.is_json:  # a script of ours, which keeps what it sent
        return make_response({"error": _("登录到时间了。重新登录，再发一次。")}, 401)
    if request.method == "POST" and verb != _CARRIES_PASSWORDS:
        if keep_this_request():
            flash(_("登录到时间了。刚才写的没有丢：用同一个账号登录，就会存上。"))
        elif text := text_given_back():
            return make_response(render_template("errors/not_logged_in.html", text=text), 403)
        else:
            flash(_("要先登录。刚才写的没有存上。"), "alarm")
    here = own_path(this_path())
    return make_response(redirect(url_for("trust.login", next=here), 303))


def lacks_second_factor(login: Login) -> bool:
    """True when this installation wants a second factor of who is logged in, and they have none yet."""
    roles = (post.role for post in login.actor.posts)
    return not login.has_second_factor and wants_second_factor(roles, services().settings.second_factor)


def _to_second_factor(login: Login) -> Response:
    """First that; what somebody was writing meanwhile is kept, and saved from the page of their account."""
    if request.method == "POST" and login.actor.account_id and keep_this_request(login.actor.account_id):
        flash(_("刚才写的没有丢：设好以后，在「我的账号」里再存一次。"))
    return make_response(redirect(url_for("second_factor.own"), 303))


def _is_in_scope(who: Actor, verb: str, params: dict[str, Any]) -> bool:
    named = scope.NAMED.intersection(params)
    if not named:
        return bool(who.posts_for(verb))
    with reading() as db:
        return all(_is_record_in_scope(db, who, verb, name, params) for name in named)


def _is_record_in_scope(db: Session, who: Actor, verb: str, name: str, params: dict[str, Any]) -> bool:
    if name == "account":
        regions = scope.account_regions(db, params[name], today=today())
        return bool(regions) and all(may(who, verb, region) for region in regions)
    region = scope.region_of(db, name, params[name])
    if region is None:
        return False
    g.region = params.get("village", region)
    if name == "teacher" and "village" in params:  # one that the village can call on, kept there or above
        return is_inside(params["village"], region)
    return may(who, verb, region)


def most_bytes_of(app: Flask, environ: WSGIEnvironment) -> int:
    """How many bytes the application takes with this request, of which all but the body is here."""
    with app.request_context(environ):
        return _most_bytes()


def checks_a_password(app: Flask, environ: WSGIEnvironment) -> bool:
    """True when what is posted there has a password checked."""
    try:
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        endpoint, _values = app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return False
    access: Access = app.view_functions[endpoint].access  # type: ignore[attr-defined]
    return access.checks_a_password


def _limit(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Decided before anything of a form is read, its token too."""
    if request.method == "POST" and (request.content_length or MEGABYTE) > MOST_OF_ANYBODY:
        request.max_content_length = _most_bytes()


def _refuse_files() -> None:
    """A file where a text is expected is no form of ours."""
    access = access_of(request.endpoint)
    if request.method == "POST" and request.files.keys() - (access.files if access else ()):
        abort(400)


def _most_bytes() -> int:
    access = access_of(request.endpoint)
    if request.method != "POST" or access is None or access.verb is None:
        return MOST_OF_ANYBODY
    login = current_login()
    if login is None:
        return MEGABYTE if login_ended_here() else MOST_OF_ANYBODY
    return access.most_bytes if login.actor.posts_for(access.verb) else MEGABYTE


def _leave_word(response: Response) -> Response:
    """Every quarter of an hour a login notes that it is in use, whatever was asked: by it its rest is counted, and its
    owner's list of devices tells.

    The only thing that a GET writes, and never a reason to fail.
    """
    try:
        with writing() as db:
            logins.see(db, login_id=g.login.id, now=now())
    except OUT_OF_REACH:
        _logger.warning("could not note that a login is in use")
    return response
