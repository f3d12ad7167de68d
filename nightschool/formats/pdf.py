"""Papers as PDF: a template in `templates/print/` and its data become bytes, in a child process with limits.

A paper is such a template, and a function on this shelf that puts what it says into words. Templates are Typst's; what
people typed reaches them as data (`sys.inputs.data`), never as text of the template. A character that no font has is
room to write it by hand, never a box.
"""

import hashlib
import json
import struct
import subprocess
import sys
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any
from unicodedata import category

from nightschool.errors import Refused
from nightschool.formats.child import run_child
from nightschool.texts import N_, _

PAPER_PACKAGES = ("typst", "pylopdf-fonts-zh-cn")  # without which there is no PDF
_FONT_SUFFIXES = frozenset({".otf", ".ttf", ".ttc", ".otc"})
_AT_ONCE = 2
_MOST_SECONDS, _LONG_SECONDS = 30, 150
_MOST_MEMORY = 2 * 1024**3  # of addresses; what is used is a tenth of it
_MOST_KEPT = 16 * 1024**2


class Press:
    """Makes PDFs, and keeps the latest by what they were made of: template, data, fonts.

    `templates`: the folder of all papers. `own_fonts`: where an operator may put fonts with rare characters; it need
    not exist.
    """

    def __init__(
        self, templates: Path, own_fonts: Path, *, seconds: int = _MOST_SECONDS, most_kept: int = _MOST_KEPT
    ) -> None:
        self._templates, self._own_fonts = templates, own_fonts
        self._seconds, self._most_kept = seconds, most_kept
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock, self._at_work = Lock(), BoundedSemaphore(_AT_ONCE)

    def pdf(self, paper: str, data: Mapping[str, Any]) -> bytes:
        """The paper with this data. Raises: Refused with `not_installed`, `too_busy`, `too_long` or `not_set`.

        Cost: about half a second, nothing where the same was made before.
        """
        said = json.dumps(data, ensure_ascii=False)
        key = self._key(paper, said)
        with self._lock:
            if kept := self._kept.get(key):
                self._kept.move_to_end(key)
                return kept
        made = self._set(paper, said, self._seconds)
        with self._lock:
            self._kept[key] = made
            while sum(map(len, self._kept.values())) > self._most_kept:
                self._kept.popitem(last=False)
        return made

    def long_pdf(self, paper: str, data: Mapping[str, Any]) -> bytes:
        """The same for a paper of hundreds of sheets, which is not kept: it may take minutes. Raises: as `pdf`."""
        return self._set(paper, json.dumps(data, ensure_ascii=False), _LONG_SECONDS)

    def unprintable(self, texts: Iterable[str]) -> str:
        """The characters in these texts that no font has, each once. Raises: Refused with `not_installed`."""
        fonts = [_characters(path, _state(path)) for path in self._fonts()]
        # What is only there to shape its neighbours takes no room of its own.
        wanted = (one for one in dict.fromkeys("".join(texts)) if category(one) not in ("Cc", "Cf", "Mn"))
        return "".join(one for one in wanted if not any(_has(ranges, one) for ranges in fonts))

    def _set(self, paper: str, said: str, seconds: int) -> bytes:
        asked = {
            "template": str(self._templates / f"{paper}.typ"),
            "root": str(self._templates),
            "data": said,
            "blank": self.unprintable([said]),
            "font_folders": [str(folder) for folder in self._font_folders()],
            "most_seconds": 2 * seconds,  # of all its threads together
            "most_bytes": _MOST_MEMORY,
        }
        if not self._at_work.acquire(timeout=self._seconds):
            raise Refused("too_busy")
        try:
            done = run_child("typesetter", json.dumps(asked).encode(), seconds=seconds)
        except subprocess.TimeoutExpired:
            raise Refused("too_long") from None
        except OSError as error:
            raise Refused("not_set", status=error.errno) from None
        finally:
            self._at_work.release()
        if done.returncode or not done.stdout.startswith(b"%PDF"):
            # Its own words may hold names, so they go into no log.
            raise Refused("not_set", status=done.returncode)
        return done.stdout

    def _key(self, paper: str, said: str) -> bytes:
        made_of = [paper, said, _typst(), *(f"{path} {_state(path)}" for path in self._fonts())]
        digest = hashlib.sha256("\0".join(made_of).encode())
        for template in sorted(self._templates.glob("*.typ")):
            digest.update(template.read_bytes())
        return digest.digest()

    def _font_folders(self) -> list[Path]:
        try:
            import pylopdf_fonts_zh_cn
        except ImportError:
            raise Refused("not_installed") from None
        return [
            pylopdf_fonts_zh_cn.sans_path().parent,
            *([self._own_fonts] if self._own_fonts.is_dir() else []),
        ]

    def _fonts(self) -> list[Path]:
        found = (path for folder in self._font_folders() for path in sorted(folder.iterdir()))
        return [path for path in found if path.suffix.lower() in _FONT_SUFFIXES]


_REFUSED = {
    "not_installed": N_(
        "这台服务器还没装做 PDF 的程序或字体，现在用网页打印。管服务器的人运行 doctor，就知道缺什么。"
    ),
    "too_busy": N_("好几个人同时在做 PDF，还没轮到。过一会儿再点一次，或者用网页打印。"),
    "too_long": N_("这份 PDF 做得太久，停下来了。少选几节课再做，或者用网页打印。"),
    "not_set": N_("PDF 没做出来，现在用网页打印。告诉管服务器的人。"),
}


def tell_no_pdf(refused: Refused) -> str:
    """One sentence: why there is no PDF, and what can be done."""
    return _(_REFUSED[refused.code])


def _typst() -> str:
    try:
        return version("typst")
    except PackageNotFoundError:
        raise Refused("not_installed") from None


def _state(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns}"


@lru_cache(maxsize=32)
def _characters(path: Path, _state: str) -> list[tuple[int, int]]:
    """From where to where a font has characters, in order; nothing where it cannot be read."""
    try:
        font = path.read_bytes()
        first = _read(font, ">L", 12)[0] if font[:4] == b"ttcf" else 0  # of a collection its first
        tables = (_read(font, ">4sLLL", first + 12 + 16 * n) for n in range(*_read(font, ">H", first + 4)))
        at = next(place for tag, _sum, place, _length in tables if tag == b"cmap")
        subtables = [at + _read(font, ">L", at + 8 + 8 * n)[0] for n in range(*_read(font, ">H", at + 2))]
        return sorted(one for subtable in subtables for one in _ranges(font, subtable))
    except (OSError, struct.error, StopIteration):
        return []


def _ranges(font: bytes, at: int) -> Iterable[tuple[int, int]]:
    """What a subtable says that covers whole ranges: format 12, or 4 for the first 65,536 characters."""
    match _read(font, ">H", at):
        case (12,):
            (groups,) = _read(font, ">L", at + 12)
            for group in range(groups):
                yield _read(font, ">LL", at + 16 + 12 * group)
        case (4,):
            segments = _read(font, ">H", at + 6)[0] // 2
            lasts = _read(font, f">{segments}H", at + 14)
            firsts = _read(font, f">{segments}H", at + 16 + 2 * segments)
            yield from zip(firsts, lasts, strict=True)


def _read(font: bytes, shape: str, at: int) -> tuple[Any, ...]:
    return struct.unpack_from(shape, font, at)


def _has(ranges: Sequence[tuple[int, int]], character: str) -> bool:
    found = bisect_right(ranges, (ord(character), sys.maxunicode)) - 1
    return found >= 0 and ord(character) <= ranges[found][1]
