"""A list of regions in the browser: uploaded, looked through, and taken in while a page tells how far it is."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.places import region_uploads as uploads
from nightschool.actions.places import withdrawals
from nightschool.actions.places.region_lists import import_steps, learn_sounds, plan_import, share_of
from nightschool.errors import NotFound, Problem, Refused, StaleRecord
from nightschool.formats.region_lists import RegionList, read_regions
from nightschool.queries.places import region_uploads
from nightschool.queries.places.region_uploads import Upload, told_counts
from nightschool.rules.almanac import day_with_year
from nightschool.rules.errands import ErrandKind
from nightschool.rules.places.region_lists import tell_given
from nightschool.rules.places.region_uploads import (
    MOST_PROBLEMS,
    UploadStage,
    tell_upload_refusal,
    tell_withdrawn,
    upload_stage,
)
from nightschool.rules.regions import tell_nothing_ends, tell_row_problem, tell_unread_sheets
from nightschool.texts import _
from nightschool.web.places.region_lists_form import RegionListForm, TakeInForm
from nightschool.web.site.access import MEGABYTE, actor, allows
from nightschool.web.site.context import now, reading, services, today, writing
from nightschool.web.site.errands import ErrandHeld, does, looked_at_again, percent_of
from nightschool.web.site.forms import version_in
from nightschool.web.site.records import look_up

bp = Blueprint("region_lists", __name__)
MOST_MEGABYTES = 20  # of a list


@bp.route("/admin/regions/import", methods=["GET", "POST"])
@allows("keep_regions", most_bytes=MOST_MEGABYTES * MEGABYTE, files=frozenset({"file"}))
def upload() -> Any:
    """A list is handed in: read at once, compared with what is known, and kept to be looked through."""
    form = RegionListForm()
    if form.validate_on_submit():
        content = form.file.data.read()
        found = read_regions(content)
        if form.as_of.data > today():
            form.refuse("as_of", _("这一天还没到。写名单上印的那一天。"))
        elif not found.rows:
            _refuse_file(form, found.problems)
        else:
            return redirect(url_for("region_lists.show", upload=_keep(form, content, found)), 303)
    with reading() as db:
        latest = [(one, _standing(one)) for one in region_uploads.latest(db)]
        taken = region_uploads.last_taken(db)
    page = render_template(
        "places/region_lists/upload.html",
        form=form,
        latest=latest,
        taken=taken,
        most=MOST_MEGABYTES,
        UploadStage=UploadStage,
        day_with_year=day_with_year,
    )
    return page, 422 if form.errors else 200


@bp.get("/admin/regions/import/<public_id:upload>")
@allows("keep_regions")
def show(upload: str) -> Any:
    """What the list would change, how far it is, or what it has changed. While it goes on the page asks again."""
    return _page(upload, TakeInForm())


@bp.post("/admin/regions/import/<public_id:upload>/apply")
@allows("keep_regions")
def apply(upload: str) -> Any:
    """The list begins to be taken in; the answer does not wait for it."""
    form = TakeInForm()
    form.validate_on_submit()
    try:
        with writing() as db:
            uploads.begin_import(
                db,
                upload,
                skip_bad=bool(form.skip_bad.data),
                takes_given=bool(form.takes_given.data),
                by=actor(),
                now=now(),
            )
    except Refused as refusal:
        if refusal.field is None:
            flash(tell_upload_refusal(refusal), "alarm")
            return redirect(url_for("region_lists.show", upload=upload), 303)
        form.refuse(refusal.field, tell_upload_refusal(refusal))
        return _page(upload, form)
    return redirect(url_for("region_lists.show", upload=upload), 303)


@bp.post("/admin/regions/import/withdraw")
@allows("keep_regions")
def withdraw() -> Any:
    """The list taken in last, which the form names, counts as if it had never come."""
    taken = version_in(request.form.get("taken"))
    try:
        with reading() as db:
            uploads.check_no_other(db)
            withdrawal = withdrawals.begin_withdrawal(db, taken=taken, by=actor(), now=now())
        for step in withdrawal.steps:
            with services().database.writing() as db:
                step(db)
        with writing() as db:
            done = withdrawals.finish_withdrawal(db, withdrawal.taken, by=actor(), now=now())
    except Refused as refusal:
        flash(tell_upload_refusal(refusal), "alarm")
    except StaleRecord:  # another list comes in just now, or this one is being withdrawn already
        flash(_("另一份名单正在导入，等它完了再来。"), "alarm")
    else:
        flash(tell_withdrawn(done.as_of, restored=done.restored, gone=done.gone, kept=done.kept))
    return redirect(url_for("region_lists.upload"), 303)


def _refuse_file(form: RegionListForm, problems: Sequence[Problem]) -> None:
    for problem in problems[:MOST_PROBLEMS]:
        form.refuse("file", tell_row_problem(problem))


def _keep(form: RegionListForm, content: bytes, found: RegionList) -> str:
    how = {"as_of": form.as_of.data, "end_missing": bool(form.end_missing.data)}
    with reading() as db:
        counts = told_counts(db, plan_import(db, found.rows, **_planned(found, **how)), found)
    with writing() as db:
        return uploads.keep_upload(
            db, file_name=form.file_name(), content=content, counts=counts, by=actor(), now=now(), **how
        )


def _planned(
    found: RegionList, *, as_of: date, end_missing: bool, takes_given: bool = False
) -> dict[str, Any]:
    """How a list is taken in. Where a row's code cannot be read nobody knows who is missing, and nothing ends."""
    return {
        "as_of": as_of,
        "end_missing": end_missing and found.is_every_code_read,
        "named": found.named,
        "takes_given": takes_given,
    }


