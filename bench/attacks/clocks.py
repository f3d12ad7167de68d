"""A clock that was three years ahead for an hour, and is right again."""

import json
from collections.abc import Iterator

from bench.attacks.town import Browser, Figure, Town

AHEAD = 3 * 365


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """What happens then is done; then the clock is right."""
    with town.served(days=AHEAD):
        guesser = Browser(town)
        for _ in range(6):
            guesser.post("/login", "/login", login_name="shiwan", password="password-of-nobody")
        thief = Browser(town)
        if not thief.log_in("quanan", town.accounts["quanan"]):
            raise RuntimeError("nobody gets in while the clock is ahead")
        town.command("backup", str(town.folder / "ahead.db"), days=AHEAD)
    with town.served():
        owner = Browser(town)
        owner.post("/login", "/login", login_name="shiwan", password=town.accounts["shiwan"])
        _status, page = owner.get("/me")
        yield Figure("owners kept out by tries of the future", int("/logout" not in page), 0)
        yield Figure("logins of the future that are still open", int("/logout" in thief.get("/me")[1]), 0)
        health = json.loads(owner.get("/healthz")[1])
        yield Figure(
            "backups of the future that are believed", int(health["backup_age_hours"] is not None), 0
        )
    told = [town.command("doctor", days=days).output for days in (-AHEAD, AHEAD)]
    yield Figure("clocks far off of which doctor says nothing", sum("钟不准" not in one for one in told), 0)
