"""What the last weeks were, for officers: a page of the weekly circulars, and the same as a feed by an address of one's
own, which opens while its owner's posting lasts.
"""

import hmac
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts
from nightschool.errors import NotFound
from nightschool.formats.atom import FeedEntry, atom_feed
from nightschool.formats.table_paper import PaperAsk, lay_out
from nightschool.formats.weekly_circular import CIRCULAR
from nightschool.queries.oversight.overview import Overview, are_few_marks
from nightschool.queries.oversight.weekly import circulars
from nightschool.queries.trust.trust import reader_of_a_feed
from nightschool.rules.access import may
from nightschool.rules.almanac import day_with_year
from nightschool.rules.seasons.periods import Period, tell_period, week_of
from nightschool.rules.trust.accounts import tell_refusal
from nightschool.texts import _
from nightschool.web.oversight.digests_form import DigestMailForm
from nightschool.web.oversight.frame import kept
from nightschool.web.site.access import actor, allows, by_secret
from nightschool.web.site.context import now, proofs, reading, services, today, whole
from nightschool.web.site.records import SAVED, SHOWN, telling, tried

bp = Blueprint("digests", __name__)

_WEEKS = 4
_ACCOUNT, _REGION = 22, 12  # characters of each in the address
_PROOF = 24


class ToldWeek(NamedTuple):
    """One week with its figures, and the circular of it in words."""

    week: Period
    overview: Overview
    words: str


@bp.route("/overview/<region_code:region>/digest", methods=["GET", "POST"])
@allows("see_overview")
def digest(region: str) -> Any:
    """The circulars of the last weeks, the latest first, each to be copied; and how to get them by oneself."""
    with reading() as db:
        weeks = told_weeks(db, region, _last_weeks(), today=today())
        own = reader_of_a_feed(db, today=today(), account_id=actor().account_id)
    if not weeks:
        raise NotFound
    mail = services().settings.mail
    form = DigestMailForm(data={"mail_address": own.mail_address if own else ""}) if mail else None
    status = tried(form, partial(_choose_mail, form), telling(tell_refusal)) if form else SHOWN
    if form and status == SAVED:
        flash(
            _("每周一把上一周的周报寄到 %(address)s。写错了，就在这里改。", address=form.mail_address.data)
            if form.mail_address.data
            else _("不再寄周报了。")
        )
        return redirect(url_for("digests.digest", region=region), SAVED)
    page = render_template(
        "oversight/digests/show.html",
        here=weeks[0].overview,
        weeks=weeks,
        feed=_address(region, own.public_id, own.password) if own else "",
        form=form,
        kept=kept(),
    )
    return page, status


@bp.get("/w/<digest:reader>.atom")
@by_secret
def feed(reader: str) -> Response:
    """The same to subscribe to. There is no such address for whom may not see the region any more."""
    account, region = reader[:_ACCOUNT], reader[_ACCOUNT : _ACCOUNT + _REGION]
    with reading() as db:
        own = reader_of_a_feed(db, today=today(), public_id=account)
        told = _proofs(region, own.public_id, own.password) if own else ()
        if own is None or not any(hmac.compare_digest(one, reader[-_PROOF:]) for one in told):
            raise NotFound
        weeks = (
            told_weeks(db, region, _last_weeks(), today=today())
            if may(own.actor, "see_overview", region)
            else ()
        )
    if not weeks:
        raise NotFound
    place = weeks[0].overview.name
    page = whole(url_for("digests.digest", region=region, big=None))
    entries = [
        FeedEntry(
            f"{page}#{one.week.code}",
            _("%(place)s %(week)s", place=place, week=tell_period(one.week)),
            _is_over(one.week),
            whole(url_for("papers.circular_of_region", region=region, period=one.week.code, big=None)),
            one.words,
        )
        for one in weeks
    ]
    title = _("%(place)s农民夜校周报", place=place)
    written = atom_feed(
        page,
        title,
        place,
        _is_over(weeks[0].week),
        _address(region, own.public_id, own.password),
        page,
        entries,
    )
    return Response(written, mimetype="application/atom+xml")


def told_weeks(db: Session, region: str, weeks: Sequence[Period], *, today: date) -> tuple[ToldWeek, ...]:
    """The circulars of these weeks in words, as they are copied, fed and mailed; none where there is no such region."""
    told = []
    found = circulars(db, region, weeks, today=today, counts_people=partial(are_few_marks, region))
    for week, one in zip(weeks, found, strict=bool(found)):
        asked = PaperAsk(today, day_with_year(today), {"region": region}, one.overview.name, week)
        told.append(ToldWeek(week, one.overview, lay_out(CIRCULAR, one, asked).text().strip()))
    return tuple(told)


def _last_weeks() -> list[Period]:
    """The last whole weeks, the latest first."""
    weeks = [week_of(today()).before]
    while len(weeks) < _WEEKS:
        weeks.append(weeks[-1].before)
    return weeks


def _choose_mail(form: DigestMailForm, db: Session) -> None:
    accounts.choose_digest_mail(db, address=form.mail_address.data or "", by=actor(), now=now())


def _is_over(week: Period) -> datetime:
    return datetime.combine(week.last + timedelta(days=1), time(), services().zone)


def _address(region: str, account: str, password: str) -> str:
    own = f"{account}{region}{_proofs(region, account, password)[0]}"
    return whole(url_for("digests.feed", reader=own, big=None))


def _proofs(region: str, account: str, password: str) -> list[str]:
    """Ours, and of this password: whoever changes theirs shuts the addresses that were handed around before."""
    return [one[:_PROOF] for one in proofs("weekly digest", f"{account} {region} {password}")]
