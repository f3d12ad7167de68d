"""The application: made by `create_app` from settings, a database and a clock. Importing this changes nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask

from nightschool import web
from nightschool.database import Database
from nightschool.settings import Settings
from nightschool.web.site import (
    access,
    browser,
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
    metrics,
    once,
    packing,
    papers,
    static_files,
)
from nightschool.web.site.context import SERVICES, Services
from nightschool.web.site.converters import CONVERTERS

PACKAGE = Path(__file__).parent.parent


def create_app(
    settings: Settings, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Flask:
    """A ready application. Raises ConfigurationError when a view does not say who may see it."""
    app = Flask("nightschool", template_folder=str(template_folder()), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.keys.that_sign[0],
        SECRET_KEY_FALLBACKS=list(settings.keys.that_sign[1:]),
        WTF_CSRF_SECRET_KEY=settings.keys.signing,  # stays, so that pages that are open can still be sent
        SESSION_COOKIE_NAME="__Host-nightschool-form" if settings.is_https else "nightschool-form",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=access.MOST_OF_ANYBODY,
        MAX_FORM_MEMORY_SIZE=access.MEGABYTE,
        MAX_FORM_PARTS=5000,
    )
    replica = Database(settings.read_url, sealer=database.sealer) if settings.read_url else None
    app.extensions[SERVICES] = Services(settings, database, clock, ZoneInfo(settings.timezone), replica)
    app.extensions[errands.ERRANDS] = errands.Errands(app)
    app.url_map.converters.update(CONVERTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Errors speak the language of the request, so it is chosen first.
    for part in (
        logs,
        context,
        language,
        csrf,
        access,
        browser,
        dates,
        links,
        once,
        papers,
        static_files,
        headers,
        packing,
        delivery,
        errors,
        metrics,
    ):
        part.init_app(app)
    for bp in blueprints():
        app.register_blueprint(bp)
    access.check_access(app)
    return app


def blueprints() -> Iterator[Blueprint]:
    """The pages of every feature: of each module of this shelf that has a `bp`."""
    for module in walk_packages(web.__path__, f"{web.__name__}."):
        if bp := getattr(import_module(module.name), "bp", None):
            yield bp


def template_folder() -> Path:
    """Where the templates are: inside the package once installed, beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"
