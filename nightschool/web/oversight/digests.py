"""What the last weeks were, for officers: a page of the weekly circulars, and the same as a feed by an address of one's
own, which opens while its owner's posting lasts.
"""

import hmac
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts
from nightschool.errors import NotFound, Refused
from nightschool.formats.atom import FeedEntry, atom_feed
from nightschool.formats.table_paper import PaperAsk, lay_out
from nightschool.formats.weekly_circular import CIRCULAR
from nightschool.queries.oversight.overview import KnownRegion, are_few_marks, known_region
from nightschool.queries.oversight.weekly import circular
from nightschool.queries.places import places
from nightschool.queries.trust.trust import own_mail_address, reader_of_a_feed
from nightschool.rules.access import may
from nightschool.rules.almanac import day_with_year
from nightschool.rules.seasons.periods import Period, tell_period, week_of
from nightschool.rules.trust.accounts import tell_refusal
from nightschool.texts import _
from nightschool.web.oversight.digests_form import DigestMailForm
from nightschool.web.oversight.frame import kept
from nightschool.web.site.access import actor, allows, by_secret
from nightschool.web.site.context import now, proofs, reading, services, today, whole
from nightschool.web.site.records import SAVED, SHOWN, look_up, tried

bp = Blueprint("digests", __name__)

_WEEKS = 4
_ACCOUNT, _REGION = 22, 12  # characters of each in the address
_PROOF = 24


@bp.route("/overview/<region_code:region>/digest", methods=["GET", "POST"])
@allows("see_overview")
def digest(region: str) -> Any:
    """The circulars of the last weeks, the latest first, each to be copied; and how to get them by oneself."""
    line = look_up(places.step, region, today=today()).line
    me = actor()
    with reading() as db:
        weeks = _weeks(db, region)
        own = reader_of_a_feed(db, today=today(), account_id=me.account_id)
        address = own_mail_address(db, me.account_id)
    form = DigestMailForm(data={"mail_address": address}) if services().settings.mail else None
    status = tried(form, partial(_choose_mail, form), _refuse) if form else SHOWN
    if form and status == SAVED:
        flash(
            _("每周一把上一周的周报寄到 %(address)s。写错了，就在这里改。", address=form.mail_address.data)
            if form.mail_address.data
            else _("不再寄周报了。")
        )
        return redirect(url_for("digests.digest", region=region), SAVED)
    page = render_template(
        "oversight/digests/show.html",
        here=line[-1],
        path=[(place.code, place.name) for place in line[:-1]],
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
        place = places.region_named(db, region)
        if place is None or not may(own.actor, "see_overview", region):
            raise NotFound
        weeks = _weeks(db, region)
    page = whole(url_for("digests.digest", region=region, big=None))
    entries = [
        FeedEntry(
            f"{page}#{week.code}",
            _("%(place)s %(week)s", place=place.name, week=tell_period(week)),
            _is_over(week),
            whole(url_for("papers.circular_of_region", region=region, period=week.code, big=None)),
            words,
        )
        for week, words in weeks
    ]
    title = _("%(place)s农民夜校周报", place=place.name)
    written = atom_feed(
        page,
        title,
        place.name,
        _is_over(weeks[0][0]),
        _address(region, own.public_id, own.password),
        page,
        entries,
    )
    return Response(written, mimetype="application/atom+xml")


def told_week(
    db: Session,
    region: str,
    name: str,
    week: Period,
    *,
    today: date,
    known: KnownRegion | None = None,
) -> str:
    """The circular of this week in words, as it is copied, fed and mailed."""
    asked = PaperAsk(today, day_with_year(today), {"region": region}, name, week)
    of_people = are_few_marks(region, week.first, week.last)
    days = {"first": week.first, "last": week.last, "today": today}
    found = circular(db, region, **days, counts_people=of_people, known=known)
    return lay_out(CIRCULAR, found, asked).text().strip()


def _weeks(db: Session, region: str) -> list[tuple[Period, str]]:
    """Each of the last whole weeks with its circular in words."""
    week, found = week_of(today()).before, []
    known = known_region(db, region, today=today(), since=week.first - (_WEEKS - 1) * timedelta(days=7))
    for _number in range(_WEEKS):
        told = told_week(db, region, known.names[region], week, today=today(), known=known)
        found.append((week, told))
        week = week.before
    return found


def _choose_mail(form: DigestMailForm, db: Session) -> None:
    accounts.choose_digest_mail(db, address=form.mail_address.data or "", by=actor(), now=now())


def _refuse(form: DigestMailForm, refusal: Refused) -> None:
    form.refuse(refusal.field, tell_refusal(refusal))


def _is_over(week: Period) -> datetime:
    return datetime.combine(week.last + timedelta(days=1), time(), services().zone)


def _address(region: str, account: str, password: str) -> str:
    own = f"{account}{region}{_proofs(region, account, password)[0]}"
    return whole(url_for("digests.feed", reader=own, big=None))


def _proofs(region: str, account: str, password: str) -> list[str]:
    """Ours, and of this password: whoever changes theirs shuts the addresses that were handed around before."""
    return [one[:_PROOF] for one in proofs("weekly digest", f"{account} {region} {password}")]
