"""A village handed over to the next coordinator: what is open, who goes, who comes, and the sheet for both."""

from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from nightschool.actions.people.people import reveal_teacher_phone
from nightschool.actions.places.supporters import reveal_supporters
from nightschool.actions.trust import handovers as actions
from nightschool.actions.trust.accounts import Slip
from nightschool.actions.trust.handovers import HandedOver
from nightschool.queries import successors
from nightschool.queries.places.supporters import supporters
from nightschool.queries.trust import handovers as queries
from nightschool.queries.trust.handovers import Estate
from nightschool.rules.almanac import spoken_day
from nightschool.rules.people.people import group_label
from nightschool.rules.places.schools import institution_word
from nightschool.rules.registers.waiting import tell_why_waiting
from nightschool.rules.trust.accounts import tell_refusal
from nightschool.rules.trust.slips import grouped
from nightschool.texts import _
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import digester, moment, now, reading, services, today, writing
from nightschool.web.site.records import BAD_INPUT, answered, look_up
from nightschool.web.site.secret_pages import keep_secret, secret_of
from nightschool.web.trust.admin import ask_who
from nightschool.web.trust.handovers_form import HandoverForm
from nightschool.web.trust.slips import kept_slip, read_slip

bp = Blueprint("handovers", __name__)


@bp.route("/admin/<region_code:village>/handover", methods=["GET", "POST"])
@allows("manage_accounts")
def new(village: str) -> Any:
    """What is open in the village, and the form; it leads to the sheet, with the new slip where one is needed."""
    estate = _estate(village)
    form = HandoverForm()
    form.leaving.choices = {line.account: line.display_name for line in estate.coordinators}
    if form.is_submitted():
        form.becomes_contact.data = bool(form.becomes_contact.data and _was_contact(estate))
    else:
        _begin(form, estate)
    ask_who(form, village)

    def rule() -> None:
        with reading() as db:
            actions.check(db, village=village, handover=form.handover(), by=actor(), now=now())

    hand_over = partial(_hand_over, village, estate, form)
    if sheet := answered(form, hand_over, tell_refusal, check=rule):
        return redirect(sheet, 303)
    page = render_template(
        "trust/handovers/new.html", form=form, estate=estate, was_contact=_was_contact(estate), today=today()
    )
    return page, BAD_INPUT if form.errors else 200


@bp.route("/admin/<region_code:village>/handover/sheet", methods=["GET", "POST"])
@allows("manage_accounts")
def sheet(village: str) -> Any:
    """The hand-over sheet, as things stand now; asked for by a form, with the telephones of the five in full."""
    return _sheet(_estate(village))


@bp.route("/admin/<region_code:village>/handover/sheet/<public_id:secret_page>", methods=["GET", "POST"])
@allows("manage_accounts")
def sheet_with_slip(village: str, secret_page: str) -> Any:
    """The same with the new coordinator's slip, for who handed over and for an hour."""
    kept = secret_of(secret_page)
    if kept is None or kept["village"] != village:
        return redirect(url_for("handovers.sheet", village=village), 303)
    return _sheet(_estate(village), read_slip(kept["slip"]))


@bp.route("/desk/<region_code:village>/handover", methods=["GET", "POST"])
@allows("keep_people")
def to_know(village: str) -> Any:
    """What the next coordinator must know, from who keeps the village; by a form, with telephones in full."""
    with reading() as db:
        found, five = successors.to_know(db, village, now=now()), supporters(db, village)
    if found is None:
        abort(404)
    in_full, phones = request.method == "POST", {}
    if in_full:
        with writing() as db:
            five = reveal_supporters(db, village=village, verb="keep_people", by=actor(), now=now())
            for one in found.teachers:
                if one.masked_phone:
                    phones[one.public_id] = reveal_teacher_phone(
                        db, teacher=one.public_id, region=village, by=actor(), now=now()
                    )
    return render_template(
        "trust/handovers/to_know.html",
        found=found,
        estate=found.estate,
        supporters=five,
        in_full=in_full,
        phones=phones,
        institution_word=institution_word,
        tell_why_waiting=tell_why_waiting,
        group_label=group_label,
        today=today(),
    )


def _estate(village: str) -> Estate:
    return look_up(queries.estate, village, at=moment())


def _begin(form: HandoverForm, estate: Estate) -> None:
    """Today, and whoever is alone goes; the public contact moves along where it was one of them."""
    form.from_day.data = today()
    form.leaving.data = (
        [line.account for line in estate.coordinators] if len(estate.coordinators) == 1 else []
    )
    form.becomes_contact.data = _was_contact(estate)


def _was_contact(estate: Estate) -> bool:
    return estate.contact_name in {line.display_name for line in estate.coordinators}


def _hand_over(village: str, before: Estate, form: HandoverForm) -> str:
    """Where the sheet can be looked at."""
    with writing() as db:
        made = actions.hand_over(
            db,
            village=village,
            handover=form.handover(),
            digester=digester(),
            by=actor(),
            now=now(),
        )
        page = keep_secret(db, village=village, slip=kept_slip(made.slip)) if made.slip else ""
    _tell(before, form, made)
    if page:
        return url_for("handovers.sheet_with_slip", village=village, secret_page=page)
    return url_for("handovers.sheet", village=village)


def _tell(before: Estate, form: HandoverForm, made: HandedOver) -> None:
    gone = [line.display_name for line in before.coordinators if line.account in (form.leaving.data or ())]
    told = _(
        "%(village)s从 %(day)s 起由%(name)s接手。%(gone)s的职责到前一天为止。",
        village=before.village,
        day=spoken_day(form.from_day.data, today()),
        name=made.display_name,
        gone=_("、").join(gone),
    )
    flash(told)
    if made.needs_slip_later:
        flash(_("%(name)s还没登录过。登录单 14 天内有效，临到接手再打。", name=made.display_name))


def _sheet(estate: Estate, slip: Slip | None = None) -> str:
    in_full = request.method == "POST"
    if in_full:
        with writing() as db:
            five = reveal_supporters(db, village=estate.code, verb="manage_accounts", by=actor(), now=now())
    else:
        with reading() as db:
            five = supporters(db, estate.code)
    return render_template(
        "trust/handovers/sheet.html",
        estate=estate,
        supporters=five,
        in_full=in_full,
        slip=slip,
        code=grouped(slip.code) if slip else "",
        base=services().settings.base_url,
        institution_word=institution_word,
        today=today(),
    )
