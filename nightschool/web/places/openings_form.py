"""Many villages at once: one row each, kept as it was typed whatever is wrong with another."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request

from nightschool.rules.places.openings import Opening, VillageToOpen
from nightschool.rules.typed import LONGEST_LINE, one_line, why_not_kept
from nightschool.texts import SOURCE_LANGUAGE, _, using_language
from nightschool.web.site.forms import Form, TicksField


@dataclass
class Row:
    """One village and what was said about it."""

    code: str
    village: str
    is_ticked: bool = True
    display_name: str = ""
    title: str = ""
    errors: list[str] = field(default_factory=list)


class OpeningsForm(Form):
    """The villages of a township that have no night school yet: o = ticked, n-CODE = who, t-CODE = their post."""

    def __init__(self, villages: Sequence[VillageToOpen]) -> None:
        super().__init__()
        self.gone = [village.name for village in villages if village.has_school and self._asks_for(village)]
        self.rows = [self._row(village) for village in villages if not village.has_school]
        self.check()

    def _asks_for(self, village: VillageToOpen) -> bool:
        return self.is_submitted() and village.code in request.form.getlist("o")

    def _row(self, village: VillageToOpen) -> Row:
        if not self.is_submitted():
            return Row(village.code, village.name)
        typed = (one_line(request.form.get(f"{name}-{village.code}", "")) for name in "nt")
        return Row(village.code, village.name, self._asks_for(village), *typed)

    def check(self) -> None:
        """Every ticked row has its sentences, and so has the form where a village is no longer to be opened."""
        for row in self.ticked:
            for text in (row.display_name, row.title):
                if sentence := why_not_kept(text, LONGEST_LINE):
                    row.errors.append(sentence)
        for name in self.gone:
            self.form_errors.append(
                _("%(village)s已经办了夜校，从下面去掉了。再按一次，给剩下的办。", village=name)
            )

    @property
    def ticked(self) -> list[Row]:
        return [row for row in self.rows if row.is_ticked]

    @property
    def is_wrong(self) -> bool:
        return bool(self.form_errors or self.errors or any(row.errors for row in self.rows))

    def wrong(self) -> list[tuple[str, str, str]]:
        rows = ((f"n-{row.code}", row.village, told) for row in self.rows for told in row.errors)
        return [*super().wrong(), *rows]

    def refuse_row(self, code: str, sentence: str) -> None:
        """The sentence stands at this village's row; at the top when there is no such row."""
        row = next((row for row in self.rows if row.code == code), None)
        (row.errors if row else self.form_errors).append(sentence)

    def openings(self) -> list[Opening]:
        """What was ticked. Without a name the coordinator is called after the village."""
        with using_language(SOURCE_LANGUAGE):  # it is written down, whatever language the page is read in
            return [
                Opening(
                    row.code,
                    row.village,
                    row.display_name or _("%(village)s夜校管理员", village=row.village),
                    row.title,
                    names_a_person=bool(row.display_name),
                )
                for row in self.ticked
            ]


class SlipsForm(Form):
    """The coordinators who are to get a new slip."""

    chosen = TicksField(name="a")
