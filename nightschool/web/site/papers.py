"""Papers as PDF: this application's press, and the answer that carries what it made."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, flash, redirect

from nightschool.errors import Refused
from nightschool.formats.pdf import Press, tell_no_pdf
from nightschool.web.site.context import services

_PRESS = "nightschool.press"


def init_app(app: Flask) -> None:
    """The press stands ready; it is asked for nothing until somebody wants a paper."""
    with app.app_context():
        own_fonts = services().settings.font_folder
    app.extensions[_PRESS] = Press(Path(str(app.template_folder)) / "print", own_fonts)


def press() -> Press:
    """This application's press."""
    found: Press = current_app.extensions[_PRESS]
    return found


def pdf_answer(paper: str, data: Mapping[str, Any], *, name: str, otherwise: str) -> Any:
    """The paper, to be looked at and printed; where it cannot be made, the page `otherwise` says why, and prints too.

    `name`: of the file where somebody keeps it; nobody's name is in it.
    """
    try:
        made = press().pdf(paper, data)
    except Refused as refused:
        current_app.logger.error("paper %s: %s %s", paper, refused.code, refused.details.get("status", ""))
        flash(tell_no_pdf(refused), "alarm")
        return redirect(otherwise, 303)
    answer = Response(made, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    return answer


def unprintable(said: object) -> str:
    """The characters that a PDF of this leaves blank; none where no PDF can be made, for then that is said."""
    try:
        return press().unprintable([json.dumps(said, ensure_ascii=False)])
    except Refused:
        return ""
