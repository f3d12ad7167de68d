"""Every setting, in one frozen place, read from the environment once. `nightschool doctor` prints them.

Keys come from the environment, or from a file that only its owner may read and that the first start makes.
"""

import base64
import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nightschool.errors import ConfigurationError, UnfitKeys

PREFIX = "NIGHTSCHOOL_"
_POSTGRESQL = ("postgresql:", "postgresql+")
LOGS = ("requests", "warnings")
# Of whom a second factor is wanted; officers are all but a village's coordinators.
_WANTED_OF = ("nobody", "officers", "everybody")
_MAIL_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Keys:
    """The secrets: one for kept digests, those that seal personal fields, and those that sign (oldest first)."""

    signing: str = field(repr=False)  # cookies and addresses too, until others do
    sealing: Mapping[str, bytes] = field(repr=False)
    marking: bytes | None = field(
        default=None, repr=False
    )  # what marks are made with once the oldest key is gone
    addressing: tuple[str, ...] = field(
        default=(), repr=False
    )  # the last signs, and what any has signed is taken
    are_kept: bool = True  # False: there are none yet, and these have been made up just now

    @property
    def that_sign(self) -> tuple[str, ...]:
        """What signs cookies and addresses, and then what has signed those that are still taken."""
        return tuple(reversed(self.addressing)) or (self.signing,)


@dataclass(frozen=True)
class MailServer:
    """Who takes mail from us. `is_sealed`: spoken to over TLS from the first byte on, else once both can."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_sealed: bool = False


@dataclass(frozen=True)
class Settings:
    """How this installation runs. Made by `from_environment`; tests make their own."""

    data_folder: Path
    database_url: str
    base_url: str
    listen_host: str
    listen_port: int
    timezone: str
    keys: Keys
    threads: int = 8
    proxy_hops: int = 0
    log: str = "requests"
    mail: MailServer | None = None  # None: nothing is mailed, and nobody is offered it
    read_url: str = ""  # a replica of the database that answers whoever is not logged in; empty: none
    second_factor: str = _WANTED_OF[0]  # who must have one (rules.trust.second_factor)
    metrics_token: str = field(default="", repr=False)  # who says it may read /metrics; empty: nobody

    @property
    def is_https(self) -> bool:
        """True when people reach it over TLS, so that cookies can be Secure and HSTS is sent."""
        return self.base_url.startswith("https://")

    @property
    def key_file(self) -> Path:
        """Where the keys are kept, unless they come from the environment."""
        return self.data_folder / "keys.json"

    @property
    def erased_file(self) -> Path:
        """Where it stands who is erased, so that a backup of before brings nobody back. Copied away with the keys."""
        return self.data_folder / "erased.txt"

    @property
    def font_folder(self) -> Path:
        """Where an operator may put fonts with characters that the shipped one has not; it need not exist."""
        return self.data_folder / "fonts"

    @property
    def free_megabytes(self) -> int:
        """Free space where the data lives."""
        return shutil.disk_usage(self.data_folder).free // 1024**2

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """The host names a request may be addressed to: the base address's own, what is listened on, and this machine's
        loopback names.
        """
        own = urlsplit(self.base_url).hostname or "localhost"
        return tuple(dict.fromkeys([own, self.listen_host, "127.0.0.1", "localhost"]))


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings this environment describes; makes the data folder when it is missing.

    Variables: NIGHTSCHOOL_DATA (a folder, default `nightschool-data` in the current one), NIGHTSCHOOL_DATABASE_URL,
    NIGHTSCHOOL_READ_URL (a replica of it, which may be a moment late),
    NIGHTSCHOOL_BASE_URL, NIGHTSCHOOL_LISTEN (host:port), NIGHTSCHOOL_TIMEZONE, NIGHTSCHOOL_THREADS,
    NIGHTSCHOOL_PROXY_HOPS (how many reverse proxies stand before it), NIGHTSCHOOL_LOG (requests or warnings),
    NIGHTSCHOOL_SMTP_URL and NIGHTSCHOOL_MAIL_FROM (who takes mail, and from whom), NIGHTSCHOOL_SECOND_FACTOR (who must
    have one: nobody, officers or everybody), NIGHTSCHOOL_METRICS_TOKEN (what whoever reads /metrics must send),
    NIGHTSCHOOL_KEYS (the content of a key file, instead of one).
    Raises ConfigurationError, naming the variable.
    """

    def value(name: str, default: str) -> str:
        return environ.get(PREFIX + name, "").strip() or default

    data_folder = Path(value("DATA", "nightschool-data")).expanduser().resolve()
    host, _, port = value("LISTEN", "127.0.0.1:8000").rpartition(":")
    base_url = value("BASE_URL", f"http://{host or '127.0.0.1'}:{port}").rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
        raise ConfigurationError("NIGHTSCHOOL_BASE_URL must read like https://nightschool.example")
    log = value("LOG", LOGS[0])
    if log not in LOGS:
        raise ConfigurationError(f"NIGHTSCHOOL_LOG must be one of: {', '.join(LOGS)}")
    second_factor = value("SECOND_FACTOR", "officers")
    if second_factor not in _WANTED_OF:
        raise ConfigurationError(f"NIGHTSCHOOL_SECOND_FACTOR must be one of: {', '.join(_WANTED_OF)}")
    metrics_token = value("METRICS_TOKEN", "")
    if metrics_token and not re.fullmatch(r"[!-~]{16,}", metrics_token):
        raise ConfigurationError("NIGHTSCHOOL_METRICS_TOKEN must be 16 letters and digits or more")
    database_url = value("DATABASE_URL", sqlite_url(data_folder / "nightschool.db"))
    if not database_url.startswith(("sqlite:///", *_POSTGRESQL)):
        raise ConfigurationError("NIGHTSCHOOL_DATABASE_URL must begin with sqlite:/// or postgresql://")
    read_url = value("READ_URL", "")
    if read_url and not (read_url.startswith(_POSTGRESQL) and database_url.startswith(_POSTGRESQL)):
        raise ConfigurationError(
            "NIGHTSCHOOL_READ_URL is for PostgreSQL: it and NIGHTSCHOOL_DATABASE_URL must begin with postgresql://"
        )
    return Settings(
        data_folder=data_folder,
        database_url=database_url,
        read_url=read_url,
        base_url=base_url,
        listen_host=host or "127.0.0.1",
        listen_port=_whole(port, "NIGHTSCHOOL_LISTEN", 1, 65535),
        timezone=_timezone(value("TIMEZONE", "Asia/Shanghai")),
        keys=_keys(environ.get(PREFIX + "KEYS", ""), data_folder),
        threads=_whole(value("THREADS", "8"), "NIGHTSCHOOL_THREADS", 1, 64),
        proxy_hops=_whole(value("PROXY_HOPS", "0"), "NIGHTSCHOOL_PROXY_HOPS", 0, 5),
        log=log,
        mail=_mail_server(value("SMTP_URL", ""), value("MAIL_FROM", "")),
        second_factor=second_factor,
        metrics_token=metrics_token,
    )


