"""Many villages at once: one row each, kept as it was typed whatever is wrong with another."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field

from flask import request

from nightschool.rules.names import compared
from nightschool.rules.people.people import parse_phone, tell_unreadable_phone
from nightschool.rules.places.openings import Opening, VillageToOpen, read_pasted
from nightschool.rules.typed import LONGEST_LINE, one_line, why_not_kept
from nightschool.texts import L_, SOURCE_LANGUAGE, _, counted, using_language
from nightschool.web.site.forms import Form, TextField, TicksField
from nightschool.web.trust.trust_form import ANOTHER

ABOVE = "above"  # the person of a village above


@dataclass
class Row:
    """One village and what was said about it."""

    code: str
    village: str
    is_ticked: bool = True
    display_name: str = ""
    title: str = ""
    contact_phone: str = ""
    who: str = ""  # what is chosen of `choices`
    choices: dict[str, str] = field(default_factory=dict)  # who may be meant by the name
    errors: list[tuple[str, str]] = field(default_factory=list)  # in which box (n, t, p), and the sentence

    @property
    def is_written(self) -> bool:
        """True when something is said of it."""
        return bool(self.display_name or self.title or self.contact_phone)


class OpeningsForm(Form):
    """The villages of a township that have no night school yet: o = ticked, n-CODE = who, t-CODE = their post,
    p-CODE = the phone. A pasted list is read into them, to be looked at.
    """

    pasted = TextField(
        L_("有名单就贴在这里：一行一个村"), longest=6000, render_kw={"rows": 5, "data-passing": "1"}
    )

    def __init__(self, villages: Sequence[VillageToOpen]) -> None:
        super().__init__()
        self.gone = [village.name for village in villages if village.has_school and self._asks_for(village)]
        self.rows = [self._row(village) for village in villages if not village.has_school]
        self.was_pasted = bool(self.is_submitted() and self.pasted.data)
        if self.was_pasted:
            self._read([village for village in villages if not village.has_school])
        self.check()

    def _read(self, villages: Sequence[VillageToOpen]) -> None:
        """The villages of the pasted list are ticked, with what it says; lines of no village stay where they are."""
        found, unknown = read_pasted(self.pasted.data or "", villages)
        for row in self.rows:
            if line := found.get(row.code):
                row.display_name, row.title, row.contact_phone = (one_line(text) for text in astuple(line))
            row.is_ticked = bool(line) or (row.is_ticked and row.is_written)
        self.pasted.data = "\n".join(unknown)
        if unknown:
            told = counted("有 %(n)d 行没找到还没办夜校的村，留在框里了。改好村名再读一次。", len(unknown))
            self.refuse("pasted", told)

    def _asks_for(self, village: VillageToOpen) -> bool:
        return self.is_submitted() and village.code in request.form.getlist("o")

    def _row(self, village: VillageToOpen) -> Row:
        if not self.is_submitted():
            return Row(village.code, village.name)
        typed = (one_line(request.form.get(f"{name}-{village.code}", "")) for name in "ntpw")
        return Row(village.code, village.name, self._asks_for(village), *typed)

    def check(self) -> None:
        """Every ticked row has its sentences, and so has the form where a village is no longer to be opened."""
        for row in self.ticked:
            for box, text in (("n", row.display_name), ("t", row.title)):
                if sentence := why_not_kept(text, LONGEST_LINE):
                    row.errors.append((box, sentence))
            if row.contact_phone and parse_phone(row.contact_phone) is None:
                row.errors.append(("p", tell_unreadable_phone(row.contact_phone)))
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
        rows = ((f"{box}-{row.code}", row.village, told) for row in self.rows for box, told in row.errors)
        return [*super().wrong(), *rows]

    def refuse_row(self, code: str, sentence: str) -> None:
        """The sentence stands at this village's row; at the top when there is no such row."""
        row = next((row for row in self.rows if row.code == code), None)
        if row:
            row.errors.append(("n", sentence))
        else:
            self.form_errors.append(sentence)

    def ask(self, code: str, known: Mapping[str, str]) -> None:
        """By the name in this village's row one of these accounts may be meant, that of a village above, or none."""
        row = next(row for row in self.ticked if row.code == code)
        row.choices = {**known}
        above = self.ticked[: self.ticked.index(row)]
        same = (one.village for one in above if compared(one.display_name) == compared(row.display_name))
        if village := next(same, ""):
            row.choices[ABOVE] = _("和%(village)s的是同一个人", village=village)
        row.choices[ANOTHER] = _("是另一个人，开新账号")
        row.who = row.who if row.who in row.choices else ""

    def openings(self) -> list[Opening]:
        """What was ticked. Without a name the coordinator is called after the village."""
        with using_language(SOURCE_LANGUAGE):  # it is written down, whatever language the page is read in
            return [
                Opening(
                    row.code,
                    row.village,
                    row.display_name or _("%(village)s夜校管理员", village=row.village),
                    row.title,
                    parse_phone(row.contact_phone) or "",
                    names_a_person=bool(row.display_name),
                    account=row.who if row.who not in (ABOVE, ANOTHER) else "",
                    is_another=row.who == ANOTHER,
                    is_of_above=row.who == ABOVE,
                )
                for row in self.ticked
            ]


class SlipsForm(Form):
    """The coordinators who are to get a new slip."""

    chosen = TicksField(name="a")
