"""Everybody asks for every address of everybody's homes, and gets what the one table of access says."""

from collections.abc import Iterator

from bench.attacks.everybody import Watch, application, furnish, some
from bench.attacks.town import Figure, Town
from tests.web.addresses import Visitor, asked, mismatches


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """Each looks at every address, then posts an empty form to every one, in the town as it was."""
    everybody = furnish(town)
    wrong, written, number = list[str](), list[str](), 0
    own = town.another("asked")
    with application(own) as app:
        watch = Watch(own)
        for actor in everybody.actors:
            visitor = Visitor(app, actor)
            for method in ("GET", "POST"):
                asks = some(asked(app, everybody.homes, (method,)), 30 if is_short else None)
                watch.has_changed()
                wrong += mismatches(visitor, asks)
                number += len(asks)
                if method == "GET" and watch.has_changed():
                    written.append(actor.name)
            own.becomes(town)
    yield Figure(f"of {number} accesses, not as the table of access says", len(wrong), 0, seen=wrong)
    yield Figure("people whose looking changed something", len(written), 0, seen=written)
