"""The supervisor's pages: a region's week or month in a table, the classes behind its numbers, a sentence to copy.

Beside them the villages without a night school.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.errors import NotFound
from nightschool.formats.overview_text import tell_figures, tell_overdue, tell_reasons
from nightschool.queries.contacts import VillageContact, contacts
from nightschool.queries.courses import labels
from nightschool.queries.oversight import overview, township_plans
from nightschool.queries.oversight.overview import Figure, Overview, OverviewSession, RegionFigures
from nightschool.queries.places import openings, places
from nightschool.queries.trust import trust
from nightschool.rules.listings import page_of
from nightschool.rules.places.schools import asked_of
from nightschool.rules.regions import Level, level_of
from nightschool.rules.registers.evaluations import shown_of, tell_evaluation
from nightschool.rules.seasons.periods import tell_kind, tell_period, tell_way
from nightschool.web.oversight.frame import (
    ANY_PERIOD,
    as_of,
    asked_days,
    asked_figures,
    asked_period,
    chooser,
    kept,
)
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today, whole
from nightschool.web.site.listings import page_number
from nightschool.web.site.records import look_up

bp = Blueprint("overview", __name__)
for telling in (as_of, tell_figures, tell_kind, tell_period, tell_way, tell_reasons, asked_of):
    bp.add_app_template_global(telling)

# The columns by which the parts of a region can be sorted; of these nothing is kept, and nobody is given a place.
SORTABLE = (
    *("expected", "planned", "held", "not_held", "unrecorded", "to_come"),
    *("held_percent", "reported_percent", "on_time_percent"),
    *("attendances", "people", "person_minutes", "women", "over_60"),
)

_LABELS = "labels"  # what `show` says where the units and campaigns of a province are wanted


@bp.get("/overview")
@allows("see_overview")
def home() -> Any:
    """The one region supervised, or the choice among several."""
    codes = sorted({post.region_code for post in actor().posts_for("see_overview") if post.region_code})
    if len(codes) == 1:
        return redirect(url_for("overview.region", region=codes[0]), 303)
    with reading() as db:
        regions = places.regions_named(db, codes)
    return render_template("oversight/overview/home.html", regions=regions)


@bp.get("/overview/<region_code:region>")
@allows("see_overview")
def region(region: str) -> Any:
    """One region's figures of a period, or the classes behind one: all, or those of a unit, a campaign, a category.

    Of a village always the classes.
    """
    period = asked_period()
    show = request.args.get("show")
    figure = Figure(show) if show in set(Figure) else None

    def at(code: str) -> str:
        return url_for("overview.region", region=region, show=show, **{**kept(), "when": code})

    form, elsewhere = asked_days(period, at)
    if elsewhere:
        return elsewhere
    with reading() as db:
        asked = asked_figures(db)
        which: dict[str, Any] = {"first": period.first, "last": period.last, "narrowed": asked.narrowed}
        of_people = overview.are_few_marks(region, period.first, period.last) or (
            request.args.get("sort") == "people"
        )
        found = overview.overview_of(db, region, today=today(), counts_people=of_people, **which)
        if found is None:
            raise NotFound
        waiting = township_plans.waiting(db, region, today=today())
        if figure or found.level is Level.VILLAGE:
            behind = _classes(db, found, figure, {**which, "today": today()})
        else:
            below = [line.code for line in found.parts] if found.level is Level.TOWNSHIP else []
            behind = {"contacts": contacts(db, below)}
        if not (asked.words or figure):
            # A province has a thousand of them.
            if found.level is not Level.PROVINCE or show == _LABELS:
                behind["of_labels"] = labels.label_figures(
                    db, region, first=period.first, last=period.last, heirs=asked.narrowed.heirs
                )
            if evaluated := shown_of(found.total.evaluated):
                behind["evaluated"] = tell_evaluation(evaluated)
            behind["overdue"] = overview.overdue_number(db, region, today=today())
            if found.level is Level.TOWNSHIP:
                behind["silent"] = trust.silent_phones(db, region, now=now())
    return render_template(
        "oversight/overview/region.html",
        overview=found,
        parts=_sorted(found.parts),
        waiting=waiting[1] if waiting else 0,
        figure=figure,
        asked=asked,
        kept={**kept(), **asked.kept},
        at=at,
        **chooser(period, ANY_PERIOD, form),
        **behind,
    )


def _sorted(parts: Sequence[RegionFigures]) -> list[RegionFigures]:
    """In the order of their codes; by a column where the address says so, the most first, what nobody counted last."""
    column = request.args.get("sort")
    if column not in SORTABLE:
        return list(parts)
    return sorted(parts, key=lambda line: -1 if (n := getattr(line, column)) is None else n, reverse=True)


@bp.get("/overview/<region_code:region>/without")
@allows("see_overview")
def without(region: str) -> Any:
    """How many villages of each township have a night school, and which have none; of a province only how many."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("overview.region", region=region, **kept()), 303)
    line = look_up(places.step, region, today=today()).line
    with reading() as db:
        is_province = level_of(region) is Level.PROVINCE
        cities = openings.units_below(db, region, today=today()) if is_province else ()
        townships = () if is_province else openings.coverage(db, region, today=today())
        counties = places.names_of(db, {one.county for one in townships})
    return render_template(
        "oversight/overview/without.html",
        here=line[-1],
        path=[(place.code, place.name) for place in line[:-1]],
        cities=cities,
        townships=townships,
        counties=counties,
        villages=sum(one.villages for one in (*cities, *townships)),
        schools=sum(one.schools for one in (*cities, *townships)),
        kept=kept(),
    )


@bp.get("/overview/<region_code:region>/overdue")
@allows("see_overview")
def overdue(region: str) -> Any:
    """Classes that nobody has recorded on the third day, each village with words to send; what is recorded is gone."""
    line = look_up(places.step, region, today=today()).line
    with reading() as db:
        classes = overview.overdue_classes(db, region, today=today())
        whom = contacts(db, {one.region_code for one in classes})
    villages = [
        (whom[code], list(those)) for code, those in groupby(classes, key=lambda one: one.region_code)
    ]
    return render_template(
        "oversight/overview/overdue.html",
        here=line[-1],
        path=[(place.code, place.name) for place in line[:-1]],
        villages=[(contact, those, _reminder(contact, those)) for contact, those in villages],
        kept=kept(),
    )


def _reminder(contact: VillageContact, classes: Sequence[OverviewSession]) -> str:
    to_register = [
        (one, whole(url_for("attendance.register", class_session=one.public_id, lang=None, big=None)))
        for one in classes
    ]
    who = asked_of(contact.contact_name, contact.principal)
    return tell_overdue(contact.village, who, to_register, today())


def _classes(db: Session, found: Overview, figure: Figure | None, which: dict[str, Any]) -> dict[str, Any]:
    """A page of the class sessions behind a figure, and of each village its township and whom to phone."""
    many = range(getattr(found.total, figure) if figure else 0)
    rows, number, pages = page_of(many, page_number())
    lines = overview.classes_of(
        db,
        found.code,
        figure,
        **which,
        rows=slice(rows.start, rows.stop) if figure else slice(0, None),
    )
    villages = {line.region_code for line in lines}
    return {
        "classes": lines,
        "number": number,
        "pages": pages,
        "contacts": contacts(db, villages),
    }
