"""The photograph of a signed sheet beside its register: kept, looked at, taken away; for its coordinator alone."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.registers import sheet_photos as actions
from nightschool.formats.photo import bare_photo
from nightschool.queries.registers import attendance
from nightschool.queries.registers import sheet_photos as queries
from nightschool.rules.registers.sheet_photos import MOST_KILOBYTES, tell_refused_photo
from nightschool.texts import _
from nightschool.web.registers.sheet_photos_form import SheetPhotoForm
from nightschool.web.site.access import KILOBYTE, actor, allows
from nightschool.web.site.context import now, reading, writing
from nightschool.web.site.records import SAVED, look_up, tried

bp = Blueprint("sheet_photos", __name__)


@bp.route("/sessions/<public_id:class_session>/photo", methods=["GET", "POST"])
@allows("keep_register", most_bytes=MOST_KILOBYTES * KILOBYTE, files=frozenset({"photo"}))
def show(class_session: str) -> Any:
    """The photograph, and the form that takes one or another."""
    found = look_up(attendance.register, class_session)
    form = SheetPhotoForm()

    def keep(db: Session) -> None:
        image = bare_photo(form.photo.data.read())
        actions.keep_photo(db, class_session=class_session, image=image, by=actor(), now=now())

    status = tried(form, keep, lambda form, refused: form.refuse("photo", tell_refused_photo(refused)))
    if status == SAVED:
        flash(_("照片存好了。只有村里看得到，随时可以删。"))
        return redirect(url_for("sheet_photos.show", class_session=class_session), SAVED)
    with reading() as db:
        kept = queries.kept_photo(db, class_session)
    page = render_template("registers/sheet_photos/show.html", register=found, form=form, kept=kept)
    return page, status


@bp.get("/sessions/<public_id:class_session>/photo.jpg")
@allows("keep_register")
def image(class_session: str) -> Response:
    """The picture itself."""
    return Response(look_up(queries.photo, class_session), mimetype="image/jpeg")


@bp.post("/sessions/<public_id:class_session>/photo/remove")
@allows("keep_register")
def remove(class_session: str) -> Any:
    """The photograph is gone."""
    with writing() as db:
        actions.remove_photo(db, class_session=class_session, by=actor(), now=now())
    flash(_("照片删掉了。"))
    return redirect(url_for("attendance.register", class_session=class_session), 303)
