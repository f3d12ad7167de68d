"""Logging in and out, and one's own account."""

import logging
from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts, hashing, logins
from nightschool.actions.trust.logins import Browser, HalfLogin, OpenedLogin
from nightschool.actions.trust.second_factor import account_of_half
from nightschool.errors import Refused
from nightschool.formats.qr import qr_svg
from nightschool.queries.trust import trust
from nightschool.queries.trust.trust import Login
from nightschool.rules.trust import passwords
from nightschool.rules.trust.accounts import (
    LONGEST_LOGIN_NAME,
    normalised_login_name,
    role_word,
    tell_refusal,
)
from nightschool.rules.trust.slips import read_code
from nightschool.rules.trust.throttle import tell_wait
from nightschool.texts import _
from nightschool.web.site import browser, unsaved
from nightschool.web.site.access import (
    actor,
    allows,
    checking_a_password,
    current_login,
    home_of,
    lacks_second_factor,
    public,
)
from nightschool.web.site.context import digester, now, reading, today, whole, writing
from nightschool.web.site.forms import Form
from nightschool.web.site.records import BAD_INPUT, SAVED, SHOWN, tried
from nightschool.web.site.redirects import own_path
from nightschool.web.trust.trust_form import (
    CodeForm,
    ConfirmForm,
    LoginForm,
    NameForm,
    PasswordForm,
    SlipForm,
)

bp = Blueprint("trust", __name__)
_logger = logging.getLogger(__name__)

TOO_MANY = 429
_HALF = "half"  # where the browser keeps half a login


@bp.route("/login", methods=["GET", "POST"])
@checking_a_password
@public
def login() -> Any:
    """With name and password."""
    form = LoginForm()
    return _answered(form, "trust/trust/login.html", lambda: _welcome(_log_in(form)))


@bp.route("/login/slip", methods=["GET", "POST"])
@checking_a_password
@public
def slip() -> Any:
    """With a printed slip, which sets a password; its QR code names who was handed it."""
    form = SlipForm(data={"login_name": request.args.get("login_name", "")})
    return _answered(form, "trust/trust/slip.html", lambda: _welcome(_log_in_with_slip(form)))


@bp.route("/login/code", methods=["GET", "POST"])
@checking_a_password
@public
def code() -> Any:
    """The other half of a login: a code of the app, or of the recovery slip."""
    form = CodeForm()
    if not session.get(_HALF):
        return redirect(url_for("trust.login", next=own_path(request.args.get("next"))), 303)
    return _answered(form, "trust/trust/code.html", lambda: _welcome(_log_in_with_code(form)))


@bp.get("/login/slip/qr.svg")
@public
def slip_qr() -> Response:
    """The address of the page that takes a slip, for the camera of a phone; printed on each."""
    whose = request.args.get("login_name", "")[:LONGEST_LOGIN_NAME] or None
    address = whole(url_for("trust.slip", login_name=whose, lang=None, big=None))
    return Response(qr_svg(address), mimetype="image/svg+xml")


@bp.post("/logout")
@allows("own_account")
def logout() -> Any:
    """This browser's login has ended, and it keeps nothing of it but sheets that are not sent."""
    with writing() as db:
        logins.log_out(db, login_id=_login().id, by=actor(), now=now())
    session.clear()
    response = redirect(url_for("find.home"), 303)
    if not request.form.get("keeps"):  # what scripts have kept goes too
        response.headers["Clear-Site-Data"] = '"storage"'
    browser.take_token(response)  # type: ignore[arg-type]  # werkzeug's Response has all it needs
    return response


@bp.get("/me")
@allows("own_account")
def me() -> Any:
    """Who one is here, on which devices one is logged in, and what is waiting to be saved."""
    account_id = actor().account_id
    assert account_id is not None
    with reading() as db:
        postings = trust.postings_of(db, account_id)
        devices = trust.devices(db, account_id, now=now())
        waiting = trust.kept_inputs(db, account_id)
    held = [line for line in postings if line.from_day <= today() <= (line.to_day or today())]
    return render_template(
        "trust/trust/me.html",
        login=_login(),
        postings=held,
        must_have_second=lacks_second_factor(_login()),
        devices=devices,
        waiting=waiting,
        form=ConfirmForm(),
        role_word=role_word,
    )


@bp.route("/me/password", methods=["GET", "POST"])
@checking_a_password
@allows("own_account")
def password() -> Any:
    """Another password; every other device is out."""
    form = PasswordForm(own_login_name=_login().login_name)
    return _answered(form, "trust/trust/password.html", lambda: _change_password(form))


@bp.route("/me/name", methods=["GET", "POST"])
@allows("own_account")
def name() -> Any:
    """Another name: an account opened for a village is called after it until somebody says who they are."""
    form = NameForm(data={"display_name": actor().name})

    def rename(db: Session) -> None:
        accounts.rename_self(db, display_name=form.display_name.data or "", by=actor(), now=now())

    status = tried(form, rename)
    if status == SAVED:
        flash(_("名字改好了：%(name)s。", name=form.display_name.data))
        return redirect(url_for("trust.me"), SAVED)
    return render_template("trust/trust/name.html", form=form), status


@bp.post("/me/devices/<int:login>/revoke")
@allows("own_account")
def revoke(login: int) -> Any:
    """One device is out."""
    with writing() as db:
        logins.revoke(db, login_id=login, by=actor(), now=now())
    flash(_("那台设备已经退出了。"))
    return redirect(url_for("trust.me"), 303)


@bp.post("/me/kept/<public_id:waiting>")
@allows("own_account")
def save_again(waiting: str) -> Any:
    """What was entered after a login had ended is tried once more."""
    account_id = actor().account_id
    assert account_id is not None
    answer = unsaved.send_again(account_id, browser.login_token(), public_id=waiting)
    return answer or redirect(url_for("trust.me"), 303)


def _log_in(form: LoginForm) -> OpenedLogin | HalfLogin:
    typed = form.password.data or ""
    with writing() as db:
        attempt = book_try(db, form.login_name.data or "")
    if not hashing.is_right(attempt.password_hash, typed):
        _log_refused("password", attempt.login_name)
        raise Refused("wrong_login")
    renewed = hashing.renewed(attempt.password_hash, typed)
    with writing() as db:
        return logins.log_in(
            db, attempt=attempt, renewed_hash=renewed, browser=_this_browser(form), now=now()
        )


def _log_in_with_code(form: CodeForm) -> OpenedLogin:
    half = session[_HALF]
    with reading() as db:
        name = account_of_half(db, half, now=now())[0].login_name
    with writing() as db:
        attempt = book_try(db, name)
    here = Browser(browser.device_name(), False, browser.login_token())
    with writing() as db:
        opened = logins.finish(
            db,
            half=half,
            code=form.code.data or "",
            attempt=attempt,
            browser=here,
            digester=digester(),
            now=now(),
        )
    if opened is None:
        _log_refused("code", attempt.login_name)
        raise Refused("wrong_code", field="code")
    return opened


def _log_refused(what: str, login_name: str) -> None:
    """A line of the log says that somebody was not let in, the same for a name that nobody has; whose name it was only
    to who compares it with another such line.
    """
    whose = digester()("refused login", login_name)[:12]
    _logger.warning("login refused: wrong %s", what, extra={"fields": {"whose": whose}})


def _log_in_with_slip(form: SlipForm) -> OpenedLogin | HalfLogin:
    code, typed = read_code(form.code.data or ""), form.new_password.data or ""
    slip = {"login_name": form.login_name.data or "", "code": code, "digester": digester()}
    with reading() as db:
        fits = logins.slip_fits(db, **slip, now=now())
        sent_twice = None if fits else logins.just_used_slip(db, **slip, now=now())
        known = trust.names_around(db, form.login_name.data or "")
    if sent_twice is not None and hashing.is_right(sent_twice.password_hash, typed):
        with writing() as db:
            return logins.log_in(db, attempt=sent_twice, browser=_this_browser(form), now=now())
    if not fits:
        _log_refused("slip", normalised_login_name(form.login_name.data or ""))
        raise Refused("wrong_slip")
    _must_be_own(form, known)
    new_hash = hashing.hash_password(typed)
    with writing() as db:
        return logins.log_in_with_slip(db, **slip, new_hash=new_hash, browser=_this_browser(form), now=now())


