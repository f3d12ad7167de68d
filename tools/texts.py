"""Brings the catalogues up to date: collects every text from code and templates, keeps what is translated, compiles.

Run `python tools/texts.py` after changing a text; it lists what still has to be translated. Chinese stands in the
code, so only the other languages have a catalogue.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages import Catalog, extract, mofile, pofile

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "L_": None,
    "N_": None,
    "ngettext": (1, 2),
}
HEADER = "# English texts of Nightschool; the Chinese originals stand in the code."


def catalogue_path(language: str) -> Path:
    """Where a language's texts are kept."""
    return ROOT / "nightschool" / "translations" / language / "LC_MESSAGES" / "messages.po"


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that may hold texts, and how Babel reads it."""
    for path in sorted((ROOT / "nightschool").rglob("*.py")):
        yield path, "python"
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path, "jinja2.ext:babel_extract"


@cache
def collect() -> Catalog:
    """Every text there is to translate, with the files it stands in."""
    catalogue = Catalog(header_comment=HEADER)
    for path, method in sources():
        with path.open("rb") as file:
            options = {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}
            for _line, message, comments, _context in extract.extract(
                method, file, keywords=KEYWORDS, options=options if method != "python" else {}
            ):
                if message:
                    catalogue.add(
                        message, locations=[(path.relative_to(ROOT).as_posix(), None)], auto_comments=comments
                    )
    return catalogue


def read(language: str) -> Catalog:
    """A language's catalogue as kept."""
    with catalogue_path(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """The catalogue with today's texts: translations kept, new ones empty, gone ones dropped."""
    path = catalogue_path(language)
    kept = read(language) if path.exists() else Catalog()
    fresh = Catalog(locale=language, header_comment=HEADER, fuzzy=False)
    for message in collect():
        if message.id:
            before = kept.get(message.id if isinstance(message.id, str) else message.id[0])
            fresh.add(message.id, string=before.string if before else "", locations=message.locations)
    return fresh


def written(catalogue: Catalog) -> bytes:
    """The catalogue as the bytes of a .po file, without dates, so that only real changes show."""
    buffer = io.BytesIO()
    pofile.write_po(buffer, catalogue, width=120, sort_output=True, omit_header=True, include_lineno=False)
    head = (
        f"{HEADER}\n"
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + buffer.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the bytes of a .mo file; the dates in its head stand still, so that only real changes show."""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue)
    return buffer.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """The texts without a translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and not all(message.string if isinstance(message.string, tuple | list) else [message.string])
    ]


def main() -> int:
    """Writes both files of every other language; 1 when something is still to be translated."""
    left = 0
    for folder in sorted(path for path in (ROOT / "nightschool" / "translations").iterdir() if path.is_dir()):
        catalogue = updated(folder.name)
        path = catalogue_path(folder.name)
        path.write_bytes(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(read(folder.name)))
        for text in missing(catalogue):
            print(f"{folder.name}: {text}")
            left += 1
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
