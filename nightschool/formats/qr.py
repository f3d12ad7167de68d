"""QR codes as SVG, to be read off paper by a phone: an address by its camera, a secret by its authenticator app."""

from io import BytesIO

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP


def qr_svg(address: str) -> bytes:
    """The address as an SVG file without styles, dark on white, with the quiet border a camera needs."""
    # Level Q: paper on a village notice board gets wet and torn, and a quarter of the code may be gone.
    code = segno.make(address, micro=False, error="q", boost_error=False)
    file = BytesIO()
    code.save(file, kind="svg", omitsize=True, light="#fff", xmldecl=False)
    return file.getvalue()


def app_qr_svg(secret: bytes, *, login_name: str, school: str) -> bytes:
    """The same of what an authenticator app is told: which account of which school, and the secret."""
    return qr_svg(TOTP(secret, 6, SHA1(), 30).get_provisioning_uri(login_name, school))  # noqa: S303
