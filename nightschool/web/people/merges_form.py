"""The form that puts two records together: who stays, and as which versions the two were looked at."""

from __future__ import annotations

from wtforms import HiddenField

from nightschool.web.site.forms import Form


class MergeForm(Form):
    """What the page showed when it was agreed to."""

    keep = HiddenField()
    seen = HiddenField()

    @property
    def versions(self) -> tuple[int, int]:
        """The versions of the kept and of the merged record; zeros when the form does not say."""
        parts = str(self.seen.data or "").split(".")
        numbers = [int(part) if part.isascii() and part.isdigit() and len(part) < 10 else 0 for part in parts]
        return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)
