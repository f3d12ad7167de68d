"""Receipts: whether a form has arrived and is saved, for the script that keeps what was typed until then."""

from typing import Any

from flask import Blueprint, jsonify

from nightschool.queries.trust.answered_forms import is_received
from nightschool.web.site.access import actor, allows, current_login
from nightschool.web.site.context import digester, reading

bp = Blueprint("receipts", __name__)


@bp.app_template_global()
def keeper() -> str:
    """Under which name a browser keeps what this account types: nobody else's is given back on the same device."""
    login = current_login()
    return digester()("kept forms", str(login.actor.account_id))[:16] if login else ""


@bp.get("/receipts/<string(maxlength=36):form>")
@allows("own_account")
def show(form: str) -> Any:
    """True of a form of one's own that is saved, by its one-time id or as a register's submission."""
    with reading() as db:
        return jsonify(saved=is_received(db, form, account_id=actor().account_id))
