"""A photograph keeps its picture, and nothing of where, when and with what it was taken."""

import pytest

from nightschool.errors import Refused
from nightschool.formats.photo import bare_photo


def piece(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content


def frame(
    height: int = 1200, width: int = 1600, *, marker: int = 0xC0, precision: int = 8, parts: int = 3
) -> bytes:
    sides = bytes((precision,)) + height.to_bytes(2) + width.to_bytes(2)
    return piece(marker, sides + bytes((parts,)) + b"\x01\x22\x00" * parts)


START, END = b"\xff\xd8", b"\xff\xd9"
TABLES = piece(0xDB, b"\x00" + b"\x01" * 64) + piece(0xC4, b"\x00" + bytes(16))
SCAN = piece(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"picture\xff\x00\xff\xd0more"
PARTICULARS = piece(0xE0, b"JFIF\0") + piece(0xE1, b"Exif\0\0GPS 29.58 105.06") + piece(0xFE, b"Huawei")
PICTURE = START + TABLES + frame() + SCAN + END


def test_only_the_picture_is_kept() -> None:
    assert (
        bare_photo(START + PARTICULARS + TABLES + frame() + PARTICULARS + SCAN + END + b"a film") == PICTURE
    )
    assert bare_photo(PICTURE) == PICTURE


def test_a_progressive_one_keeps_all_its_scans() -> None:
    picture = START + TABLES + frame(marker=0xC2) + SCAN + TABLES + SCAN + END
    assert bare_photo(picture) == picture


@pytest.mark.parametrize(
    "given",
    [
        b"", b"\xff", START, START + END, b"\x89PNG\r\n", b"<svg onload=alert(1)>", PICTURE[:-2], PICTURE[: len(PICTURE) // 2],
        START + SCAN + END, START + frame() + END, START + frame() * 2 + SCAN + END,
        START + b"\xff\xe1\xff\xff" + END, START + b"\xff\xe1\x00\x01" + frame() + SCAN + END,
        START + frame(0) + SCAN + END, START + frame(precision=12) + SCAN + END, START + frame(parts=4) + SCAN + END,
        START + b"\x00" + frame() + SCAN + END,
    ],
)  # fmt: skip
def test_what_is_no_whole_photograph_is_refused(given: bytes) -> None:
    with pytest.raises(Refused, match="no_jpeg"):
        bare_photo(given)


def test_one_that_unfolds_into_too_much_is_refused() -> None:
    with pytest.raises(Refused, match="too_many_pixels"):
        bare_photo(START + frame(65535, 65535) + SCAN + END)
