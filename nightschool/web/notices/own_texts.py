"""In what words a region's villages give notice: a list of the forms, and a page for each with a preview."""

from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.notices import own_texts as actions
from nightschool.errors import Refused
from nightschool.formats.notices import (
    MOST_OF_A_SHORT_MESSAGE,
    notice_fields,
    notice_text,
    words_to_begin_with,
)
from nightschool.queries.notices.notices import Notice
from nightschool.queries.notices.own_texts import TextInForce, texts_in_force
from nightschool.queries.notices.samples import sample_notice
from nightschool.queries.places import places
from nightschool.rules.notices.own_texts import (
    NOTICE_FIELD_WORDS,
    OWN_FORMS,
    check_own_text,
    fields_of,
    filled_in,
    form_word,
)
from nightschool.rules.notices.told import Channel
from nightschool.rules.regions import Level, level_of, parent_of
from nightschool.texts import _
from nightschool.web.notices.own_texts_form import OwnTextForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today
from nightschool.web.site.records import BAD_INPUT, SAVED, SHOWN, edited, look_up

bp = Blueprint("own_texts", __name__)

_ADDRESS = "https://nightschool.example/v/510000000000"  # of a village that there is not


@bp.get("/settings/<region_code:region>/notices")
@allows("settle")
def index(region: str) -> Any:
    """The forms of notice of the villages here, and whose words each has."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("own_texts.index", region=parent_of(region)), 303)
    with reading() as db:
        chosen = texts_in_force(db, region)
    return render_template(
        "notices/own_texts/index.html",
        place=look_up(places.region_named, region),
        forms=[(form, form_word(form), chosen.get(form)) for form in OWN_FORMS],
    )


@bp.route("/settings/<region_code:region>/notices/<notice_form>", methods=["GET", "POST"])
@allows("settle")
def edit(region: str, notice_form: str) -> Any:
    """The words of one form: what they say of a sample stands beside them, and so do ours."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("own_texts.edit", region=parent_of(region), notice_form=notice_form), 303)
    if notice_form not in OWN_FORMS:
        abort(404)
    place = look_up(places.region_named, region)
    look = partial(_in_force, region, notice_form)
    found = look()
    channel, _dash, state = notice_form.partition("-")
    sample = sample_notice(state, today())
    begin = words_to_begin_with(sample, Channel(channel), _ADDRESS)
    form = OwnTextForm(data={"version": found.version, "text": found.text or begin})
    do = request.form.get("do", "")

    def save(db: Session) -> None:
        actions.choose_notice_text(
            db,
            region=region,
            form=notice_form,
            text=None if do == "back" else form.text.data or "",
            seen_version=form.seen_version,
            by=actor(),
            now=now(),
        )

    if form.is_submitted() and do == "look":
        status = SHOWN if form.validate() else BAD_INPUT
    else:
        found, status = edited(form, found, save, lambda form, refused: form.refuse_text(refused), again=look)
    if status == SAVED:
        what = form_word(notice_form)
        told = _("%(what)s，照上一级的说了。", what=what)
        if do != "back":
            told = _("%(what)s，%(place)s各村从现在起照这样说。", what=what, place=place.name)
        flash(told)
        return redirect(url_for("own_texts.index", region=region), SAVED)
    preview = _preview(form, notice_form, sample)
    page = render_template(
        "notices/own_texts/edit.html",
        place=place,
        found=found,
        form=form,
        heading=form_word(notice_form),
        fields=[(name, _(NOTICE_FIELD_WORDS[name])) for name in fields_of(notice_form)],
        preview=preview,
        ours=notice_text(sample, Channel(channel), _ADDRESS, {}),
        begin=begin,
        is_too_long=bool(preview) and channel == Channel.SHORT and len(preview) > MOST_OF_A_SHORT_MESSAGE,
    )
    return page, BAD_INPUT if form.text.errors else status


def _preview(form: OwnTextForm, notice_form: str, sample: Notice) -> str:
    """What the text as it stands in the form says of the sample; empty where it can say nothing, with the reasons."""
    text = form.text.data or ""
    try:
        check_own_text(text, notice_form)
    except Refused as refused:
        if not form.text.errors:
            for one in (refused, *refused.others):
                form.refuse_text(one)
        return ""
    return filled_in(text, notice_fields(sample, Channel(notice_form.partition("-")[0]), _ADDRESS))


def _in_force(region: str, notice_form: str) -> TextInForce:
    with reading() as db:
        return texts_in_force(db, region).get(notice_form) or TextInForce(notice_form)
