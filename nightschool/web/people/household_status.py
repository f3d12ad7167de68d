"""Of which kind a learner's household is (户类): shown to the village's coordinator who asks, noted and put right.

Every page here is the answer to a form, never to an address: what is shown stands in no history and is asked for each
time, which the trail remembers.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.people import household_status as actions
from nightschool.errors import StaleRecord
from nightschool.queries.people import people
from nightschool.queries.places.region_settings import purpose_for
from nightschool.rules.almanac import day_with_year
from nightschool.rules.people.household_status import kind_word, tell_refused_status
from nightschool.texts import _
from nightschool.web.people.household_status_form import StatusForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, writing
from nightschool.web.site.records import CLASH, SAVED, look_up, telling, tried

bp = Blueprint("household_status", __name__)
bp.add_app_template_global(kind_word)
bp.add_app_template_global(day_with_year)


@bp.post("/learners/<public_id:learner>/household-status")
@allows("keep_people")
def show(learner: str) -> Any:
    """What is noted of this learner, and the form to note more, or to change the one that was chosen."""
    return _page(learner, 200, kept=request.form.get("kept", ""))


@bp.post("/learners/<public_id:learner>/household-status/new")
@allows("keep_people")
def new(learner: str) -> Any:
    """One more is noted."""
    form = StatusForm()
    return _done(
        learner,
        form,
        lambda db: actions.note_status(db, learner=learner, status=form.status(), by=actor(), now=now()),
        _("户类记下了。"),
    )


@bp.post("/learners/<public_id:learner>/household-status/<public_id:kept>")
@allows("keep_people")
def change(learner: str, kept: str) -> Any:
    """One that was noted is put right, or has ended."""
    form = StatusForm()

    def save(db: Session) -> None:
        actions.change_status(
            db,
            learner=learner,
            kept=kept,
            status=form.status(),
            version=form.seen_version,
            by=actor(),
            now=now(),
        )

    return _done(learner, form, save, _("户类改好了。"), kept)


@bp.post("/learners/<public_id:learner>/household-status/<public_id:kept>/remove")
@allows("keep_people")
def remove(learner: str, kept: str) -> Any:
    """One that was noted by mistake is there no more."""
    form = StatusForm()
    try:
        with writing() as db:
            actions.take_status_away(
                db, learner=learner, kept=kept, version=form.seen_version, by=actor(), now=now()
            )
    except StaleRecord:
        flash(_("这一条别人刚改过，没有删。再看一下。"), "alarm")
        return redirect(url_for("learners.edit", learner=learner), 303)
    flash(_("记错的那一条删掉了。"))
    return redirect(url_for("learners.edit", learner=learner), 303)


def _done(learner: str, form: StatusForm, save: Callable[[Session], None], said: str, kept: str = "") -> Any:

    try:
        status = tried(form, save, telling(tell_refused_status))
    except StaleRecord:
        status = CLASH
    if status != SAVED:
        return _page(learner, status, form, kept)
    flash(said)
    return redirect(url_for("learners.edit", learner=learner), SAVED)


def _page(learner: str, status: int, sent: StatusForm | None = None, kept: str = "") -> Any:
    """All that is noted, and one form: `sent`, which could not be saved, or that of the kept one, or of one more."""
    record = look_up(people.learner, learner)
    with writing() as db:
        found = actions.look_at_statuses(db, learner=learner, by=actor(), now=now())
        purpose = purpose_for(db, record.region_code)
    stored = next((asdict(one) for one in found if one.public_id == kept), {})
    form = sent or StatusForm(formdata=None, data=stored)
    if status == CLASH and stored:
        form.show_stale(stored)
    page = render_template(
        "people/household_status/show.html",
        record=record,
        purpose=purpose,
        found=found,
        form=form,
        kept=kept if stored else "",
    )
    return page, status
