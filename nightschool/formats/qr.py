"""QR codes as SVG: an address that a phone's camera reads off paper."""

from __future__ import annotations

import segno


def qr_svg(address: str) -> bytes:
    """The address as an SVG file without styles, dark on white, with the quiet border a camera needs."""
    # Half of a printed code may be creased or stained before a quarter of it (level Q) cannot be read any more.
    code = segno.make(address, micro=False, error="q", boost_error=False)
    svg: str = code.svg_inline(omitsize=True, light="#fff", xmldecl=False, svgns=True)
    return svg.encode()
