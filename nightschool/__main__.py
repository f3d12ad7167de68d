"""``python -m nightschool``: the same command line as the installed ``nightschool``."""

from nightschool.cli import main

main()
