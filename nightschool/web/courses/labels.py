"""The lists of units and of campaigns of a region: looked through, added to, and one put right or put away."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.courses import labels as actions
from nightschool.queries.courses import labels as queries
from nightschool.queries.courses.labels import LabelRecord
from nightschool.queries.places import places
from nightschool.rules.courses.labels import WELL_KNOWN_CAMPAIGNS, LabelKind, tell_refused_label
from nightschool.rules.regions import Level, level_of
from nightschool.texts import N_, _, counted
from nightschool.web.courses.labels_form import LabelForm, LabelsForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now
from nightschool.web.site.listings import Shown, asked
from nightschool.web.site.records import SAVED, edited, look_up, telling, tried

bp = Blueprint("labels", __name__)

_HEADINGS = {LabelKind.UNIT: N_("单位名单"), LabelKind.CAMPAIGN: N_("专项活动名单")}


@bp.route("/lists/<region_code:region>/units", methods=["GET", "POST"], endpoint="unit")
@allows("keep_labels")
def units(region: str) -> Any:
    """The units that may organise classes here."""
    return _list(region, LabelKind.UNIT)


@bp.route("/lists/<region_code:region>/campaigns", methods=["GET", "POST"], endpoint="campaign")
@allows("keep_labels")
def campaigns(region: str) -> Any:
    """The campaigns that classes here may belong to."""
    return _list(region, LabelKind.CAMPAIGN)


@bp.route("/labels/<public_id:label>", methods=["GET", "POST"])
@allows("keep_labels")
def edit(label: str) -> Any:
    """One name of a list put right, put away or brought back."""
    look = partial(look_up, queries.kept_label, label)
    record: LabelRecord = look()
    form = LabelForm(data=_values(record))

    def save(db: Session) -> None:
        actions.edit_label(
            db, label=label, entry=form.entry(), version=form.seen_version, by=actor(), now=now()
        )

    record, status = edited(form, record, save, telling(tell_refused_label), again=look)
    if status == SAVED:
        flash(_("%(name)s改好了。", name=form.name.data))
        return redirect(url_for(f"labels.{record.kind}", region=record.region_code), SAVED)
    place = look_up(places.region_named, record.region_code)
    page = render_template(
        "courses/labels/edit.html",
        form=form,
        record=record,
        place=place,
        list_heading=_(_HEADINGS[LabelKind(record.kind)]),
    )
    return page, status


def _values(record: LabelRecord) -> dict[str, Any]:
    return {**asdict(record), "is_retired": record.is_retired}


def _list(region: str, kind: LabelKind) -> Any:
    place = look_up(places.region_named, region)
    form = LabelsForm()
    added = 0

    def add(db: Session) -> None:
        nonlocal added
        added = actions.add_labels(db, region=region, kind=kind, names=form.names.data, by=actor(), now=now())

    status = tried(form, add, telling(tell_refused_label))
    if status == SAVED:
        flash(counted("加了 %(n)d 个。", added) if added else _("名单里都有了，没有加新的。"))
        return redirect(url_for(f"labels.{kind.value}", region=region), SAVED)
    ask = asked()
    listing = look_up(queries.labels, region, ask, kind=kind)
    if kind is LabelKind.CAMPAIGN and not listing.total and not form.is_submitted():
        form.names.data = WELL_KNOWN_CAMPAIGNS  # in the words of the field, whoever reads
    page = render_template(
        "courses/labels/index.html",
        shown=Shown(f"labels.{kind.value}", {"region": region}, ask, listing),
        form=form,
        place=place,
        is_village=level_of(region) is Level.VILLAGE,
        heading=_(_HEADINGS[kind]),
        other=next(one.value for one in LabelKind if one is not kind),
        other_heading=_(_HEADINGS[next(one for one in LabelKind if one is not kind)]),
    )
    return page, status
