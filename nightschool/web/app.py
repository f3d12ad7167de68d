"""The application: made by `create_app` from settings, a database and a clock. Importing this changes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask

from nightschool.database import Database
from nightschool.settings import Settings
from nightschool.web.site import (
    access,
    context,
    csrf,
    dates,
    delivery,
    errands,
    errors,
    headers,
    language,
    links,
    logs,
    packing,
    static_files,
)
from nightschool.web.site.context import SERVICES, Services
from nightschool.web.site.converters import CONVERTERS

# One thin blueprint a feature; each module has `bp`.
BLUEPRINTS = (
    "site.health",
    "places.find",
    "notices.timetable",
    "notices.region_timetable",
    "notices.revisions",
    "notices.school_months",
    "notices.region_month",
    "site.open_data",
    "notices.sitemap",
    "trust.trust",
    "trust.admin",
    "places.region_lists",
    "courses.desk",
    "seasons.calendars",
    "courses.closed_times",
    "places.region_settings",
    "courses.courses",
    "oversight.plans",
    "registers.cohorts",
    "courses.sessions",
    "courses.swaps",
    "courses.advice",
    "courses.undo",
    "registers.attendance",
    "people.learners",
    "people.teachers",
    "people.teacher_links",
    "registers.questions",
    "people.merges",
    "places.venues",
    "people.retiring",
    "places.schools",
    "oversight.overview",
    "oversight.township_plans",
    "places.openings",
    "trust.handovers",
    "trust.trail",
)

PACKAGE = Path(__file__).parent.parent


def create_app(
    settings: Settings, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Flask:
    """A ready application. Raises ConfigurationError when a view does not say who may see it."""
    app = Flask("nightschool", template_folder=str(template_folder()), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.keys.signing,
        SESSION_COOKIE_NAME="__Host-nightschool-form" if settings.is_https else "nightschool-form",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=access.MEGABYTE,
        MAX_FORM_MEMORY_SIZE=access.MEGABYTE,
        MAX_FORM_PARTS=5000,
    )
    app.extensions[SERVICES] = Services(settings, database, clock, ZoneInfo(settings.timezone))
    app.extensions[errands.ERRANDS] = errands.Errands()
    app.url_map.converters.update(CONVERTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Errors speak the language of the request, so it is chosen first.
    for part in (
        logs,
        context,
        language,
        csrf,
        access,
        dates,
        links,
        static_files,
        headers,
        packing,
        delivery,
        errors,
    ):
        part.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"nightschool.web.{name}").bp)
    access.check_access(app)
    return app


def template_folder() -> Path:
    """Where the templates are: inside the package once installed, beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"
