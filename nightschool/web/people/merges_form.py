"""The form that puts two records together: who stays, and as which versions the two were looked at."""

from wtforms import HiddenField

from nightschool.web.site.forms import Form, version_in


class MergeForm(Form):
    """What the page showed when it was agreed to."""

    keep = HiddenField()
    seen = HiddenField()

    @property
    def versions(self) -> tuple[int, int]:
        """The versions of the kept and of the merged record; zeros when the form does not say."""
        kept, _dot, merged = str(self.seen.data or "").partition(".")
        return version_in(kept), version_in(merged)
