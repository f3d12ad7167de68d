"""Prints a feed's events as a library reads them: `read_feed.py vobject|ics FILE`, in the clients' environment."""

import json
import sys
from datetime import UTC
from pathlib import Path


def with_vobject(feed):
    import vobject

    for event in vobject.readOne(feed).vevent_list:
        yield tuple(
            getattr(event, name).value
            for name in ("uid", "summary", "dtstart", "dtend", "status", "location")
        )


def with_ics(feed):
    import ics

    for event in ics.Calendar(feed).timeline:
        yield event.uid, event.name, event.begin.datetime, event.end.datetime, event.status, event.location


library, file = sys.argv[1:]
read = {"vobject": with_vobject, "ics": with_ics}[library]
events = [
    {
        "uid": uid,
        "title": title,
        "starts": starts.astimezone(UTC).isoformat(),
        "ends": ends.astimezone(UTC).isoformat(),
        "status": status,
        "place": place,
    }
    for uid, title, starts, ends, status, place in read(Path(file).read_bytes().decode())
]
print(json.dumps(events))
