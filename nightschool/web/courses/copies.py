"""What the form of a course starts from when a course is held again, or goes on: everything in it, on new dates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from nightschool.queries.courses.copies import Copied
from nightschool.rules.courses.choices import Choices
from nightschool.rules.courses.proposals import HeldAgain
from nightschool.rules.courses.recurrence import MOST_DATES, Listed, Once, Weekly, days_of
from nightschool.rules.seasons.markets import Market
from nightschool.rules.slots import shown_end
from nightschool.web.courses.courses_form import LISTED, ONCE, label_data, recurrence_data

_WEEK = timedelta(days=7)


def copied_data(model: Copied, choices: Choices, markets: tuple[Market, ...], today: date) -> dict[str, Any]:
    """The same course again: by the same rule, as many times, first on the same weekday from tomorrow on."""
    rule = recurrence_data(model.recurrence, markets)
    if not model.days:
        return {**_common(model, choices), **rule}
    if rule["repeat"] in (ONCE, LISTED) and len(model.days) > 1:
        weeks = _weeks_on(model.days[0], today)
        days = [(day + weeks).isoformat() for day in model.days]
        return {**_common(model, choices), "repeat": LISTED, "dates": "\n".join(dict.fromkeys(days))}
    first = model.days[0] + _weeks_on(model.days[0], today)
    times = None if rule["repeat"] == ONCE else len(model.days)
    return {**_common(model, choices), **rule, "first": first, "times": times}


def further_data(
    model: Copied, choices: Choices, markets: tuple[Market, ...], today: date, *, of: str = ""
) -> dict[str, Any]:
    """The course on further dates: by its rule, or weekly where it has none, beginning after its last class.

    With all that this class session `of` it (public id) has otherwise than its course.
    """
    last = max(model.days, default=today)
    common, rule = _common(model, choices), model.recurrence
    if of in model.sessions:
        common |= _own(model.lessons[model.sessions.index(of)], model.label_names)
        last = model.days[model.sessions.index(of)] if len(model.days) == 1 else last
    if rule is None or isinstance(rule, Once | Listed):
        rule = Weekly(last, (last.weekday(),))
    following = days_of(replace(rule, first=last, until=None, times=MOST_DATES))
    first = next((day for day in following if day > max(last, today)), None)
    return {**common, **recurrence_data(rule, markets), "first": first}


def _own(lesson: HeldAgain, names: Mapping[str, str]) -> dict[str, Any]:
    own: dict[str, Any] = {
        "title": lesson.title,
        "summary": lesson.summary,
        "category": lesson.category_code,
        "mode": lesson.mode,
        "venue": lesson.venue,
        "teachers": None if lesson.teachers is None else list(lesson.teachers),
    }
    if lesson.labels is not None:
        own |= label_data(lesson.labels, names)
    if lesson.times is not None:
        own |= {"starts": lesson.times[0], "ends": shown_end(lesson.times[1])}
    return {name: value for name, value in own.items() if value is not None}


def _weeks_on(first: date, today: date) -> timedelta:
    """So many weeks that this day is after today."""
    return _WEEK * max(0, (today - first).days // 7 + 1)


def _common(model: Copied, choices: Choices) -> dict[str, Any]:
    """What its class sessions have in common; who and what is no choice any more is left out."""
    course = model.course
    offered = choices.offered
    return {
        "title": course.title,
        "category": course.category_code,
        "summary": course.summary,
        "audience": course.audience,
        "expected": course.expected,
        "starts": course.starts,
        "ends": shown_end(course.ends),
        "teachers": [one for one in course.teacher_ids if one in offered],
        "venue": course.venue_id if course.venue_id in offered else "",
        "kind": model.kind,
        "mode": course.delivery_mode or "",
        **label_data(course.labels.turned(lambda one: one.public_id), model.label_names),
    }
