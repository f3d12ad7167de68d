"""A change of class sessions as one message to send: to the people of a village, or to the villages of a township."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightschool.formats.timetable_text import tell_contact
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.notices.revisions import (
    Standing,
    differences,
    tell_differences,
    tell_in_one,
    tell_moment,
    unended,
)
from nightschool.rules.slots import Moment
from nightschool.texts import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nightschool.queries.notices.changes import ChangePage
    from nightschool.queries.notices.revisions import Made


def change_message(page: ChangePage, at: Moment) -> str:
    """The message, a line each; empty where villagers never knew, or all of it is over."""
    news = [(one, made) for one in page.villages if (made := [*filter(_is_news(at), one.made)])]
    if not news:
        return ""
    why = _shared_reason([made for _village, those in news for made in those])
    if len(news) == 1:
        text = [_("%(place)s农民夜校通知：", place=news[0][0].contact.village)]
    else:
        text = [_("%(place)s各村农民夜校通知：", place=page.region)]
    for village, made in news:
        if len(news) > 1:
            text.append(_("%(village)s：", village=village.contact.village))
        text += [_line(one, at, without_reason=bool(why)) for one in made]
    if why:
        text.append(_("原因：%(why)s。", why=why))
    if len(news) == 1:
        text.append(tell_contact(news[0][0].contact))
    return "\n".join(text)


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
    reasons = {(one.after.standing, one.after.reason, one.after.reason_text) for one in made}
    if len(reasons) > 1:
        return ""
    [(standing, reason, text)] = reasons
    if standing not in (Standing.CANCELLED, Standing.POSTPONED):
        return ""
    return unended(tell_reason(reason, text))
