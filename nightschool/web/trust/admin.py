"""For administrators: night schools are opened, accounts and postings given and ended, login slips printed."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts, devices, second_factor
from nightschool.actions.trust.accounts import Slip
from nightschool.errors import Refused, told_together
from nightschool.queries.places import openings, places
from nightschool.queries.places.takeovers import successions
from nightschool.queries.trust import trust
from nightschool.queries.trust.account_list import Show, account_list, namesakes
from nightschool.queries.trust.trust import AccountLine
from nightschool.rules.access import Actor, Role
from nightschool.rules.almanac import spoken_day
from nightschool.rules.places.takeovers import tell_ended
from nightschool.rules.regions import Level, is_inside, level_of, township_of
from nightschool.rules.trust.accounts import (
    ROLES,
    check_days,
    may_give,
    role_word,
    roles_for,
    tell_refusal,
    tops,
)
from nightschool.rules.trust.slips import grouped
from nightschool.texts import _, counted
from nightschool.web.site.access import actor, allows, current_login
from nightschool.web.site.browser import tell_device
from nightschool.web.site.context import digester, now, reading, services, today, writing
from nightschool.web.site.health import LITTLE_FREE_MEGABYTES
from nightschool.web.site.listings import page_number
from nightschool.web.site.records import BAD_INPUT, answered, look_up
from nightschool.web.site.secret_pages import keep_secret, secret_of
from nightschool.web.trust.slips import kept_slip, read_slip
from nightschool.web.trust.trust_form import (
    AccountForm,
    ConfirmForm,
    EndPostingForm,
    NamedForm,
    OpenSchoolForm,
    PostingForm,
)

bp = Blueprint("admin", __name__)

T = TypeVar("T")

_MOST_SEARCHED = 500
_MOST_SHOWN = 50
SMALL = (Level.TOWNSHIP, Level.VILLAGE)


@bp.get("/admin")
@allows("manage_accounts")
def home() -> Any:
    """The one region administered, or the choice among several."""
    mine = [post.region_code for post in actor().posts_for("manage_accounts")]
    codes = tops([code for code in mine if code])
    if len(codes) == 1 and None not in mine:
        return redirect(url_for("admin.region", region=codes[0]), 303)
    with reading() as db:
        names = places.names_of(db, codes)
        step = places.step(db, None, today=today()) if None in mine else None
    if step is not None:
        names |= {place.code: place.name for place in (*step.line, *step.below)}
    return render_template("trust/admin/home.html", names=names, **_room())


@bp.get("/admin/<region_code:region>")
@allows("manage_accounts")
def region(region: str) -> Any:
    """What lies below a region with its night schools, and who holds what in it."""
    level = level_of(region)
    query, show = request.args.get("q", "").strip()[:60], request.args.get("show", "")
    show = Show(show) if show in set(Show) else Show.EVERY
    step = look_up(places.step, region, today=today())
    with reading() as db:
        units = openings.units_below(db, region, today=today()) if level not in SMALL else ()
        accounts = account_list(db, region, query=query, show=show, number=page_number(), now=now())
        ended, formers = successions(db, region) if level is Level.VILLAGE else (None, ())
    return render_template(
        "trust/admin/region.html",
        here=step.line[-1],
        above=step.line[:-1],
        below=step.below,
        units=units,
        accounts=accounts,
        query=query,
        show=show,
        shows=_shows(),
        role_word=role_word,
        today=today(),
        level=level.value,
        ended=ended,
        ended_told=tell_ended(ended.name, ended.ended_on, ended.successor) if ended else "",
        formers=formers,
        **_room(),
    )


def _room() -> dict[str, int]:
    return {
        "free_megabytes": services().settings.free_megabytes,
        "LITTLE_FREE_MEGABYTES": LITTLE_FREE_MEGABYTES,
    }


@bp.route("/admin/<region_code:region>/schools/new", methods=["GET", "POST"])
@allows("manage_accounts")
def open_school(region: str) -> Any:
    """First the village is looked for, then its coordinator named; the answer is the slip to print."""
    form = OpenSchoolForm()
    village = _village(form.village.data or request.args.get("village", ""), region)
    if village is not None:
        ask_who(form, village.code)
        rule = partial(_check_new, form, village.code)
        if page := answered(form, lambda: _open(form, village.code), tell_refusal, check=rule):
            return redirect(page, 303)
        form.village.data = village.code
    found, query = _search(region)
    page = render_template(
        "trust/admin/open_school.html", form=form, village=village, found=found, query=query, region=region
    )
    return page, _status(form)


@bp.route("/admin/<region_code:region>/accounts/new", methods=["GET", "POST"])
@allows("manage_accounts")
def new_account(region: str) -> Any:
    """An account with a role in this region; the answer is the slip to print."""
    form = AccountForm()
    form.role.choices = _roles(region)
    ask_who(form, region)
    rule = partial(_check_new, form, region)
    if page := answered(form, lambda: _create(form, region), tell_refusal, check=rule):
        return redirect(page, 303)
    return _region_page("trust/admin/new_account.html", form, region)


@bp.route("/admin/<region_code:region>/postings/new", methods=["GET", "POST"])
@allows("manage_accounts")
def new_posting(region: str) -> Any:
    """A role in this region for somebody who has an account already."""
    form = PostingForm()
    form.role.choices = _roles(region)
    rule = partial(_check_posting, form, region)
    if account := answered(form, lambda: _give(form, region), tell_refusal, check=rule):
        return redirect(_told_given(account, form.role.data, form.from_day.data), 303)
    if not form.is_submitted():
        form.from_day.data = today()
        for field in (form.login_name, form.title, form.role):  # the way back from a posting that was ended
            field.data = request.args.get(field.name, "")[:60]
    return _region_page("trust/admin/new_posting.html", form, region)


@bp.get("/accounts/<public_id:account>")
@allows("manage_accounts")
def account(account: str) -> Any:
    """One account: what it may do where, and what can be done about it."""
    found = look_up(trust.account, account, now=now())
    with reading() as db:
        logins = trust.devices_of(db, account, now=now())
    login = current_login()
    return render_template(
        "trust/admin/account.html",
        account=found,
        devices=logins,
        is_own=login is not None and login.login_name == found.login_name,
        form=ConfirmForm(),
        role_word=role_word,
        today=today(),
    )


@bp.post("/accounts/<public_id:account>/slip")
@allows("manage_accounts")
def slip(account: str) -> Any:
    """A new slip, to be printed."""
    try:
        with writing() as db:
            page = _keep(db, accounts.make_slip(db, account=account, digester=digester(), **_acting()))
    except Refused as refusal:
        return _back(account, refusal)
    return redirect(page, 303)


@bp.get("/accounts/<public_id:account>/slip/<public_id:secret_page>")
@allows("manage_accounts")
def show_slip(account: str, secret_page: str) -> Any:
    """The slip, for who made it and for an hour: afterwards its code is stored nowhere."""
    kept = secret_of(secret_page)
    slip = read_slip(kept["slip"]) if kept else None
    if slip is None or slip.account != account:
        flash(_("登录码只留一个小时，这一张看不到了。没打出来，就再打一张。"), "alarm")
        return redirect(url_for("admin.account", account=account), 303)
    postings = look_up(trust.account, account, now=now()).postings
    held = next((line for line in postings if not line.to_day or line.to_day >= today()), None)
    region = (held.region_code if held else None) or ""
    made = kept.get("made", "") if kept else ""
    return render_template(
        "trust/admin/slip.html",
        slip=slip,
        made=made,
        place=held.region_name if held else "",
        region=region,
        township=township_of(region) if made == "school" else "",
        code=grouped(slip.code),
        base=services().settings.base_url,
    )


@bp.post("/accounts/<public_id:account>/postings/<int:posting>/end")
@allows("manage_accounts")
def end_posting(account: str, posting: int) -> Any:
    """The posting ends with the day that was written, or with yesterday."""
    form = EndPostingForm()
    if not form.validate():
        flash(_("没收回：%(why)s", why=" ".join(form.last_day.errors)), "alarm")
        return redirect(url_for("admin.account", account=account), 303)

    def told(last: date | None) -> str:
        if last is None:
            return _("这个职责收回了，还没有开始过。")
        if last < today():
            return _("这个职责收回了，马上生效。要还给他，按下面的「再给一次」。")
        return _("这个职责到 %(day)s 为止，过了那天自己失效。", day=spoken_day(last, today()))

    end = partial(accounts.end_posting, posting_id=posting, last_day=form.last_day.data)
    return _changed(account, end, told)


@bp.post("/accounts/<public_id:account>/devices/<int:login>/revoke")
@allows("manage_accounts")
def revoke_device(account: str, login: int) -> Any:
    """One device of somebody's is out."""

    def told(device: str) -> str:
        return _("%(device)s退出了，马上生效。用密码可以再登录。", device=tell_device(device))

    return _changed(account, partial(devices.revoke_device, login_id=login), told)


