"""The words of one form of notice as a region wants them."""

from nightschool.errors import Refused
from nightschool.rules.notices.own_texts import LONGEST_OWN_TEXT, tell_refused_text
from nightschool.texts import L_
from nightschool.web.site.forms import TextField
from nightschool.web.site.record_forms import RecordForm


class OwnTextForm(RecordForm):
    """One text with fields in braces."""

    text = TextField(L_("这里怎么说"), longest=LONGEST_OWN_TEXT, render_kw={"rows": 9})

    def refuse_text(self, refused: Refused) -> None:
        """The sentence stands at the text."""
        self.refuse("text", tell_refused_text(refused))