def _change_password(form: PasswordForm) -> Any:
    login, who = _login(), actor()
    with writing() as db:
        attempt = book_try(db, login.login_name)
        known = trust.names_around(db, login.login_name)
    is_right = hashing.is_right(attempt.password_hash, form.password.data or "")
    # Sent twice, the second arrival finds that it is the new one already.
    if not is_right and not hashing.is_right(attempt.password_hash, form.new_password.data or ""):
        raise Refused("wrong_password", field="password")
    _must_be_own(form, known)
    new_hash = hashing.hash_password(form.new_password.data or "")
    with writing() as db:
        logins.forgive(db, attempt)
        if is_right:
            accounts.change_password(
                db, seen_hash=attempt.password_hash, new_hash=new_hash, keep_login=login.id, by=who, now=now()
            )
    flash(_("密码改好了。别的手机和电脑都要用新密码重新登录。"))
    return redirect(url_for("trust.me"), 303)


def _must_be_own(form: SlipForm | PasswordForm, known: tuple[str, ...]) -> None:
    """Raises Refused unless the new password is more than what those around know; asked once it is clear who it is."""
    if problem := passwords.problem_of(
        form.new_password.data or "", own=known, stolen=hashing.stolen_passwords()
    ):
        raise Refused(problem, field="new_password")


def book_try(db: Session, login_name: str) -> logins.Attempt:
    """A try of this account's password or code is counted, unless it must wait."""
    return logins.book_attempt(
        db,
        login_name=login_name,
        address=browser.address(),
        token=browser.login_token(),
        digester=digester(),
        now=now(),
    )


def _this_browser(form: LoginForm | SlipForm) -> Browser:
    return Browser(browser.device_name(), form.is_own_phone.data, browser.login_token())


def _welcome(opened: OpenedLogin | HalfLogin) -> Response:
    """What waited is saved, and the browser has its new token; it goes where it wanted to, or home.

    With half a login it goes where the code is asked for.
    """
    if isinstance(opened, HalfLogin):
        session[_HALF] = opened.kept
        return redirect(url_for("trust.code", next=own_path(request.args.get("next"))), 303)  # type: ignore[return-value]  # werkzeug's Response does
    session.pop(_HALF, None)
    assert opened.actor.account_id is not None
    # Pages still open in other tabs of the same person keep a good form token; anybody else's lose theirs.
    if not opened.is_same_person:
        session.clear()
    session.permanent = opened.is_own_phone
    answer = unsaved.send_again(opened.actor.account_id, opened.token)
    if answer is None:
        onward = own_path(request.args.get("next")) or home_of(opened.actor)
        answer = make_response(redirect(onward, 303))
    browser.give_token(answer, opened.token, is_own_phone=opened.is_own_phone)
    return answer


def _answered(form: Form, template: str, answer: Callable[[], Any]) -> Any:
    """The answer to a form that carries a password; or the form, which says why not, and how long to wait."""
    status = SHOWN
    if form.validate_on_submit():
        try:
            return answer()
        except Refused as refusal:
            form.refuse(refusal.field, _told(refusal))
            status = TOO_MANY if refusal.code == "too_many" else BAD_INPUT
    elif form.errors:
        status = BAD_INPUT
    return render_template(template, form=form, next=own_path(request.args.get("next"))), status


def _told(refusal: Refused) -> str:
    if refusal.code == "too_many":
        return tell_wait(now=now().instant, of_code=request.endpoint == "trust.code", **refusal.details)
    if refusal.field == "new_password":
        return passwords.tell_problem(refusal.code)
    return tell_refusal(refusal)


def _login() -> Login:
    login = current_login()
    assert login is not None, "only behind @allows"
    return login
