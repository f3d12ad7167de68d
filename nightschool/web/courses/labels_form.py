"""Forms of the lists of units and of campaigns: many names at once, and one put right."""

from nightschool.rules.courses.labels import LONGEST_LABEL, LabelEntry
from nightschool.texts import L_
from nightschool.web.site.forms import Form, LineField, Required, TextField, TickField
from nightschool.web.site.record_forms import RecordForm


class LabelsForm(Form):
    """Names to be added to a list."""

    names = TextField(L_("加进名单"), [Required(L_("还没写名字。"))], longest=20000)


class LabelForm(RecordForm):
    """One name of a list."""

    name = LineField(L_("名字"), [Required(L_("还没写名字。"))], longest=LONGEST_LABEL)
    is_retired = TickField(L_("收起来，排课不再列出来"))

    def entry(self) -> LabelEntry:
        """What was written down."""
        return self.filled(LabelEntry)
