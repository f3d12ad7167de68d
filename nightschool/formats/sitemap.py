"""For search engines: where they may look, and the addresses of all night schools (sitemaps.org protocol 0.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from nightschool.rules.regions import ancestors_of, level_of, prefix_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from nightschool.queries.places.places import SchoolPage

_MOST_ADDRESSES = 50_000  # addresses in one file, as the protocol has it
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
SHOWN_LEVELS = ("city", "county", "township")

# The longest rule that fits an address decides (RFC 9309), so what is allowed stands out of what is not.
_WELCOME = ("/$", "/?lang=", "/v/", "/r/", "/static/", "/sitemap")


def robots_text(site: str) -> str:
    """The rules: public pages yes, everything else no; and where the sitemap is."""
    rules = [*(f"Allow: {path}" for path in _WELCOME), "Disallow: /"]
    return "\n".join(["User-agent: *", *rules, "", f"Sitemap: {site}/sitemap.xml", ""])


def sitemap_index(site: str, cities: Iterable[str]) -> str:
    """The parts, one for each of these cities; a code has digits only, so that there is nothing to escape."""
    parts = "".join(
        f"<sitemap><loc>{escape(site)}/sitemap/{prefix_of(city)}.xml</loc></sitemap>\n" for city in cities
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{SPACE}">\n{parts}</sitemapindex>\n'


def sitemap_part(site: str, schools: Sequence[SchoolPage]) -> str:
    """The pages of these villages, and those of the regions they lie in, with the day each was last changed."""
    site = escape(site)
    changed: dict[str, datetime] = {}
    for page in schools:
        for region in ancestors_of(page.code):
            if level_of(region) in SHOWN_LEVELS:
                changed[region] = max(page.changed_at, changed.get(region, page.changed_at))
    regions = [_url(f"{site}/r/{prefix_of(code)}", instant) for code, instant in sorted(changed.items())]
    villages = [_url(f"{site}/v/{page.code}", page.changed_at) for page in schools]
    urls = "".join([*regions, *villages][:_MOST_ADDRESSES])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SPACE}">\n{urls}</urlset>\n'


def _url(address: str, changed_at: datetime) -> str:
    return f"<url><loc>{address}</loc><lastmod>{changed_at:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>\n"
