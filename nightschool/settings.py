"""Every setting, in one frozen place, read from the environment once. `nightschool doctor` prints them.

Keys come from the environment, or from a file only its owner may read that is made at the first start.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from nightschool.errors import ConfigurationError

PREFIX = "NIGHTSCHOOL_"
LOGS = ("requests", "warnings")


@dataclass(frozen=True)
class Keys:
    """The secrets: one that signs cookies, and those that seal personal fields (oldest first)."""

    signing: str = field(repr=False)
    sealing: Mapping[str, bytes] = field(repr=False)


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

    @property
    def is_https(self) -> bool:
        """True when people reach it over TLS, so that cookies can be Secure and HSTS is sent."""
        return self.base_url.startswith("https://")

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """The host names a request may be addressed to: the base address's own, and this machine's loopback names."""
        return tuple(
            dict.fromkeys([urlsplit(self.base_url).hostname or "localhost", "127.0.0.1", "localhost"])
        )


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings this environment describes; makes the data folder and the key file when they are missing.

    Variables: NIGHTSCHOOL_DATA (a folder, default `nightschool-data` in the current one), NIGHTSCHOOL_DATABASE_URL,
    NIGHTSCHOOL_BASE_URL, NIGHTSCHOOL_LISTEN (host:port), NIGHTSCHOOL_TIMEZONE, NIGHTSCHOOL_THREADS,
    NIGHTSCHOOL_PROXY_HOPS (how many reverse proxies stand before it), NIGHTSCHOOL_LOG (requests or warnings),
    NIGHTSCHOOL_KEYS (the content of a key file, instead of one). Raises ConfigurationError, naming the variable.
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
    return Settings(
        data_folder=data_folder,
        database_url=value("DATABASE_URL", sqlite_url(data_folder / "nightschool.db")),
        base_url=base_url,
        listen_host=host or "127.0.0.1",
        listen_port=_whole(port, "NIGHTSCHOOL_LISTEN", 1, 65535),
        timezone=value("TIMEZONE", "Asia/Shanghai"),
        keys=_keys(environ.get(PREFIX + "KEYS", ""), data_folder),
        threads=_whole(value("THREADS", "8"), "NIGHTSCHOOL_THREADS", 1, 64),
        proxy_hops=_whole(value("PROXY_HOPS", "0"), "NIGHTSCHOOL_PROXY_HOPS", 0, 5),
        log=log,
    )


def sqlite_url(path: Path) -> str:
    """The database address of a SQLite file; a percent sign in the path survives."""
    return "sqlite:///" + path.as_posix().replace("%", "%25")


def new_keys() -> Keys:
    """Fresh random keys."""
    return Keys(signing=secrets.token_urlsafe(32), sealing={"k1": secrets.token_bytes(32)})


def dump_keys(keys: Keys) -> str:
    """The content of a key file."""
    sealing = {name: base64.b64encode(key).decode() for name, key in keys.sealing.items()}
    return json.dumps({"signing": keys.signing, "sealing": sealing}, indent=1)


def load_keys(text: str) -> Keys:
    """The keys written in a key file. Raises ConfigurationError when it cannot be read."""
    try:
        content = json.loads(text)
        sealing = {name: base64.b64decode(key, validate=True) for name, key in content["sealing"].items()}
        keys = Keys(signing=content["signing"], sealing=sealing)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigurationError("the keys cannot be read: they must be the content of a key file") from None
    if len(keys.signing) < 32 or not sealing or any(len(key) != 32 for key in sealing.values()):
        raise ConfigurationError("the keys are too short: let the first start make new ones")
    return keys


def _keys(given: str, folder: Path) -> Keys:
    if given.strip():
        return load_keys(given)
    path = folder / "keys.json"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_keys(path.read_text(encoding="utf-8"))
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(dump_keys(new_keys()))
        file.flush()
        os.fsync(file.fileno())
    return load_keys(path.read_text(encoding="utf-8"))


def _whole(text: str, name: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        raise ConfigurationError(f"{name} must hold a whole number from {low} to {high}")
    return int(text)
