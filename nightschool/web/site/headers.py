"""Headers on every answer: what a browser may load, and what nobody may keep."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request

from nightschool.web.site.access import access_of, is_for_programs
from nightschool.web.site.context import services
from nightschool.web.site.static_files import first_style_digest, style_digest

CONTENT = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' 'sha256-{first_style_digest()}'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
FIXED = {
    "Content-Security-Policy": CONTENT,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers too old for frame-ancestors
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Answers for other programs: read from any site, and in no search engine's list beside the page they are made of.
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "X-Robots-Tag": "noindex",
}
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": str(24 * 3600),
}
_A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Every answer carries them, errors too."""
    with app.app_context():
        strict = services().settings.is_https
    more = [("Strict-Transport-Security", f"max-age={_A_YEAR}")] if strict else []
    app.wsgi_app = _carrying([*FIXED.items(), *more], app.wsgi_app)  # type: ignore[method-assign]  # as Flask says
    app.after_request(_protect)


def with_a_worker(response: Response) -> Response:
    """The answer, a page whose script may put a worker of ours beside the browser's pages, and read codes by camera."""
    content = CONTENT.replace("trusted-types 'none'", "trusted-types pocket; worker-src 'self'")
    response.headers["Content-Security-Policy"] = content
    response.headers["Permissions-Policy"] = FIXED["Permissions-Policy"].replace("camera=()", "camera=(self)")
    return response


def framed(response: Response, style: str) -> Response:
    """The answer, which any site may show in a frame: a page without forms and scripts, dressed in this style alone."""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{style_digest(style)}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors *"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _carrying(fixed: Sequence[tuple[str, str]], application: WSGIApplication) -> WSGIApplication:
    """The application, whose answers carry these headers unless they have their own. Written to the list that goes out:
    a response's headers are checked and copied one by one, which costs more than the rest of a kept page.
    """

    def carrying(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def starting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            own = dict(headers)
            if "Content-Security-Policy" in own:
                own["X-Frame-Options"] = ""  # it says itself who may frame it
            return start_response(status, [*headers, *(one for one in fixed if one[0] not in own)], *rest)

        return application(environ, starting)

    return carrying


def _protect(response: Response) -> Response:
    access = access_of(request.endpoint)
    if is_for_programs():  # failures too, or another program would never learn of them
        response.headers.extend(_OPEN)
        if request.method == "OPTIONS":
            response.headers.extend(_ALLOWED)
    elif access is not None and access.is_by_secret:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        # A form must say that it stood on a page of this host, so its page tells this host alone.
        takes_forms = "POST" in request.url_rule.methods  # type: ignore[union-attr,operator]  # it has a view
        response.headers["Referrer-Policy"] = "same-origin" if takes_forms else "no-referrer"
    elif access is None or not access.is_public or _is_about_somebody():
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.vary.add("Cookie")
    return response


def _is_about_somebody() -> bool:
    """True for a public page's answer that is meant for one person: looking at a login, or about a form."""
    return "login" in g or "csrf_token" in g or "POST" in request.url_rule.methods
