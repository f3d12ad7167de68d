"""Accounts: login names, which role stands at which level of region, and who may give it."""

from collections.abc import Collection
from datetime import date
from itertools import count
from typing import Any

from nightschool.errors import Refused
from nightschool.rules.access import Actor, Role, may
from nightschool.rules.almanac import day_with_year
from nightschool.rules.names import normalised, sort_key
from nightschool.rules.regions import Level, is_inside, level_of
from nightschool.texts import N_, _

SHORTEST_LOGIN_NAME = 2
LONGEST_LOGIN_NAME = 30

ROLES = {
    Role.COORDINATOR: N_("夜校管理员"),
    Role.SUPERVISOR: N_("督导"),
    Role.REGION_ADMINISTRATOR: N_("账号管理员"),
    Role.SYSTEM_ADMINISTRATOR: N_("系统管理员"),
}

ABOVE_VILLAGES = frozenset({Level.TOWNSHIP, Level.COUNTY, Level.CITY, Level.PROVINCE})
LEVELS: dict[Role, frozenset[Level]] = {
    Role.COORDINATOR: frozenset({Level.VILLAGE}),
    Role.SUPERVISOR: ABOVE_VILLAGES,
    Role.REGION_ADMINISTRATOR: ABOVE_VILLAGES,
    Role.SYSTEM_ADMINISTRATOR: frozenset(),
}


def role_word(role: str) -> str:
    """What a role is called."""
    return _(ROLES[Role(role)])


def normalised_login_name(typed: str) -> str:
    """The login name as it is stored and compared: full-width as ASCII, lower case, no blanks around it."""
    return normalised(typed[:200])


def login_name_problem(login_name: str) -> str | None:
    """Why this cannot be a login name, as a code for `tell_refusal`; None when it can. It comes normalised."""
    if not SHORTEST_LOGIN_NAME <= len(login_name) <= LONGEST_LOGIN_NAME:
        return "login_name_length"
    if not all(character.isalnum() or character in "._-" for character in login_name):
        return "login_name_characters"
    return None


def check_days(from_day: date | None, to_day: date | None) -> None:
    """Raises Refused unless a posting can hold from this day to that; one that is not known is not asked about."""
    if from_day is not None and to_day is not None and to_day < from_day:
        raise Refused("days_out_of_order", field="to_day", day=from_day)


def suggested_login_name(display_name: str, taken: Collection[str]) -> str:
    """Initials and the first number that is free: cxy2 for 陈秀英. On paper a 1 is read as an l, a 0 as an o."""
    stem = initials(display_name) or "yx"
    numbers = (number for number in count(2) if not {"0", "1"} & {*str(number)})
    return next(name for number in numbers if (name := f"{stem}{number}") not in taken)


def initials(display_name: str) -> str:
    """The first letters of a name's syllables, at most eight; letters and digits stand for themselves."""
    plain = "".join(character for character in normalised(display_name)[:20] if character.isalnum())
    syllables = sort_key(plain).split()[::2]
    letters = (syllable[0] for syllable in syllables)
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())[:8]


def may_give(actor: Actor, role: Role, region_code: str | None) -> bool:
    """True when this actor may give this role in this region: his own or one below it, never a role above his own.

    The system administrator's role is given on the command line alone.
    """
    if role is Role.SYSTEM_ADMINISTRATOR:
        return region_code is None and actor.account_id is None and may(actor, "manage_accounts", None)
    return region_code is not None and may(actor, "manage_accounts", region_code)


def fits_level(role: Role, region_code: str | None) -> bool:
    """True when this role is one of regions of this level; the system administrator has none."""
    if region_code is None:
        return role is Role.SYSTEM_ADMINISTRATOR
    return level_of(region_code) in LEVELS[role]


def roles_for(region_code: str) -> tuple[Role, ...]:
    """The roles that can be given in a region of this level."""
    return tuple(role for role in Role if fits_level(role, region_code))


def tops(codes: Collection[str]) -> tuple[str, ...]:
    """Those of the regions that lie in none of the others, in the order of their codes."""
    return tuple(
        code
        for code in sorted(set(codes))
        if not any(code != other and is_inside(code, other) for other in codes)
    )


