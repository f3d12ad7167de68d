"""The form that takes the photograph of a signed sheet."""

from flask_wtf.file import FileField

from nightschool.texts import L_
from nightschool.web.site.forms import Form, Required


class SheetPhotoForm(Form):
    """One photograph; sheet_photo.js makes it small before it is sent."""

    photo = FileField(
        L_("纸上名单的照片"),
        [Required(L_("还没选照片。"))],
        render_kw={"accept": "image/*"},  # a phone offers its camera and what was taken before
    )
