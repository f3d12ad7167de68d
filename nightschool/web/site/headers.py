"""Headers on every answer: what a browser may load, and what nobody may keep."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from nightschool.settings import Settings
from nightschool.web.site.access import access_of
from nightschool.web.site.context import services

CONTENT = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
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
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "X-Robots-Tag": "noindex",
}
EXTENSION = "nightschool.headers"
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Every answer carries them, errors too."""
    with app.app_context():
        app.extensions[EXTENSION] = fixed(services().settings)
    app.after_request(_protect)


def fixed(settings: Settings) -> list[tuple[str, str]]:
    """The headers that are the same on every answer."""
    strict = {"Strict-Transport-Security": f"max-age={A_YEAR}"} if settings.is_https else {}
    return [*FIXED.items(), *strict.items()]


def _protect(response: Response) -> Response:
    # Not one by one: setting looks through all headers for an old one each time.
    response.headers.extend(current_app.extensions[EXTENSION])
    access = access_of(request.endpoint)
    if access is not None and access.is_by_secret:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
    elif _is_personal():
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.vary.add("Cookie")
    return response


def _is_personal() -> bool:
    """True for what is meant for one person: behind a login, looking at one, or about a form."""
    access = access_of(request.endpoint)
    if access is None or not access.is_public or request.url_rule is None:
        return True
    return "POST" in (request.url_rule.methods or ()) or "login" in g or "csrf_token" in g
