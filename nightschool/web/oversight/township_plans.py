"""The plans of a month as a township reads, approves and returns them, and as those above it count them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.oversight import plans as actions
from nightschool.errors import Refused
from nightschool.queries.contacts import contacts
from nightschool.queries.oversight import plans, township_plans
from nightschool.queries.places import places
from nightschool.rules.oversight import plans as rules
from nightschool.rules.oversight.plans import PlanStep, step_problem
from nightschool.rules.regions import Level, level_of, township_of
from nightschool.rules.seasons.months import Month, month_word
from nightschool.texts import _
from nightschool.web.oversight.frame import kept
from nightschool.web.oversight.plans import words
from nightschool.web.oversight.plans_form import ReturnForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today, writing
from nightschool.web.site.records import BAD_INPUT, CLASH, look_up

bp = Blueprint("township_plans", __name__)


@bp.get("/overview/<region_code:region>/plans")
@allows("see_overview")
def home(region: str) -> Any:
    """The month with plans that wait for a word, else the one that villages plan now."""
    with reading() as db:
        waiting = township_plans.waiting(db, region, today=today())
    month = waiting[0] if waiting else rules.proposed_month(today(), more_to_come=True)
    return redirect(url_for("township_plans.show", region=region, month=month, **kept()), 303)


@bp.get("/overview/<region_code:region>/plans/<month:month>")
@allows("see_overview")
def show(region: str, month: Month) -> Any:
    """A township's villages, a larger region's counts, or the plan of one village to read."""
    if level_of(region) is Level.VILLAGE:
        return _read(region, month)
    found = look_up(township_plans.plans_of, region, month, today=today())
    with reading() as db:
        whom = contacts(db, [line.code for line in found.villages])
    return render_template("oversight/plans/region.html", plans=found, contacts=whom, kept=kept(), **words())


@bp.post("/overview/<region_code:region>/plans/<month:month>")
@allows("approve_plans")
def decide(region: str, month: Month) -> Any:
    """The plan of a village is approved, or goes back with the reason; the township's list has the next."""
    if level_of(region) is not Level.VILLAGE:  # only villages have plans
        return redirect(url_for("township_plans.show", region=region, month=month), 303)
    form = ReturnForm()
    is_return = request.form.get("do") == "return"
    if is_return and not form.validate():
        return _read(region, month, form=form), BAD_INPUT
    try:
        told = _decide(region, month, form if is_return else None)
    except Refused as refused:
        form.refuse(refused.field, rules.tell_refused(refused, today()))
        return _read(region, month, form=form), BAD_INPUT if refused.field else CLASH
    flash(told)
    return redirect(url_for("township_plans.show", region=township_of(region), month=month, **kept()), 303)


def _decide(village: str, month: Month, form: ReturnForm | None) -> str:
    what = {"village": village, "month": month, "by": actor(), "now": now()}
    with writing() as db:
        said = {"month": month_word(month, today()), "village": places.names_of(db, [village])[village]}
        if form is not None:
            actions.send_back(db, reason=form.reason.data or "", **what)
            return _("%(village)s%(month)s的开课计划退回去了，村里看得到为什么。", **said)
        actions.approve(db, seen=request.form.get("seen", ""), **what)
        return _("%(village)s的计划批准了，村里可以公布%(month)s的课了。", **said)


def _read(village: str, month: Month, *, form: ReturnForm | None = None) -> str:
    plan = look_up(plans.month_page, village, month, today=today())
    with reading() as db:
        contact = contacts(db, [village])[village]
    return render_template(
        "oversight/plans/read.html",
        plan=plan,
        contact=contact,
        form=form or ReturnForm(formdata=None),
        may_approve=step_problem(PlanStep.APPROVE, plan.standing) is None,
        may_return=step_problem(PlanStep.RETURN, plan.standing) is None,
        kept=kept(),
        **words(),
    )
