"""What a region calls the columns of its villages' papers: a list of the papers, and a page for each."""

from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.oversight import paper_columns as actions
from nightschool.formats.table_paper import Paper
from nightschool.queries.oversight.paper_columns import ColumnsInForce, columns_in_force
from nightschool.queries.places import places
from nightschool.rules.regions import Level, level_of, parent_of
from nightschool.texts import _
from nightschool.web.oversight.paper_columns_form import PaperColumnsForm
from nightschool.web.oversight.papers import PAPERS
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading
from nightschool.web.site.records import BAD_INPUT, SAVED, SHOWN, edited, look_up

bp = Blueprint("paper_columns", __name__)

_PAPERS = {one.paper.key: one.paper for one in PAPERS if one.has_chosen_columns}


@bp.get("/settings/<region_code:region>/papers")
@allows("settle")
def index(region: str) -> Any:
    """The papers of the villages here, and whose columns each has."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("paper_columns.index", region=parent_of(region)), 303)
    with reading() as db:
        chosen = columns_in_force(db, region)
    return render_template(
        "oversight/paper_columns/index.html",
        place=look_up(places.region_named, region),
        papers=[(paper, chosen.get(paper.key)) for paper in _PAPERS.values()],
    )


@bp.route("/settings/<region_code:region>/papers/<paper>", methods=["GET", "POST"])
@allows("settle")
def edit(region: str, paper: str) -> Any:
    """The columns of one paper: what they are called, in which order they stand, which are printed."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("paper_columns.edit", region=parent_of(region), paper=paper), 303)
    about: Paper = _PAPERS.get(paper) or abort(404)
    place = look_up(places.region_named, region)
    standard = {column.key: column.name for column in about.columns}
    look = partial(_in_force, region, paper)
    found = look()
    form = PaperColumnsForm(standard, found.columns, found.version)
    goes_back = request.form.get("do") == "back"

    def save(db: Session) -> None:
        actions.choose_paper_columns(
            db,
            region=region,
            paper=paper,
            called=about.name,
            chosen=() if goes_back else form.chosen(),
            known=standard,
            seen_version=form.seen_version,
            by=actor(),
            now=now(),
        )

    if form.was_pasted and not goes_back:
        status = SHOWN if form.validate() and form.read_pasted() else BAD_INPUT
    else:
        found, status = edited(form, found, save, lambda form, refused: form.refuse_row(refused), again=look)
    if status == SAVED:
        flash(
            _("%(paper)s照上一级的了。", paper=_(about.name))
            if goes_back
            else _(
                "%(paper)s的栏目存好了，%(place)s各村从现在起照这样印。",
                paper=_(about.name),
                place=place.name,
            )
        )
        return redirect(url_for("paper_columns.index", region=region), SAVED)
    page = render_template(
        "oversight/paper_columns/edit.html", place=place, paper=about, found=found, form=form
    )
    return page, status


def _in_force(region: str, paper: str) -> ColumnsInForce:
    with reading() as db:
        return columns_in_force(db, region, paper).get(paper) or ColumnsInForce(paper)
