"""Every form carries a token that only its own pages know; one without it is shown again, never acted on."""

from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, g, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from nightschool.web.site.access import current_login
from nightschool.web.site.browser import KEEP_COOKIE_SECONDS
from nightschool.web.site.redirects import this_path
from nightschool.web.site.sent import SENT_AGAIN, given_back, once_sent


class FormGuard(CSRFProtect):
    """Asks for the token of every form, except one that was asked when it arrived and is sent again from inside."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method != "POST":
            return  # no address takes anything in another way
        if request.environ.get(SENT_AGAIN):
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions=apply_exemptions)


class TokenCookies(SecureCookieSessionInterface):
    """Flask's, which gets ready to check the cookie and to write it also where a page has to do with neither."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.accessed:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Forms are guarded. On one's own phone the token lives as long as the login's cookie, elsewhere until closing."""
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=KEEP_COOKIE_SECONDS)
    # Otherwise every answer, public pages too, would set the cookie of the form token anew.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.session_interface = TokenCookies()
    FormGuard(app)
    app.register_error_handler(CSRFError, _token_missing)


def _token_missing(_error: CSRFError) -> Any:
    """A plain sentence. Who is logged in and comes from a page of ours may send what was typed with one more tap."""
    fields = given_back() if request.endpoint and current_login() else []
    return render_template("errors/400_form.html", fields=fields, path=this_path(), once=once_sent()), 400
