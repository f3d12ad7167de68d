"""`/healthz`: is it up, and does it reach its database."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import text

from nightschool.web.access import public
from nightschool.web.context import reading

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def check() -> Response:
    """200 with "ok" when the database answers; 503 otherwise, which web/errors.py sees to."""
    with reading() as db:
        db.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})
