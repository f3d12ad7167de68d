"""QR codes as SVG: an address that a phone's camera reads off paper."""

from io import BytesIO

import segno


def qr_svg(address: str) -> bytes:
    """The address as an SVG file without styles, dark on white, with the quiet border a camera needs."""
    # Level Q: paper on a village notice board gets wet and torn, and a quarter of the code may be gone.
    code = segno.make(address, micro=False, error="q", boost_error=False)
    file = BytesIO()
    code.save(file, kind="svg", omitsize=True, light="#fff", xmldecl=False)
    return file.getvalue()
