"""A learner's history, and the training card of a household (F10): as pages that print, and as PDF."""

from typing import Any

from flask import Blueprint, url_for

from nightschool.formats.attended_table import card_paper, history_paper
from nightschool.queries.people import training_cards as queries
from nightschool.queries.people.training_cards import TrainingCard
from nightschool.texts import _
from nightschool.web.site.access import allows
from nightschool.web.site.context import today
from nightschool.web.site.papers import pdf_answer, table_page
from nightschool.web.site.records import look_up

bp = Blueprint("training_cards", __name__)


@bp.get("/learners/<public_id:learner>/history")
@allows("keep_people")
def history(learner: str) -> Any:
    """Every class at which something was marked for this learner."""
    found = look_up(queries.of_learner, learner)
    paper = history_paper(found, today())
    return table_page(paper, pdf=url_for("training_cards.history_pdf", learner=learner), back=_back(found))


@bp.get("/learners/<public_id:learner>/history.pdf")
@allows("keep_people")
def history_pdf(learner: str) -> Any:
    """The same as PDF."""
    paper = history_paper(look_up(queries.of_learner, learner), today())
    otherwise = url_for("training_cards.history", learner=learner)
    return pdf_answer("table", paper.data(), name=f"history-{today()}", otherwise=otherwise)


@bp.get("/learners/<public_id:learner>/card")
@allows("keep_people")
def card(learner: str) -> Any:
    """Every class to which somebody of this learner's household came."""
    found = look_up(queries.of_household, learner)
    paper = card_paper(found, today())
    return table_page(paper, pdf=url_for("training_cards.card_pdf", learner=learner), back=_back(found))


@bp.get("/learners/<public_id:learner>/card.pdf")
@allows("keep_people")
def card_pdf(learner: str) -> Any:
    """The same as PDF."""
    paper = card_paper(look_up(queries.of_household, learner), today())
    otherwise = url_for("training_cards.card", learner=learner)
    return pdf_answer("table", paper.data(), name=f"card-{today()}", otherwise=otherwise)


def _back(found: TrainingCard) -> dict[str, str]:
    return {
        url_for("learners.edit", learner=found.public_id): _("回到%(name)s", name=found.learner),
        url_for("learners.index", village=found.region_code): _("回到学员名单"),
    }
