"""What a coordinator sees before anything is saved: every date of a proposal, and what there is to say about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nightschool.rules.almanac import clock, spoken_day, weekday_name
from nightschool.rules.courses.advice import Advice, Surroundings, advise, said_once
from nightschool.rules.courses.alternatives import Alternative, Way, label, tell_alternatives, tell_instead
from nightschool.rules.courses.conflicts import Conflict, explain, explain_together, whom_to_ask
from nightschool.rules.courses.proposals import Instead, PlannedDate, Proposal
from nightschool.rules.courses.recurrence import MOST_NAMED, AroundMarket, Weekly, days_of
from nightschool.rules.resources import ResourceKind
from nightschool.rules.seasons.markets import MissingThirtieth, tell_market
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import _, counted

# Whose conflict says what advice of this kind would say.
_SAID_BY = {ResourceKind.TEACHER: "busy_teacher", ResourceKind.VENUE: "same_evening"}


@dataclass(frozen=True, slots=True)
class Taken:
    """Why a date cannot be had: the sentence, whom to phone, and the session to look at when it may be looked at."""

    sentence: str
    ask: str
    own_session: str  # public id; empty when it is another village's
    is_closed: bool = False  # may be scheduled all the same, once it is agreed upon
    # Code of the other village on whose page it stands; empty for a draft, or one's own.
    public_page: str = ""


@dataclass(frozen=True, slots=True)
class WayOut:
    """One alternative as a button: what it changes, and its words."""

    instead: Instead
    leaves_out: bool
    label: str


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """One date of the proposal; `slot` is when its class meets, perhaps on another day."""

    day: date
    slot: Slot
    is_left_out: bool
    is_past: bool
    taken: tuple[Taken, ...]
    title: str = ""  # of a class that is held again, where it has one of its own
    otherwise: str = ""  # what was chosen for this date alone, in words
    ways_out: str = ""  # all its choices in one sentence
    choices: tuple[WayOut, ...] = ()
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """All dates in order."""

    days: tuple[PreviewDay, ...]
    note: str  # what was understood, or about a first day that is none of the weekdays; else empty
    times: int | None = None  # how many times the rule says
    stray: str = ""  # about days that were left out and are none of the dates any more; else empty

    @property
    def clashes(self) -> tuple[date, ...]:
        """The dates that cannot be had."""
        return tuple(day.day for day in self.days if day.taken)

    @property
    def asks_agreed(self) -> bool:
        """True when a teacher or venue is said not to be there on one of the dates."""
        return any(one.is_closed for day in self.days for one in day.taken)

    @property
    def skippable(self) -> dict[str, tuple[date, ...]]:
        """Kind of advice -> the wanted dates against which it speaks, for the kinds that are reasons to skip a date."""
        found = {
            kind: tuple(day.day for day in self.days if any(one.kind == kind for one in day.advice))
            for kind in ("holiday", "farm_work", "market")
        }
        return {kind: days for kind, days in found.items() if days and len(days) < self.wanted}

    @property
    def wanted(self) -> int:
        """How many sessions there would be, the taken dates among them."""
        return sum(not day.is_left_out for day in self.days)

    @property
    def fewer_than(self) -> int | None:
        """How many times it was to be, where dates left out make it fewer."""
        return self.times if self.times is not None and 0 < self.wanted < self.times else None

    @property
    def hours(self) -> tuple[int, int] | None:
        """From when to when all that is wanted meets, so that it is said once; None where dates differ."""
        found = {(day.slot.starts, day.slot.ends) for day in self.days if not day.is_left_out}
        return found.pop() if len(found) == 1 and len(self.days) > 1 else None

    @property
    def summary(self) -> str:
        """One sentence: how many times, and when in the day."""
        if not self.wanted:
            return _("每一天都勾了不排，一次课也没有。留一天，或者换个日期。")
        if self.hours is None:
            return counted("一共 %(n)d 次。", self.wanted)
        starts, ends = self.hours
        return counted(
            "一共 %(n)d 次，都是 %(from)s–%(to)s。", self.wanted, **{"from": clock(starts), "to": clock(ends)}
        )


def preview(
    proposal: Proposal,
    conflicts: Iterable[Conflict],
    *,
    at: Moment,
    around: Surroundings,
    alternatives: Mapping[date, Sequence[Alternative]],
    names: Mapping[str, str],
) -> Preview:
    """Every date of the proposal, those left out among them, with what speaks against it and what can be had instead.

    What is known `around` the dates makes the advice; a date that is past or left out needs none. `names` are those of
    teachers and venues by public id.
    """
    clashing: dict[Slot, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        clashing[conflict.wanted].append(conflict)
    planned = {one.day: one for one in proposal.dates}
    usual = [one.slot.day for one in proposal.dates if one.teachers == proposal.teachers]
    around = replace(around, planned=tuple(usual))
    days = []
    for day in days_of(proposal.recurrence):
        is_left_out = day in proposal.leave_out
        slot = planned[day].slot if day in planned else Slot(day, proposal.starts, proposal.ends)
        found = () if is_left_out else clashing.get(slot, ())
        offered = alternatives.get(day, ()) if found else ()
        own = None if is_left_out else proposal.instead.get(day)
        is_wanted = not is_left_out and slot.finishes > at
        days.append(
            PreviewDay(
                day=day,
                slot=slot,
                is_left_out=is_left_out,
                is_past=slot.finishes <= at,
                taken=tuple(
                    tell_all_taken(found, proposal.region_code, at.day, under_its_day=slot.day == day)
                ),
                title=(planned[day].lesson.title or "") if day in planned else "",
                otherwise=tell_instead(own, day, names, at.day) if own else "",
                ways_out=tell_alternatives(offered, at.day) if found else "",
                choices=choices_of(offered, at.day, under=day),
                advice=_unsaid(
                    advise(slot, _as_for(_otherwise(planned[day], proposal), around, names), today=at.day),
                    found,
                )
                if is_wanted
                else (),
            )
        )
    heard = said_once(day.advice for day in days)
    days = [replace(day, advice=advice) for day, advice in zip(days, heard, strict=True)]
    return Preview(
        tuple(days),
        _rule_note(proposal, at.day),
        getattr(proposal.recurrence, "times", None),
        _stray_note(proposal, at.day),
    )


def _otherwise(planned: PlannedDate, proposal: Proposal) -> Instead:
    """Its place and teachers, where they are others than those of the rest."""
    return Instead(
        venue=planned.venue if planned.venue != proposal.venue else None,
        teachers=planned.teachers if planned.teachers != proposal.teachers else None,
    )


def _as_for(own: Instead, around: Surroundings, names: Mapping[str, str]) -> Surroundings:
    """What is known around a date, without what was known of a place or teachers it no longer has."""
    if own.venue is not None:
        around = replace(around, is_lit=True, is_covered=True)
    if own.teachers is not None:
        kept = {names.get(key, "") for key in own.teachers}
        around = replace(
            around,
            taught={name: them for name, them in around.taught.items() if name in kept},
            weekly_limits={name: most for name, most in around.weekly_limits.items() if name in kept},
        )
    return around


def _unsaid(advice: Iterable[Advice], conflicts: Iterable[Conflict]) -> tuple[Advice, ...]:
    """The advice but for what the conflicts of that date say already: the teacher's class, the class in the room."""
    kinds = {conflict.resource.kind for conflict in conflicts if conflict.holding is not None}
    said = {_SAID_BY[kind] for kind in kinds}
    return tuple(one for one in advice if one.kind not in said)


