"""`/healthz`: is it up, does it reach its database, is there room, and how old is the last backup."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify
from sqlalchemy.exc import SQLAlchemyError

from nightschool.queries.condition import last_backup
from nightschool.web.site.access import public
from nightschool.web.site.context import now, reading, services

bp = Blueprint("health", __name__)

LEAST_FREE_MEGABYTES = 50  # below, a day's registers may no longer find room
LITTLE_FREE_MEGABYTES = 500  # below, administrators are told


@bp.get("/healthz")
@public
def check() -> Any:
    """200 while it can do its work, 503 when the database does not answer or the disk is full.

    The age of the last backup is told and judged by whoever asks: null when none was ever made.
    """
    found: dict[str, Any] = {"database": "ok", "backup_age_hours": None}
    try:
        with reading() as db:
            backed_up = last_backup(db, now=now())
    except SQLAlchemyError:
        found["database"] = "unreachable"
    else:
        if backed_up is not None:
            found["backup_age_hours"] = max(0, (now().instant - backed_up) // timedelta(hours=1))
    found["free_megabytes"] = services().settings.free_megabytes
    is_well = found["database"] == "ok" and found["free_megabytes"] >= LEAST_FREE_MEGABYTES
    answer = jsonify({"status": "ok" if is_well else "failing", **found})
    answer.status_code = 200 if is_well else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer
