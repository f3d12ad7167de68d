"""Where an officer wants the weekly digest mailed to."""

from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField


class DigestMailForm(Form):
    """One address, or none."""

    mail_address = LineField(
        L_("邮箱"),
        longest=200,
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )
