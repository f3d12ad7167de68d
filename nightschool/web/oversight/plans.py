"""The plan of a village's month: looked at, handed in, announced."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.oversight import plans as actions
from nightschool.errors import Refused, StaleRecord
from nightschool.formats.messages import month_message
from nightschool.formats.plan_table import tell_teacher
from nightschool.queries.contacts import contacts
from nightschool.queries.oversight import plans as queries
from nightschool.queries.oversight.plans import PlanPage
from nightschool.rules.notices.revisions import tell_moment
from nightschool.rules.oversight import plans as rules
from nightschool.rules.oversight.approvals import tell_gone, tell_since_approval
from nightschool.rules.seasons.months import Month, month_word
from nightschool.texts import _, counted
from nightschool.web.oversight.plans_form import NoteForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, today, writing
from nightschool.web.site.records import BAD_INPUT, CLASH, look_up

bp = Blueprint("plans", __name__)


def words() -> dict[str, Any]:
    """What the templates about plans say things with."""
    return {
        "month_word": lambda month: month_word(month, today()),
        "state_word": rules.state_word,
        "tell_moment": lambda instant: tell_moment(instant, today()),
        "tell_change": _tell_change,
        "tell_since_approval": lambda then: tell_since_approval(then, today()),
        "tell_gone": lambda gone: tell_gone(gone, today()),
        "tell_teacher": tell_teacher,
    }


def _tell_change(line: queries.PlanLine) -> str:
    begins = rules.Moment(line.slot.day, line.slot.starts)
    return rules.tell_plan_change(line.differs, line.told, begins, today())


@bp.get("/desk/<region_code:village>/plan")
@allows("schedule")
def home(village: str) -> Any:
    """The month to plan now, and why it is this one."""
    with reading() as db:
        month = queries.first_month(db, village, at=moment())
    return _page(village, month, why=rules.tell_proposed(month, today()))


@bp.get("/desk/<region_code:village>/plan/<month:month>")
@allows("schedule")
def show(village: str, month: Month) -> Any:
    """One month: its class sessions, how it stands, and the one thing to do next."""
    return _page(village, month)


@bp.post("/desk/<region_code:village>/plan/<month:month>")
@allows("schedule")
def act(village: str, month: Month) -> Any:
    """The plan is a step further, or has its note."""
    todo = request.form.get("do", "")
    form = NoteForm()
    if todo == "note" and not form.validate():
        return _page(village, month, form=form), BAD_INPUT
    try:
        told = _carry_out(todo, village, month, form)
    except StaleRecord:
        stored = _plan(village, month).note
        form.compare({"note": stored})
        form.seen_note.data = stored
        return _page(village, month, form=form), CLASH
    except Refused as refused:
        return _page(village, month, refusal=rules.tell_refused(refused, today())), CLASH
    if told:
        flash(told)
    return redirect(url_for("plans.show", village=village, month=month), 303)


def _carry_out(todo: str, village: str, month: Month, form: NoteForm) -> str:
    """What was done, in one sentence; empty: nothing was asked for."""
    what = {"village": village, "month": month, "by": actor(), "now": now()}
    said = {"month": month_word(month, today())}
    with writing() as db:
        match todo:
            case "submit":
                actions.submit(db, **what)
                township = queries.township_name(db, village)
                return _("%(month)s的开课计划提交给%(township)s了。", township=township, **said)
            case "withdraw":
                actions.withdraw(db, **what)
                return _("%(month)s的开课计划收回来了。改好再提交。", **said)
            case "announce":
                seen = request.form.get("seen", "")
                told = actions.announce(db, seen=seen, **what)
                return counted(
                    "公布了：%(month)s的 %(n)d 次课，村里人看到的和这里一样。要贴出来，就打印计划表。",
                    told,
                    **said,
                )
            case "note":
                seen = form.seen_note.data or ""
                actions.keep_note(db, note=form.note.data or "", seen=seen, **what)
                return _("备注存好了。")
    return ""


def _page(
    village: str, month: Month, *, why: str = "", refusal: str = "", form: NoteForm | None = None
) -> str:
    plan = _plan(village, month)
    township = plan.township
    is_told = plan.standing.stage == rules.PlanStatus.ANNOUNCED and not plan.standing.untold
    message = month_message(plan, look_up(contacts, [village])[village], moment()) if is_told else ""
    return render_template(
        "oversight/plans/month.html",
        plan=plan,
        why=why,
        refusal=refusal,
        message=message,
        form=form or NoteForm(formdata=None, data={"note": plan.note, "seen_note": plan.note}),
        next_step=rules.next_step(plan.standing),
        told=rules.tell_standing(plan.standing, township=township, reason=plan.return_reason, today=today()),
        first_day=max(month.first, today()) if not plan.standing.is_over else None,
        **words(),
    )


def _plan(village: str, month: Month) -> PlanPage:
    return look_up(queries.month_page, village, month, today=today())
