"""One's own second factor: an app is told a secret by a QR code, and the recovery slip is printed."""

from base64 import b32encode
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for

from nightschool.actions.trust import hashing, logins
from nightschool.actions.trust import second_factor as actions
from nightschool.errors import Refused
from nightschool.formats.qr import app_qr_svg
from nightschool.queries.trust.second_factor import OwnFactor, own_factor
from nightschool.queries.trust.trust import Login
from nightschool.rules.trust.accounts import tell_refusal
from nightschool.rules.trust.second_factor import wants_second_factor
from nightschool.rules.trust.slips import grouped
from nightschool.rules.trust.throttle import tell_wait
from nightschool.texts import _
from nightschool.web.site.access import actor, allows, checking_a_password, current_login
from nightschool.web.site.context import digester, now, reading, services, writing
from nightschool.web.site.forms import Form
from nightschool.web.site.records import BAD_INPUT, SHOWN
from nightschool.web.site.secret_pages import keep_secret, secret_of
from nightschool.web.trust.trust import TOO_MANY, book_try
from nightschool.web.trust.trust_form import CodeForm, OwnPasswordForm

bp = Blueprint("second_factor", __name__)


@bp.route("/me/second", methods=["GET", "POST"])
@checking_a_password
@allows("own_account")
def own() -> Any:
    """What one has; or the first two steps to it: the password once more, then the code of the app."""
    factor = _factor()
    if factor is None:
        form: Form = OwnPasswordForm()
        return _answered(form, factor, lambda: _begin(form))
    form = CodeForm()
    return _answered(form, factor, lambda: _new_slip(form) if factor.set_up_at else _confirm(form))


@bp.route("/me/second/end", methods=["GET", "POST"])
@checking_a_password
@allows("own_account")
def end() -> Any:
    """Another phone, or none: app and slip are asked for no more."""
    factor = _factor()
    if factor is None:
        return redirect(url_for("second_factor.own"), 303)
    form = CodeForm()
    return _answered(form, factor, lambda: _give_up(form), template="trust/second_factor/end.html")


@bp.get("/me/second/qr.svg")
@allows("own_account")
def qr() -> Response:
    """What the app is told, while it is being set up."""
    factor = _factor()
    if factor is None or not factor.secret:
        abort(404)
    whom = {"login_name": _login().login_name, "school": _("农民夜校")}
    return Response(app_qr_svg(factor.secret, **whom), mimetype="image/svg+xml")


@bp.get("/me/second/slip/<public_id:secret_page>")
@allows("own_account")
def slip(secret_page: str) -> Any:
    """The recovery slip, for its owner and for an hour: afterwards its lines are stored nowhere."""
    kept = secret_of(secret_page)
    if kept is None or "recovery" not in kept:
        flash(_("恢复单只留一个小时，这一张看不到了。没打出来，就换一张新的。"), "alarm")
        return redirect(url_for("second_factor.own"), 303)
    return render_template(
        "trust/second_factor/slip.html",
        login=_login(),
        codes=[grouped(code) for code in kept["recovery"]],
        base=services().settings.base_url,
    )


def _answered(
    form: Form, factor: OwnFactor | None, act: Any, *, template: str = "trust/second_factor/own.html"
) -> Any:
    status = SHOWN
    if form.validate_on_submit():
        try:
            return redirect(act(), 303)
        except Refused as refusal:
            is_late = refusal.code == "too_many"
            wait = {**refusal.details, "of_code": not isinstance(form, OwnPasswordForm)}
            told = tell_wait(now=now().instant, **wait) if is_late else tell_refusal(refusal)
            form.refuse(refusal.field, told)
            status = TOO_MANY if is_late else BAD_INPUT
    elif form.errors:
        status = BAD_INPUT
    page = render_template(
        template,
        form=form,
        factor=factor,
        login=_login(),
        is_wanted=wants_second_factor(
            (post.role for post in actor().posts), services().settings.second_factor
        ),
        by_hand=_by_hand(factor.secret) if factor else "",
    )
    return page, status


def _begin(form: Any) -> str:
    with writing() as db:
        attempt = book_try(db, _login().login_name)
    if not hashing.is_right(attempt.password_hash, form.password.data or ""):
        raise Refused("wrong_password", field="password")
    with writing() as db:
        logins.forgive(db, attempt)
        actions.begin(db, by=actor(), now=now())
    return url_for("second_factor.own")


def _confirm(form: Any) -> str:
    with writing() as db:
        codes = actions.confirm(
            db,
            code=form.code.data or "",
            keep_login=_login().id,
            digester=digester(),
            by=actor(),
            now=now(),
        )
        page = keep_secret(db, recovery=codes)
    flash(_("设好了。下次登录，密码后面还要一个手机上的验证码。别的手机和电脑都退出了。"))
    return url_for("second_factor.slip", secret_page=page)


def _new_slip(form: Any) -> str:
    with writing() as db:
        attempt = book_try(db, _login().login_name)
    with writing() as db:
        codes = actions.new_slip_of_codes(
            db, code=form.code.data or "", digester=digester(), by=actor(), now=now()
        )
        if codes is not None:
            logins.forgive(db, attempt)
            page = keep_secret(db, recovery=codes)
    if codes is None:
        raise Refused("wrong_code", field="code")
    return url_for("second_factor.slip", secret_page=page)


def _give_up(form: Any) -> str:
    with writing() as db:
        attempt = book_try(db, _login().login_name)
    with writing() as db:
        is_right = actions.give_up(db, code=form.code.data or "", digester=digester(), by=actor(), now=now())
        if is_right:
            logins.forgive(db, attempt)
    if not is_right:
        raise Refused("wrong_code", field="code")
    flash(_("停用了。换手机，就在新手机上再设一次。"))
    return url_for("second_factor.own")


def _by_hand(secret: bytes) -> str:
    """The secret in groups of four, for a phone whose camera reads no code."""
    letters = b32encode(secret).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _factor() -> OwnFactor | None:
    account_id = actor().account_id
    assert account_id is not None, "only behind @allows"
    with reading() as db:
        return own_factor(db, account_id)


def _login() -> Login:
    login = current_login()
    assert login is not None, "only behind @allows"
    return login
