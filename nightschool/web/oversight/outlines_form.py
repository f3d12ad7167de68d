"""The form that takes a map."""

from flask_wtf.file import FileField

from nightschool.texts import L_
from nightschool.web.site.forms import Form, Required


class OutlinesForm(Form):
    """One GeoJSON file."""

    file = FileField(
        L_("GeoJSON 文件"),
        [Required(L_("选一个文件。"))],
        render_kw={"accept": ".json,.geojson,application/geo+json"},
    )
