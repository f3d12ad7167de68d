"""The register as a form. Names of its inputs are short: a village of sixty fits into four kilobytes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wtforms import Field, HiddenField

from nightschool.errors import Refused
from nightschool.rules.registers.attendance import (
    ATTENDED,
    EXCUSED,
    LATE,
    PRESENT,
    STATUS_WORDS,
    SUBSTITUTE,
    Sheet,
    mark_word,
    read_guests,
    tell_refused_guests,
    write_guests,
)
from nightschool.rules.registers.from_paper import Recognised
from nightschool.rules.typed import LONGEST_LINE, why_not_kept
from nightschool.texts import L_, _
from nightschool.web.people.newcomers_form import LinesField, NewPeopleForm
from nightschool.web.site.forms import (
    Form,
    LineField,
    Required,
    TextField,
    TicksField,
    WholeNumberField,
)


class StatusesField(Field):
    """What is chosen for some people beside 到, as 「public id status」 each; who has none is left out."""

    data: dict[str, str]

    def process_data(self, value: Any) -> None:
        self.data = dict(value or {})

    def process_formdata(self, valuelist: list[Any]) -> None:
        found = (re.fullmatch(r"([A-Za-z0-9_-]{1,22}) ([a-z]{1,12})", str(text)) for text in valuelist)
        self.data = {one[1]: one[2] for one in found if one and one[2] in STATUS_WORDS and one[2] != PRESENT}


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a saved sheet says of each learner, as the form takes it."""

    present: tuple[str, ...]
    excused: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    came_instead: Mapping[str, str] = field(default_factory=dict)


