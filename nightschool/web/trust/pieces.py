"""All pieces of which pages are made, on one page: whoever writes a page looks here first, and picks."""

from typing import Any

from flask import Blueprint, render_template

from nightschool.actions.trust.accounts import Slip
from nightschool.texts import _
from nightschool.web.site.access import allows
from nightschool.web.site.context import now, today
from nightschool.web.trust.pieces_form import PiecesForm

bp = Blueprint("pieces", __name__)


@bp.get("/admin/pieces")
@allows("manage_accounts")
def show() -> Any:
    """Every piece as it looks, in the reader's language and size, with the names of its classes."""
    form = PiecesForm(formdata=None)
    form.offer()
    form.refuse("day", _("写一句为什么，村里好安排。"))
    slip = Slip("", "", _("老师"), "ls2", now().instant)
    return render_template("trust/pieces/show.html", form=form, day=today(), slip=slip)
