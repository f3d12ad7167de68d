"""Speaks one text, in a process of its own that `spoken_sound` starts: the text comes in, a sound file goes out."""

import os
import sys

from nightschool.formats.child import limit

_MOST_SECONDS, _MOST_MEMORY = 30, 1024**3


def speak() -> None:
    """This process becomes espeak-ng, with limits, in the voice and at the pace it was started with."""
    voice, pace = sys.argv[1:]
    limit(seconds=_MOST_SECONDS, size=_MOST_MEMORY)
    os.execvp("espeak-ng", ("espeak-ng", "-v", voice, "-s", pace, "--stdin", "--stdout"))


if __name__ == "__main__":
    speak()