def _page(upload: str, form: TakeInForm) -> Any:
    found = look_up(region_uploads.upload, upload)
    stands = _standing(found)
    page = render_template(
        "places/region_lists/show.html",
        upload=found,
        stands=stands,
        UploadStage=UploadStage,
        day=day_with_year(found.as_of),
        form=form,
        problems=[tell_row_problem(problem) for problem in found.problems],
        notes=_notes(found),
        given=[tell_given(one) for one in found.given],
        percent=percent_of(found),
    )
    if stands is UploadStage.GOING_ON:
        return looked_at_again(page)
    return page, 422 if form.errors else 200


def _notes(found: Upload) -> list[str]:
    """What to know of the file beside its rows."""
    unread = [tell_unread_sheets(found.unread_sheets)] if found.unread_sheets else []
    return unread + ([tell_nothing_ends()] if found.end_missing and not found.is_every_code_read else [])


def _standing(found: Upload) -> UploadStage:
    return upload_stage(found.state, has_content=found.has_content, made_at=found.made_at, now=now())


@does(ErrandKind.REGIONS)
def _take_in(held: ErrandHeld) -> None:
    """The list is in. What whoever was at it before has written differs no more, and is not written again."""
    asked, database = held.errand.asked, held.given.database
    with database.reading() as db:
        begun = region_uploads.to_take(db, asked["upload"])
    if begun is None:
        raise NotFound
    found = read_regions(begun.content)
    learn_sounds(found.rows, progress=share_of(held.tell, 5, 40))
    how = {"as_of": begun.as_of, "end_missing": begun.end_missing, "takes_given": asked["takes_given"]}
    with database.reading() as db:
        plan, by = plan_import(db, found.rows, **_planned(found, **how)), held.by(db)
        last = region_uploads.last_taken(db)
    is_again = held.errand.turns > 1 or bool(last and last.going_on and last.as_of == begun.as_of)
    listed = {row.code for row in found.rows}
    steps = import_steps(plan, listed, skip_bad=asked["skip_bad"], by=by, now=held.now())
    for number, step in enumerate(steps):
        held.tell(40 + 60 * number // len(steps), 100)
        with held.writing() as db:
            step(db)
    with held.ending() as db:
        counts = told_counts(db, plan, found)
        last = region_uploads.last_taken(db)
        if is_again and last is not None and last.as_of == begun.as_of:  # what both have changed
            counts |= last.counts | {
                "unchanged": begun.counts["unchanged"],
                "samples": begun.counts["samples"],
            }
        elif all(counts[kind] == begun.counts.get(kind) for kind in ("new", "changed", "ended")):
            counts["samples"] = begun.counts["samples"]  # which know what was called otherwise before
        uploads.finish_import(db, asked["upload"], counts)
