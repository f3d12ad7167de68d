"""A loudspeaker's script as a sound file (WAV), spoken by espeak-ng where that is installed."""

import shutil
import subprocess

from nightschool.errors import Refused
from nightschool.formats.child import run_child
from nightschool.texts import SOURCE_LANGUAGE, language

SPEAKER = "espeak-ng"
LONGEST_SPOKEN = 3000  # characters: of a week, some minutes
_MOST_SECONDS = 40
# espeak-ng counts English words a minute; like this it speaks four characters a second, as an announcer does.
_PACE = "230"


def speaker() -> str:
    """Where the program stands that speaks; empty where this machine has none."""
    return shutil.which(SPEAKER) or ""


def spoken(text: str) -> bytes:
    """The text as a WAV file. Raises: Refused with `not_spoken`. Cost: a fifth of a second for half a minute."""
    voice = "cmn" if language() == SOURCE_LANGUAGE else "en"
    given = text[:LONGEST_SPOKEN].encode()
    try:
        done = run_child("speaker", given, seconds=_MOST_SECONDS, arguments=(voice, _PACE))
    except (OSError, subprocess.TimeoutExpired):
        raise Refused("not_spoken") from None
    sound = done.stdout
    if done.returncode or sound[:4] != b"RIFF":
        raise Refused("not_spoken")
    # It is written before it is known how long it will be, so the lengths in its head are put right.
    return b"".join((sound[:4], _size(len(sound) - 8), sound[8:40], _size(len(sound) - 44), sound[44:]))


def _size(number: int) -> bytes:
    return number.to_bytes(4, "little")
