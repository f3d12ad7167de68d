"""Forms that come without the token of the page they stand on, or with an invented one."""

from collections.abc import Iterator

from bench.attacks.everybody import Watch, application, furnish, some
from bench.attacks.town import Figure, Town
from tests.web.addresses import Visitor, asked, taken_without_token


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """Everybody posts to every address of the first village and of the first region above one."""
    everybody = furnish(town)
    homes = [home for home in everybody.homes if home.region in ("511002105201", "511002105000")]
    taken, number = list[str](), 0
    with application(town, asks_for_tokens=True) as app:
        visitors = [Visitor(app, actor) for actor in everybody.actors]
        watch = Watch(town)
        for visitor in visitors:
            for token in (None, "made up"):
                asks = some(asked(app, homes, ("POST",)), 20 if is_short else None)
                taken += taken_without_token(visitor, asks, token)
                number += len(asks)
        yield Figure(f"of {number} posts without their token, not refused", len(taken), 0, seen=taken)
        yield Figure("that changed something", int(watch.has_changed()), 0)
