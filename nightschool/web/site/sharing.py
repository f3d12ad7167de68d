"""What others show of a public page: search engines in their lists, chats where somebody pastes its address."""

from typing import NamedTuple

from nightschool.web.site.context import whole
from nightschool.web.site.language import Reading


class Card(NamedTuple):
    """One page as others show it; base.html writes it into the page's head. Addresses are whole ones."""

    title: str
    description: str
    url: str  # the canonical one, in the page's own language
    chinese: str
    english: str
    site: str
    is_indexed: bool


def card(reading: Reading, title: str, description: str, *, is_indexed: bool = True) -> Card:
    """The card of a page that is read in this way. Type size makes no other page of it, a language does."""
    chinese = whole(reading.link(lang="zh", big=False))
    english = whole(reading.link(lang="en", big=False))
    return Card(
        title,
        " ".join(description.split()),
        english if reading.lang == "en" else chinese,
        chinese,
        english,
        whole(""),
        is_indexed,
    )