@bp.post("/accounts/<public_id:account>/devices/revoke")
@allows("manage_accounts")
def revoke_devices(account: str) -> Any:
    """All devices of somebody's are out."""
    return _changed(
        account,
        devices.revoke_devices,
        lambda n: counted("%(n)d 台设备退出了，马上生效。用密码可以再登录。", n),
    )


@bp.post("/accounts/<public_id:account>/second/remove")
@allows("manage_accounts")
def take_second_away(account: str) -> Any:
    """Who lost both their phone and the recovery slip gets in with the password, and sets it up anew."""
    return _changed(
        account,
        second_factor.take_away,
        lambda _none: _("手机验证码取消了，登录着的设备都退出了。用密码登录，再设一次。"),
    )


@bp.post("/accounts/<public_id:account>/disable")
@allows("manage_accounts")
def disable(account: str) -> Any:
    """Nobody gets in with it any more."""
    return _changed(account, accounts.disable_account, lambda _none: _("账号停用了，马上生效。记录都还在。"))


@bp.post("/accounts/<public_id:account>/enable")
@allows("manage_accounts")
def enable(account: str) -> Any:
    """It can be used again."""
    return _changed(account, accounts.enable_account, lambda _none: _("账号又能用了。"))


def ask_who(form: NamedForm, region: str) -> None:
    """Whoever is called as the form says, and has an account already, can be chosen in it."""
    form.ask(known_as(form["display_name"].data or "", region))


