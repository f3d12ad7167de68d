"""The night school on a machine whose clock is so many days ahead: `python -m bench.attacks.elsewhen DAYS WORDS...`"""

import sys
import time

import time_machine

from nightschool.cli import main

if __name__ == "__main__":
    days = int(sys.argv.pop(1))
    time_machine.travel(time.time() + days * 24 * 3600, tick=True).start()
    main()
