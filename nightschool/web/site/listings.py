"""Lists in the browser: what an address asks for, and the addresses of the same list asked otherwise."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from nightschool.rules.listings import Asked, Listing

LONGEST_QUERY = 60
LONGEST_VALUE = 60
LONGEST_NUMBER = 5


def asked() -> Asked:
    """What this request's address asks a list for. The list itself knows what may be chosen."""
    args = request.args
    chosen = {
        name: value[:LONGEST_VALUE] for name, value in args.items() if value and name not in ("q", "page")
    }
    return Asked(
        query=args.get("q", "").strip()[:LONGEST_QUERY],
        chosen=chosen,
        page=page_number(),
    )


def page_number() -> int:
    """Which page of something long this request's address asks for; the first for what is no number."""
    number = request.args.get("page", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER else 1


@dataclass(frozen=True, slots=True)
class Shown:
    """One list on its page: what was asked for, what came of it, and where it is."""

    endpoint: str
    place: dict[str, str]  # the parts of its address
    asked: Asked
    listing: Listing[Any]

    @property
    def state(self) -> dict[str, str]:
        """What its address holds beside the place, without what goes unsaid."""
        chosen = {choice.name: choice.value for choice in self.listing.choices}
        page = str(self.listing.page) if self.listing.page > 1 else ""
        return {
            name: value for name, value in {"q": self.asked.query, **chosen, "page": page}.items() if value
        }

    @property
    def home(self) -> str:
        """The whole list, in its own order."""
        return url_for(self.endpoint, **self.place)

    @property
    def is_asked_for(self) -> bool:
        """True when words were looked for, or something was chosen but the order."""
        return bool(self.asked.query) or self.listing.is_narrowed

    def link(self, **changes: str | int) -> str:
        """This list asked otherwise: from its first page, unless another is named."""
        state: dict[str, Any] = {**self.state, "page": 1, **changes}
        said = {name: value for name, value in state.items() if value and (name, value) != ("page", 1)}
        return url_for(self.endpoint, **self.place, **said)
