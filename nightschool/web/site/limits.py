"""How much may be sent in one go: a megabyte, and more only to the addresses and by the people named here."""

from __future__ import annotations

from flask import Flask, request

from nightschool.web.site.access import access_of, current_login

# Endpoint -> bytes, for who may do there what its view declares. Everybody else is held to MAX_CONTENT_LENGTH.
LARGER = {"region_lists.upload": 20 * 1024 * 1024}


def init_app(app: Flask) -> None:
    """The limit of each request stands before anything of it is read."""
    app.before_request(_allow_more)


def _allow_more() -> None:
    most = LARGER.get(request.endpoint or "")
    if most is None or request.method != "POST":
        return
    access, login = access_of(request.endpoint), current_login()
    if access and access.verb and login and login.actor.posts_for(access.verb):
        request.max_content_length = most