def known_as(name: str, region: str) -> dict[str, str]:
    """The accounts of people called so around there, each in words: 是陈书记，狮湾村，登录名 csj."""
    with reading() as db:
        found = namesakes(db, name, region, **_acting())
    return {line.public_id: _tell_account(line) for line in found}


def _tell_account(line: AccountLine) -> str:
    told = {"name": line.display_name, "place": line.place, "login": line.login_name}
    if line.is_disabled:
        return _("是%(name)s，%(place)s，登录名 %(login)s（停用了）", **told)
    return _("是%(name)s，%(place)s，登录名 %(login)s", **told)


def _acting() -> dict[str, Any]:
    return {"by": actor(), "now": now()}


def _open(form: OpenSchoolForm, village: str) -> str:
    with writing() as db:
        slip = accounts.open_school(
            db,
            village_code=village,
            display_name=form.display_name.data or "",
            login_name=form.login_name.data or "",
            title=form.title.data or "",
            contact_phone=form.contact_phone.data or "",
            **form.meant,
            digester=digester(),
            **_acting(),
        )
        if slip is not None:
            return _keep(db, slip, made="school")
    flash(_("夜校办好了。%(name)s用原来的账号登录，不用单子。", name=form.display_name.data))
    return url_for("admin.region", region=village)


def _create(form: AccountForm, region: str) -> str:
    role: dict[str, Any] = {
        "role": Role(form.role.data),
        "region_code": region,
        "title": form.title.data or "",
    }
    meant = form.meant
    if account := meant["account"]:
        with writing() as db:
            accounts.give_posting(db, account=account, from_day=today(), **role, **_acting())
        return _told_given(account, form.role.data, today())
    with writing() as db:
        made = accounts.create_account(
            db,
            login_name=form.login_name.data or "",
            display_name=form.display_name.data or "",
            is_another=meant["is_another"],
            **role,
            **_acting(),
        )
        slip = accounts.make_slip(db, account=made.public_id, digester=digester(), **_acting())
        return _keep(db, slip, made="account")


