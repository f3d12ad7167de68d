"""A photograph (JPEG) with nothing in it but the picture: where, when and with what it was taken is left out.

What it is made of is looked through and written anew piece by piece; the picture itself is not decoded here, so that
no picture, however large it unfolds, costs more than its bytes.
"""

from nightschool.errors import Refused

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive
# Frame, Huffman and quantization tables, restart interval: all that it takes to show a picture.
_KEPT = _FRAMES | {0xC4, 0xDB, 0xDD, _SCAN}
_LONGEST_SIDE = 5000


def bare_photo(photo: bytes) -> bytes:
    """The picture alone. Raises: Refused with `no_jpeg`, or `too_many_pixels`."""
    if photo[:2] != bytes((0xFF, _START)):
        raise Refused("no_jpeg", field="photo")
    pieces, at, frames, scans = [photo[:2]], 2, 0, 0
    while True:
        marker = _marker(photo, at)
        if marker == _END:
            break
        length = int.from_bytes(photo[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end > len(photo):
            raise Refused("no_jpeg", field="photo")
        if marker in _FRAMES:
            frames += 1
            _check_frame(photo[at + 4 : end])
        if marker == _SCAN:
            scans += 1
            end = _end_of_scan(photo, end)
        if marker in _KEPT:
            pieces.append(photo[at:end])
        at = end
    if frames != 1 or not scans:
        raise Refused("no_jpeg", field="photo")
    return b"".join((*pieces, bytes((0xFF, _END))))


def _marker(photo: bytes, at: int) -> int:
    if len(photo) < at + 2 or photo[at] != 0xFF:
        raise Refused("no_jpeg", field="photo")
    return photo[at + 1]


def _check_frame(frame: bytes) -> None:
    if len(frame) < 6 or frame[0] != 8 or frame[5] not in (1, 3):
        raise Refused("no_jpeg", field="photo")
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    if not (height and width):
        raise Refused("no_jpeg", field="photo")
    if max(height, width) > _LONGEST_SIDE:
        raise Refused("too_many_pixels", field="photo")


def _end_of_scan(photo: bytes, at: int) -> int:
    """Where the next piece begins: at a marker that is neither a stuffed byte nor a restart."""
    while (at := photo.find(b"\xff", at)) >= 0 and at + 1 < len(photo):
        if photo[at + 1] == 0 or 0xD0 <= photo[at + 1] <= 0xD7:
            at += 2
        elif photo[at + 1] == 0xFF:
            at += 1
        else:
            return at
    raise Refused("no_jpeg", field="photo")