class RegisterForm(NewPeopleForm):
    """Everything the register asks. Nobody is ticked by leaving a field out, and none of it is required."""

    submission = HiddenField(name="s")
    based_on = HiddenField(name="v")
    paper = TextField(L_("序号，或者名字"), name="p", longest=6000, render_kw={"rows": 2})
    query = LineField(L_("找人：名字或拼音首字母"), name="q")
    present = TicksField(name="m")
    excused = TicksField(name="e")
    statuses = StatusesField(name="x")  # of a cohort only, as are the next two
    substituted = TicksField(name="ci")  # beside each of them stands who of the family came
    substitutes = LinesField(name="c")
    may_untick = HiddenField(name="u")  # 全到 was pressed, and can be taken back
    ticked_before = TicksField(name="b")
    guests = TextField(
        L_("写名字：一行一个，名字后面可以写是哪个村的"), name="g", longest=6000, render_kw={"rows": 2}
    )
    unnamed_guests = WholeNumberField(L_("没记名字的有几个"), name="gn")
    headcount = WholeNumberField(L_("一共清点到几个人"), name="h")
    women = WholeNumberField(L_("其中女的"), name="w")
    over_60 = WholeNumberField(L_("60 岁以上的"), name="o")
    on_paper = WholeNumberField(L_("纸上签了几个"), name="op")
    difference_note = LineField(L_("数不一样，怎么回事？"), name="d", longest=200)

    reason = LineField(L_("为什么现在改"), name="why", longest=200)
    waiting = HiddenField(name="w8")  # the sheet whose content is looked at here, and settled by saving

    # Somebody else has saved the register since: nothing typed is lost, and sent once more it is saved on top.
    is_stale = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.row_errors: dict[str, str] = {}  # learner's public id -> sentence
        self.undo_is_offered = self.may_untick.data == "1"

    def validate(self, extra_validators: Any = None) -> bool:
        """True when it can be read; the sentences stand where they belong."""
        sound = bool(super().validate(extra_validators))
        for learner in sorted(set(self.present.data) & set(self.excused.data)):
            self.row_errors[learner] = _("到和请假只能选一个。")
        self._check_statuses()
        try:
            read_guests(self.guests.data)
        except Refused as refused:
            self.refuse("guests", tell_refused_guests(refused))
            sound = False
        return sound and not self.row_errors

    def wrong(self) -> list[tuple[str, str, str]]:
        people = [(f"wrong-{learner}", "", told) for learner, told in self.row_errors.items()]
        return [*super().wrong(), *people]

    def sheet(self) -> Sheet:
        """What the form says; only after it was found sound."""
        return Sheet(
            marks=self.marks(),
            came_instead=self.came_instead(),
            new_learners=self.new_learners(),
            guests=read_guests(self.guests.data),
            unnamed_guests=self.unnamed_guests.data or 0,
            headcount=self.headcount.data,
            women=self.women.data,
            over_60=self.over_60.data,
            on_paper=self.on_paper.data,
            difference_note=self.difference_note.data,
        )

    def marks(self) -> dict[str, str]:
        """What is said of each learner of whom anything is."""
        excused, present = (
            dict.fromkeys(self.excused.data, EXCUSED),
            dict.fromkeys(self.present.data, PRESENT),
        )
        return {**excused, **present, **self.statuses.data}

    def came(self) -> int:
        """How many the form says were there, by name or without."""
        try:
            guests = len(read_guests(self.guests.data))
        except Refused:
            guests = 0
        here = {
            *self.present.data,
            *(one for one, status in self.statuses.data.items() if status in ATTENDED),
        }
        return len(here) + len(self._new_rows()) + guests + (self.unnamed_guests.data or 0)

    def came_instead(self) -> dict[str, str]:
        """Who of the family came, where somebody did; a name written beside anything else is not meant."""
        return {
            learner: name
            for learner, name in self.written_beside().items()
            if name and self.statuses.data.get(learner) == SUBSTITUTE
        }

    def written_beside(self) -> dict[str, str]:
        """What is written as the name of who came instead, meant or not."""
        return dict(zip(self.substituted.data, self.substitutes.data, strict=False))

    def tick_all(self, everybody: tuple[str, ...]) -> None:
        """Everybody is ticked but those of whom something else is said; what was ticked before can be had back."""
        self.ticked_before.data = self.present.data
        self.undo_is_offered = True
        set_aside = {*self.excused.data, *self.statuses.data}
        more = (learner for learner in everybody if learner not in set_aside)
        self.present.data = tuple(dict.fromkeys((*self.present.data, *more)))

    def take_paper(self, found: Recognised) -> None:
        """Whom the paper names is ticked beside those ticked before, which can be had back; the others are written."""
        self.ticked_before.data = self.present.data
        self.undo_is_offered = True
        self.present.data = tuple(dict.fromkeys((*self.present.data, *found.present)))
        came = set(self.present.data)
        self.excused.data = tuple(one for one in self.excused.data if one not in came)
        self.statuses.data = {
            one: status for one, status in self.statuses.data.items() if one not in found.present
        }
        try:
            known = read_guests(self.guests.data)
        except Refused:  # what stands there already is told at its own field
            known = ()
        more = write_guests(guest for guest in found.guests if guest not in known)
        self.guests.data = "\n".join(filter(None, ((self.guests.data or "").rstrip(), more)))
        if found.unnamed:
            self.unnamed_guests.data = (self.unnamed_guests.data or 0) + found.unnamed
        self.paper.data = ""

    def untick_all(self) -> None:
        """The ticks are those before `tick_all`."""
        self.present.data = self.ticked_before.data
        self.ticked_before.data = ()
        self.undo_is_offered = False

    def merge(self, other: Ticked) -> None:
        """The ticks of another sheet are added to these; where they contradict, these stand."""
        mine = {*self.present.data, *self.excused.data, *self.statuses.data}
        self.present.data += tuple(learner for learner in other.present if learner not in mine)
        self.excused.data += tuple(learner for learner in other.excused if learner not in mine)
        more = {learner: status for learner, status in other.statuses.items() if learner not in mine}
        self.statuses.data |= more
        theirs = {key: other.came_instead[key] for key in more if key in other.came_instead}
        names = self.written_beside() | theirs
        self.substituted.data, self.substitutes.data = tuple(names), tuple(names.values())

    def _check_statuses(self) -> None:
        written = self.written_beside()
        for learner, status in self.statuses.data.items():
            if learner in self.present.data and status == LATE:  # who came late came: both taps mean the same
                self.present.data = tuple(one for one in self.present.data if one != learner)
            elif learner in self.present.data:
                self.row_errors[learner] = _("到和%(what)s只能选一个。", what=mark_word(status))
            elif status == SUBSTITUTE and not written.get(learner):
                self.row_errors[learner] = _("还没写家里是谁来的。")
            elif status == SUBSTITUTE and (sentence := why_not_kept(written[learner], LONGEST_LINE)):
                self.row_errors[learner] = sentence


class VoidForm(Form):
    """Why a register is taken back."""

    submission = HiddenField(name="s")
    reason = LineField(
        L_("为什么作废"), [Required(L_("还没写为什么作废。写一句，以后查得到。"))], longest=200
    )
