"""The form that asks for some months of a school: from which to which."""

from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField, Required


class TermForm(Form):
    """From one month to another. Sent in the address, since it only looks."""

    first = LineField(
        L_("从哪个月"), [Required(L_("填从哪个月，像 2026-04。"))], longest=20, render_kw={"type": "month"}
    )
    last = LineField(
        L_("到哪个月"), [Required(L_("填到哪个月，这个月还算。"))], longest=20, render_kw={"type": "month"}
    )