def _told_given(account: str, role: str, day: date) -> str:
    """Where the account stands that was given this role; it is told there."""
    told = {"role": role_word(role), "day": spoken_day(day, today())}
    flash(_("给了：%(role)s，从 %(day)s 起。给错了就在下面收回。", **told))
    return url_for("admin.account", account=account)


def _give(form: PostingForm, region: str) -> str:
    """The public id of the account. Who may not touch it learns no more than that it is not there."""
    _check_posting(form, region)
    with writing() as db:
        account = accounts.named_account(db, form.login_name.data or "", region, **_acting())
        accounts.give_posting(
            db,
            account=account,
            role=Role(form.role.data),
            region_code=region,
            title=form.title.data or "",
            from_day=form.from_day.data,
            to_day=form.to_day.data,
            **_acting(),
        )
    return account


def _check_new(form: OpenSchoolForm | AccountForm, region: str) -> None:
    """All that stands against the new account, as far as it is filled in."""
    name, called = form.login_name.data or "", form.display_name.data or ""
    with reading() as db:
        told_together(
            lambda: _check_role(db, form, region),
            lambda: accounts.check_login_name(db, name, called),
            lambda: accounts.check_namesakes(db, called, region, is_another=bool(form.who.data), **_acting()),
        )


def _check_posting(form: PostingForm, region: str) -> None:
    """All that stands against the posting, as far as it is filled in."""
    with reading() as db:
        told_together(
            lambda: accounts.named_account(db, form.login_name.data or "", region, **_acting()),
            lambda: _check_role(db, form, region),
            lambda: check_days(form.from_day.data, form.to_day.data),
        )


def _check_role(db: Session, form: Any, region: str) -> None:
    if "role" in form and form.role.data in form.role.choices:
        accounts.check_post(db, Role(form.role.data), region, **_acting())


def _changed(account: str, change: Callable[..., T], tell: Callable[[T], str]) -> Any:
    """The account's page, which tells what came of the change, or why it was refused."""
    try:
        with writing() as db:
            done = change(db, account=account, **_acting())
    except Refused as refusal:
        return _back(account, refusal)
    flash(tell(done))
    return redirect(url_for("admin.account", account=account), 303)


def _back(account: str, refusal: Refused) -> Any:
    flash(tell_refusal(refusal), "alarm")
    return redirect(url_for("admin.account", account=account), 303)


def _keep(db: Session, slip: Slip, *, made: str = "") -> str:
    """Where the slip can be looked at, and what was made with it."""
    page = keep_secret(db, slip=kept_slip(slip), made=made)
    return url_for("admin.show_slip", account=slip.account, secret_page=page)


def _region_page(template: str, form: Any, region: str) -> tuple[str, int]:
    step = look_up(places.step, region, today=today())
    return render_template(template, form=form, here=step.line[-1], above=step.line[:-1]), _status(form)


def _shows() -> dict[str, str]:
    return {
        Show.EVERY: _("现在的和将来的"),
        **{role: role_word(role) for role in ROLES if role in set(Show)},
        Show.NEVER: _("还没登录过的"),
        Show.DISABLED: _("停用了的"),
        Show.ENDED: _("职责都到期的"),
    }


def _roles(region: str) -> dict[str, str]:
    who: Actor = actor()
    return {role: role_word(role) for role in roles_for(region) if may_give(who, role, region)}


def _status(form: Any) -> int:
    return BAD_INPUT if form.errors else 200


def _village(code: str, region: str) -> places.Place | None:
    """The village that was chosen, when it lies in the region; None for anything else."""
    with reading() as db:
        step = places.step(db, code, today=today()) if code else None
    here = step.line[-1] if step and step.line else None
    if here is None or here.level != Level.VILLAGE or not is_inside(here.code, region):
        return None
    return here


def _search(region: str) -> tuple[list[places.FoundPlace], str]:
    """The villages of the region that answer to what was typed, and what was typed."""
    query = request.args.get("q", "").strip()[:60]
    if not query:
        return [], ""
    with reading() as db:
        found = places.find(db, query, today=today(), limit=_MOST_SEARCHED)
    inside = [
        place for place in found.places if place.level == Level.VILLAGE and is_inside(place.code, region)
    ]
    return inside[:_MOST_SHOWN], query