def sqlite_url(path: Path) -> str:
    """The database address of a SQLite file; a percent sign in the path survives."""
    return "sqlite:///" + path.as_posix().replace("%", "%25")


def new_keys() -> Keys:
    """Fresh random keys, which nobody keeps yet."""
    return Keys(secrets.token_urlsafe(32), {"k1": secrets.token_bytes(32)}, are_kept=False)


def dump_keys(keys: Keys) -> str:
    """The content of a key file."""
    sealing = {name: base64.b64encode(key).decode() for name, key in keys.sealing.items()}
    marking = {"marking": base64.b64encode(keys.marking).decode()} if keys.marking else {}
    addressing = {"addressing": keys.addressing} if keys.addressing else {}
    return json.dumps({"signing": keys.signing, "sealing": sealing, **marking, **addressing}, indent=1)


def load_keys(text: str) -> Keys:
    """The keys written in a key file. Raises UnfitKeys when it cannot be read."""
    try:
        content = json.loads(text)
        sealing = {name: base64.b64decode(key, validate=True) for name, key in content["sealing"].items()}
        marking = base64.b64decode(content.get("marking", ""), validate=True) or None
        addressing = tuple(content.get("addressing", ()))
        keys = Keys(content["signing"], sealing, marking, addressing)
        shortest = min(map(len, (keys.signing, *addressing)))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnfitKeys("the keys cannot be read: they must be the content of a key file") from None
    if shortest < 32 or not sealing or any(len(key) != 32 for key in sealing.values()):
        raise UnfitKeys("the keys are too short: let the first start make new ones")
    return keys


def _keys(given: str, folder: Path) -> Keys:
    folder.mkdir(parents=True, exist_ok=True)
    if given.strip():
        return load_keys(given)
    path = folder / "keys.json"
    return load_keys(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else new_keys()


def _mail_server(address: str, sender: str) -> MailServer | None:
    if not address:
        return None
    found = urlsplit(address)
    if found.scheme not in _MAIL_PORTS or not found.hostname:
        raise ConfigurationError("NIGHTSCHOOL_SMTP_URL must read like smtps://name:password@mail.example:465")
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", sender):
        raise ConfigurationError("NIGHTSCHOOL_MAIL_FROM must read like nightschool@county.example")
    return MailServer(
        found.hostname,
        found.port or _MAIL_PORTS[found.scheme],
        sender,
        unquote(found.username or ""),
        unquote(found.password or ""),
        is_sealed=found.scheme == "smtps",
    )


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ConfigurationError("NIGHTSCHOOL_TIMEZONE must read like Asia/Shanghai") from None
    return name


def _whole(text: str, name: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        raise ConfigurationError(f"{name} must hold a whole number from {low} to {high}")
    return int(text)
