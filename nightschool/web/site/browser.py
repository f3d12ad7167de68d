"""What a browser brings along: the login cookie, what it calls itself, and where it calls from."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request

from nightschool.texts import N_, _
from nightschool.web.site.context import login_cookie, services

# The cookie outlives the login it carries: what is entered after the login has ended must still find its account.
KEEP_COOKIE_SECONDS = 44 * 24 * 3600

SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_SYSTEM_WORDS = {
    "HarmonyOS": N_("华为手机"),
    "Android": N_("安卓手机"),
    "iPhone": N_("苹果手机"),
    "iPad": N_("苹果平板"),
    "Windows": N_("电脑"),
    "Mac": N_("苹果电脑"),
    "Linux": N_("电脑"),
}
_PROGRAM_WORDS = {
    "WeChat": N_("微信"),
    "DingTalk": N_("钉钉"),
    "Huawei": N_("华为浏览器"),
    "Xiaomi": N_("小米浏览器"),
    "OPPO": N_("OPPO 浏览器"),
    "vivo": N_("vivo 浏览器"),
    "QQ": N_("QQ 浏览器"),
    "UC": N_("UC 浏览器"),
    "Chrome": N_("浏览器"),  # the 360 browser of a village's office and many of phones say no more than this
    "Edge": N_("Edge 浏览器"),
    "Firefox": N_("火狐浏览器"),
    "Safari": N_("Safari 浏览器"),
}
# Most browsers name several others; the first that fits is the one.
PROGRAMS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("HuaweiBrowser", "Huawei"),
    ("MiuiBrowser", "Xiaomi"),
    ("HeyTapBrowser", "OPPO"),
    ("VivoBrowser", "vivo"),
    ("MQQBrowser", "QQ"),
    ("QQBrowser", "QQ"),
    ("UCBrowser", "UC"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def init_app(app: Flask) -> None:
    """Templates call devices as people do."""
    app.jinja_env.globals.update(tell_device=tell_device)


def login_token() -> str:
    """The token of the login this browser has, or has had; empty when it brings none."""
    return request.cookies.get(login_cookie(), "")[:200]


def give_token(response: Response, token: str, *, is_own_phone: bool) -> None:
    """The browser keeps the token: its owner's phone for weeks, a shared computer until it is closed."""
    response.set_cookie(
        login_cookie(),
        token,
        max_age=KEEP_COOKIE_SECONDS if is_own_phone else None,
        path="/",
        secure=services().settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def take_token(response: Response) -> None:
    """The browser forgets the token."""
    response.delete_cookie(
        login_cookie(), path="/", secure=services().settings.is_https, httponly=True, samesite="Lax"
    )


def device_name() -> str:
    """What the browser seems to be, as it is kept: "Android · WeChat"; `tell_device` puts it into words."""
    says = request.user_agent.string[:400]
    names = (next((name for word, name in words if word in says), "") for words in (SYSTEMS, PROGRAMS))
    return " · ".join(name for name in names if name)


def tell_device(kept: str) -> str:
    """安卓手机上的微信, 电脑上的浏览器; 一台设备 where nothing is known."""
    system, _dot, program = kept.partition(" · ")
    if not program:
        return _(_SYSTEM_WORDS[system]) if system in _SYSTEM_WORDS else kept or _("一台设备")
    words = {"system": _(_SYSTEM_WORDS.get(system, system))}
    return _("%(system)s上的%(program)s", program=_(_PROGRAM_WORDS.get(program, program)), **words)


def address() -> str | None:
    """Where the request comes from, for limits; None when that says nothing about who sends it.

    From headers of trusted proxies alone (web/site/server.py), since anybody can write others. Behind a proxy that is
    not declared everybody comes from this machine: a limit on that address would shut out all of them.
    """
    comes_from = request.remote_addr or ""
    host = urlsplit(services().settings.base_url).hostname or ""
    if _is_this_machine(comes_from) and not _is_this_machine(host):
        return None
    return comes_from or None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
