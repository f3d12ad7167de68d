"""Messages to send: what changed in class sessions, and the classes of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.timetable_text import tell_contact
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import (
    Difference,
    Standing,
    differences,
    tell_differences,
    tell_in_one,
    tell_moment,
    unended,
)
from nightschool.rules.people.people import tell_public_name
from nightschool.rules.seasons.months import month_word
from nightschool.rules.slots import Moment
from nightschool.texts import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nightschool.queries.contacts import VillageContact
    from nightschool.queries.notices.changes import VillageChange
    from nightschool.queries.notices.revisions import Made
    from nightschool.queries.oversight.plans import PlanPage
    from nightschool.rules.notices.revisions import Facts


def change_message(changes: Sequence[VillageChange], at: Moment, *, region: str = "") -> str:
    """What changed, a line each; empty where villagers never knew, or all of it is over.

    To the people of a village, or, where several villages have news, to those of the region.
    """
    news = [(one, made) for one in changes if (made := [*filter(_is_news(at), one.made)])]
    if not news:
        return ""
    why = _shared_reason([made for _village, those in news for made in those])
    if len(news) == 1:
        text = [_("%(place)s农民夜校通知：", place=news[0][0].contact.village)]
    else:
        text = [_("%(place)s各村农民夜校通知：", place=region)]
    # In a county two villages may be called alike.
    several = len({village.contact.township for village, _made in news}) > 1
    for village, made in news:
        if len(news) > 1:
            of = village.contact.township if several else ""
            text.append(_("%(village)s：", village=of + village.contact.village))
        for title, those in _new_courses(made).items():
            text += _tell_new(title, [one.after for one in those], at)
        text += [_line(one, at, without_reason=bool(why)) for one in made if not _is_new(one)]
    if why:
        text.append(_("原因：%(why)s。", why=why))
    if len(news) == 1:
        text.append(tell_contact(news[0][0].contact))
    return "\n".join(text)


def month_message(plan: PlanPage, contact: VillageContact, at: Moment) -> str:
    """What of a village's month is still to come and takes place, a line each; empty where there is nothing."""
    coming = [line for line in plan.lines if line.status == "scheduled" and line.slot.begins > at]
    if not coming:
        return ""
    month = month_word(plan.standing.month, at.day)
    text = [_("%(place)s农民夜校，%(month)s的课：", place=plan.village, month=month)]
    for line in coming:
        who = _("、").join(tell_public_name(one.public_name, one.unit) for one in line.guests)
        told = [tell_moment(line.slot.begins, at.day), line.title]
        text.append(_("，").join(filter(None, (" ".join(told), line.venue, who))))
    text.append(tell_contact(contact))
    return "\n".join(text)


def _is_new(one: Made) -> bool:
    return differences(one.before, one.after) == (Difference.ADDED,)


def _new_courses(made: Sequence[Made]) -> dict[str, list[Made]]:
    """The class sessions that are new, by their title."""
    found: dict[str, list[Made]] = {}
    for one in filter(_is_new, made):
        found.setdefault(one.after.title, []).append(one)
    return found


def _tell_new(title: str, those: Sequence[Facts], at: Moment) -> list[str]:
    """New class sessions of one title, a line a date, then where they meet and who teaches, where that is the same."""
    if len(those) == 1:
        told = [_("加了一次课：%(title)s。", title=title)]
    else:
        told = [_("新排了课：%(title)s，一共 %(n)d 次。", title=title, n=len(those))]
    around = [_where_and_who(one) for one in those]
    is_same = len(set(around)) == 1
    told += [
        tell_moment(one.begins, at.day) + (_("，") + what if what and not is_same else "")
        for one, what in zip(those, around, strict=True)
    ]
    return told + ([_("%(what)s。", what=around[0])] if is_same and around[0] else [])


def _where_and_who(one: Facts) -> str:
    who = _("、").join(tell_public_name(known.name, known.unit) for known in one.teachers)
    told = (_("在%(place)s上", place=one.place) if one.place else "", _("%(who)s讲", who=who) if who else "")
    return _("，").join(filter(None, told))


def _is_news(at: Moment) -> Callable[[Made], bool]:
    """Whether somebody who read of it before would read otherwise now, and it is not over."""

    def is_news(one: Made) -> bool:
        is_over = Moment(one.after.day, one.after.ends) <= at and one.after.moves_to is None
        return not is_over and bool(differences(one.before, one.after))

    return is_news


def _line(one: Made, at: Moment, *, without_reason: bool) -> str:
    if not without_reason:
        return tell_in_one(tell_differences(one.before, one.after, at))
    words = {"when": tell_moment(one.after.begins, at.day), "title": one.after.title}
    if one.after.moves_to:
        return _("%(when)s %(title)s：改到 %(to)s。", to=tell_moment(one.after.moves_to, at.day), **words)
    return _("%(when)s %(title)s：不上了。", **words)


def _shared_reason(made: Sequence[Made]) -> str:
    """The one reason why none of these takes place as it was to; empty where there are several, or none."""
    reasons = {(one.after.reason, one.after.reason_text) for one in made}
    is_off = all(one.after.standing in (Standing.CANCELLED, Standing.POSTPONED) for one in made)
    if len(reasons) > 1 or not is_off:
        return ""
    [(reason, text)] = reasons
    return unended(tell_reason(reason, text))