def choices_of(
    alternatives: Iterable[Alternative], today: date, *, under: date | None = None
) -> tuple[WayOut, ...]:
    """The alternatives as buttons, `under` a date of the class or under none."""
    return tuple(
        WayOut(one.instead, one.way == Way.OUT, label(one, today, under=under)) for one in alternatives
    )


def tell_taken(
    conflict: Conflict,
    village_code: str,
    today: date,
    *,
    of_several: bool = False,
    under_its_day: bool = False,
) -> Taken:
    """The conflict in the words of this village; where it is one `of_several` dates, each says which."""
    holding = conflict.holding
    sentence = explain(conflict, village_code=village_code, today=today, under_its_day=under_its_day)
    if of_several and conflict.closed is not None:
        day = spoken_day(conflict.wanted.day, today)
        sentence = _("%(day)s，%(closed)s", day=day, closed=sentence)
    is_own = holding is not None and holding.village_code == village_code
    return Taken(
        sentence=sentence,
        ask=whom_to_ask(conflict),
        own_session=holding.class_session if holding is not None and is_own else "",
        is_closed=conflict.closed is not None,
        public_page=holding.village_code if holding and not is_own and not holding.is_private else "",
    )


def tell_all_taken(
    conflicts: Iterable[Conflict],
    village_code: str,
    today: date,
    *,
    of_several: bool = False,
    under_its_day: bool = False,
) -> list[Taken]:
    """All of them, and what one class of the village takes from another of its own in one sentence."""
    together: dict[object, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        holding = conflict.holding
        is_own = holding is not None and holding.village_code == village_code and holding.class_session
        together[(conflict.wanted, holding.class_session) if holding and is_own else conflict].append(
            conflict
        )
    told = []
    for those in together.values():
        one = tell_taken(those[0], village_code, today, of_several=of_several, under_its_day=under_its_day)
        if len(those) > 1:
            one = replace(one, sentence=explain_together(those, today=today, under_its_day=under_its_day))
        told.append(one)
    return told


def _stray_note(proposal: Proposal, today: date) -> str:
    strays = sorted(proposal.leave_out.difference(days_of(proposal.recurrence)))
    if not strays:
        return ""
    told = _("、").join(spoken_day(day, today) for day in strays[:MOST_NAMED])
    return _("原先勾了不排的 %(days)s，照现在这样排本来就没有课，不用再去掉。", days=told)


def _rule_note(proposal: Proposal, today: date) -> str:
    """What was understood of a rule in the words of the farmers' calendar; or about a first day that is no such day."""
    rule = proposal.recurrence
    if isinstance(rule, AroundMarket) and not rule.shift:
        rules = _("；").join(map(tell_market, rule.markets))
        if any(
            one.has_thirtieth and one.missing_thirtieth == MissingThirtieth.SKIPPED for one in rule.markets
        ):
            return _("照%(rules)s排。小月没有三十，那个月少一次。", rules=rules)
        return _("照%(rules)s排。", rules=rules)
    if not isinstance(rule, Weekly) or rule.first.weekday() in rule.weekdays:
        return ""
    return _(
        "第一天填的是 %(first)s，%(weekday)s不在选的星期里，所以从 %(begins)s 开始。",
        first=spoken_day(rule.first, today),
        weekday=weekday_name(rule.first),
        begins=spoken_day(days_of(rule)[0], today),
    )
