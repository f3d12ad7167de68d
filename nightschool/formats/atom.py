"""Atom feeds (RFC 4287): ids never change and instants come from the record: the same entries give the same bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from nightschool.formats.timetable_text import on_one_line
from nightschool.texts import SOURCE_LANGUAGE, language

ATOM = "http://www.w3.org/2005/Atom"
# XML knows no way to write these.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. `known_as`: what its id is made of, whatever else changes; `words`: what it says beside its title."""

    known_as: str
    title: str
    updated: datetime
    page: str
    words: str = ""


def atom_feed(
    known_as: str,
    title: str,
    author: str,
    changed_at: datetime,
    address: str,
    page: str,
    entries: Sequence[FeedEntry],
) -> bytes:
    """The file. `address` is its own, `page` the same to be read; `changed_at` holds where there is no entry."""
    lang = "zh-Hans" if language() == SOURCE_LANGUAGE else language()
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": lang})
    _add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, known_as)}")
    _add(feed, "title", title)
    _add(feed, "updated", _stamp(entries[0].updated if entries else changed_at))
    _add(SubElement(feed, "author"), "name", author)
    _link(feed, "self", "application/atom+xml", address)
    _link(feed, "alternate", "text/html", page)
    for one in entries:
        entry = SubElement(feed, "entry")
        _add(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, one.known_as)}")
        _add(entry, "title", one.title)
        _add(entry, "updated", _stamp(one.updated))
        _link(entry, "alternate", "text/html", one.page)
        if one.words:
            _add(entry, "content", one.words)
    indent(feed)
    return tostring(feed, "utf-8", xml_declaration=True) + b"\n"


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _UNWRITABLE.sub("", on_one_line(text))


def _link(parent: Element, rel: str, kind: str, address: str) -> None:
    SubElement(parent, "link", rel=rel, type=kind, href=_UNWRITABLE.sub("", address))


def _stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
