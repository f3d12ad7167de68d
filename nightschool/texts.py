"""Texts for people. Chinese is the source language; every other language is a catalogue beside it.

Works without Flask, so that rules, papers and the command line speak the same words. The language is a context
variable: a request, a paper or a command sets it once.
"""

import gettext as gettext_module
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import polib

SOURCE_LANGUAGE = "zh"
LANGUAGES = {"zh": "中文", "en": "English"}
TRANSLATIONS = Path(__file__).parent / "translations"

_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


def language() -> str:
    """The language texts are in just now, a key of LANGUAGES."""
    return _language.get()


@contextmanager
def using_language(code: str) -> Iterator[None]:
    """Within the block texts are in this language; an unknown code means Chinese."""
    token = _language.set(code if code in LANGUAGES else SOURCE_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def set_language(code: str) -> None:
    """From here on, in this context, texts are in this language; an unknown code means Chinese."""
    _language.set(code if code in LANGUAGES else SOURCE_LANGUAGE)


@cache
def catalogue(code: str) -> gettext_module.NullTranslations:
    """The texts of a language, read from its .po file when first asked for (50 ms); the source language needs none."""
    if code == SOURCE_LANGUAGE:
        return gettext_module.NullTranslations()
    kept = polib.pofile(str(TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"))
    return gettext_module.GNUTranslations(io.BytesIO(kept.to_binary()))


def gettext(message: str, **values: Any) -> str:
    """The message in the current language, its named places filled in."""
    text = catalogue(_language.get()).gettext(message)
    return text % values if values else text


def counted(message: str, n: int, **values: Any) -> str:
    """The message in the form that fits the number; `%(n)d` is filled in with it. Chinese has one form, others more."""
    return catalogue(_language.get()).ngettext(message, message, n) % {"n": n, **values}


_ = gettext


def N_(message: str) -> str:
    """Marks a message for translation where it is written; it is translated where it is shown."""
    return message


class LazyText:
    """A message translated each time it is shown: for labels made before the language is known."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __str__(self) -> str:
        return gettext(self.message)


L_ = LazyText  # what marks such a message for translation