# Why something about accounts or logins cannot be; the sentence may name what the refusal tells.
_REFUSED = {
    "login_name_length": N_("登录名要 %(least)d 到 %(most)d 个字。"),
    "login_name_characters": N_("登录名里只能有字母、汉字、数字、点和横线，像 cxy2。"),
    "login_name_taken": N_("登录名 %(name)s 已经有人用了。可以用 %(free)s。"),
    "display_name_missing": N_("写上这个人的名字。"),
    "role_level": N_("%(role)s不设在这一级。换一个职责，或者换一个地方。"),
    "no_school": N_("这个村还没有办夜校。先办夜校，管理员的账号会一起开好。"),
    "school_exists": N_("%(village)s已经办了夜校。要加一个管理员，给这个村开账号。"),
    "posting_exists": N_("这个账号在这里已经有这个职责了。"),
    "posting_ended": N_("这个职责已经在 %(day)s 到期了。"),
    "posting_ends_earlier": N_("这个职责本来 %(day)s 就到期，不能收回得更晚。"),
    "days_out_of_order": N_("最后一天不能早于 %(day)s。"),
    "own_account": N_("自己的账号自己动不了，要别的管理员来办。改密码在「我的账号」里。"),
    "disabled": N_("这个账号停用了。先启用，再打登录单。"),
    "known_account": N_("已经有一个叫%(name)s的账号。是同一个人就用那个账号；是另一个人，也在这里选。"),
    "called_so": N_("没有登录名是「%(name)s」的账号。叫这个名字的：%(logins)s。写登录名。"),
    "nobody_leaves": N_("勾上交出去的人。"),
    "contact_unreachable": N_(
        "写一个电话，不然村里人没有地方打。不想公开电话，就去掉上面的勾，还照原来的写。"
    ),
    "nobody_comes": N_("写接手的人：有账号的写登录名，没有账号的写姓名。"),
    "two_come": N_("登录名和姓名只写一样：有账号的写登录名，没有账号的写姓名。"),
    "comes_and_leaves": N_("%(name)s 就是现在的管理员，不用接手。"),
    "no_longer_coordinator": N_("刚才有人改过这个村的职责。看看下面的名单，再按一次。"),
    "nothing_chosen": N_("一个也没有勾。勾上要办的再按。"),
    "nobody_waits": N_("勾上的人刚才都登录过了，不用再打。"),
    "too_many_at_once": N_("一次最多 %(n)d 个。分几次办。"),
    "no_village": N_("这个村已经不在名单上了。"),
    "no_account": N_("没有这个登录名，或者这个账号不归你管。"),
    "day_past": N_("从今天或者以后的一天起。"),
    "day_too_far": N_("最多提前到 %(day)s。"),
    "held_elsewhere": N_("%(name)s还有别处的职责不归你管，要上一级的管理员来办。"),
    "login_over": N_("这台设备已经退出了，不用再按。"),
    "wrong_login": N_("登录名或密码不对。看看大小写和输入法；忘了密码就找管理员打一张登录单。"),
    "wrong_slip": N_(
        "登录名或登录码不对，或者这张单子用过了、过期了。对着单子再看一遍；还不行就找管理员重新打一张。"
    ),
    "no_mail_address": N_("邮箱要写成像 chen@example.cn 这样，一个就好。不要寄了，就空着。"),
    "no_posting": N_("密码对，可是你的职责已经到期，或者还没有开始。找给你开账号的人。"),
    "wrong_password": N_("现在的密码不对。"),
    "wrong_code": N_(
        "验证码不对，或者用过了。看手机上现在的六位数，手机的时间要准；还不行，就用恢复单上没用过的一行。"
    ),
    "half_over": N_("输完密码过了太久，或者密码刚才改过。从头登录一次。"),
    "has_second": N_("已经设好了手机验证码。换手机，先在下面停用。"),
    "no_second": N_("没有设手机验证码，或者刚才已经取消了。"),
}


def tell_refusal(refused: Refused) -> str:
    """The sentence for a refusal of actions.trust.accounts, handovers, devices or logins, or of places.openings."""
    bounds = {"least": SHORTEST_LOGIN_NAME, "most": LONGEST_LOGIN_NAME}
    told = {name: _told(value) for name, value in refused.details.items()}
    return _(_REFUSED[refused.code], **bounds, **told)


def _told(value: Any) -> Any:
    if isinstance(value, Role):
        return role_word(value)
    if isinstance(value, list):
        return _("、").join(_("%(login)s（%(place)s）", login=login, place=place) for login, place in value)
    return day_with_year(value) if isinstance(value, date) else value
