"""Brings the catalogues up to date: collects every text from code and templates, keeps what is translated.

Run `python3 run.py texts` after changing a text; it lists what still has to be translated. Chinese stands in the
code, so only the other languages have a catalogue.
"""

import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages import Catalog, extract, pofile

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "L_": None,
    "N_": None,
    "counted": (1, 1),
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
    """Every text there is to translate."""
    catalogue = Catalog(header_comment=HEADER)
    for path, method in sources():
        with path.open("rb") as file:
            options = {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}
            for _line, message, _comments, _context in extract.extract(
                method, file, keywords=KEYWORDS, options=options if method != "python" else {}
            ):
                if message:
                    catalogue.add(message)
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
            fresh.add(message.id, string=before.string if before else "")
    return fresh


def written(catalogue: Catalog) -> bytes:
    """The catalogue as the bytes of a .po file, without dates and places, so that only changed texts show."""
    buffer = io.BytesIO()
    pofile.write_po(buffer, catalogue, width=120, sort_output=True, omit_header=True, no_location=True)
    head = (
        f"{HEADER}\n"
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + buffer.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """The texts without a translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and not all(message.string if isinstance(message.string, tuple | list) else [message.string])
    ]


def main() -> int:
    """Writes the file of every other language; 1 when something is still to be translated."""
    left = 0
    for folder in sorted(path for path in (ROOT / "nightschool" / "translations").iterdir() if path.is_dir()):
        catalogue = updated(folder.name)
        catalogue_path(folder.name).write_bytes(written(catalogue))
        for text in missing(catalogue):
            print(f"{folder.name}: {text}")
            left += 1
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
