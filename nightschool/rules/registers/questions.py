"""What villagers ask in class: what may be written down of it, and what must not."""

import re
import unicodedata
from collections.abc import Iterator

from nightschool.errors import Refused, refuse_all
from nightschool.rules.typed import has_identity_number
from nightschool.texts import N_, _

LONGEST_QUESTION = 200
LONGEST_ANSWER = 2000

# As people write them: in one, or in groups with a blank or a dash between.
_PHONE = re.compile(r"(?<![0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")


def check_question(text: str, answer: str = "") -> None:
    """Raises Refused unless this may be kept.

    The codes are `question_missing`, `too_long` and how many characters there may be, or `names_somebody` and
    whether it is a `phone` or an `identity` number; each with its field.
    """
    refuse_all(_problems(text, answer))


def _problems(text: str, answer: str) -> Iterator[Refused]:
    if not text:
        yield Refused("question_missing", field="text")
    for field, written, longest in (("text", text, LONGEST_QUESTION), ("answer", answer, LONGEST_ANSWER)):
        if len(written) > longest:
            yield Refused("too_long", field=field, n=longest, now=len(written))
        elif number := number_in(written):
            yield Refused("names_somebody", field=field, number=number)


def number_in(text: str) -> str:
    """ "phone" or "identity" when such a number of somebody's stands in the text; else empty."""
    if has_identity_number(text):
        return "identity"
    return "phone" if _PHONE.search(unicodedata.normalize("NFKC", text)) else ""


_REFUSED = {
    "question_missing": N_("还没写问了什么。"),
    "answered": N_("这个问题刚才有人答了，不用再写。"),
    "not_yet": N_("这节课还没上。上课那天起，群众问了什么就记在这里。"),
    "too_long": N_("最多写 %(n)d 个字，现在有 %(now)d 个。"),
    "identity": N_("里面像是有身份证号。这里不记是谁问的，把号码去掉再存。"),
    "phone": N_("里面像是有手机号。这里不记是谁问的，把号码去掉再存。"),
}


def tell_refused_question(refused: Refused) -> str:
    """One sentence: why this cannot be saved so, and what can be done."""
    return _(_REFUSED[refused.details.get("number", refused.code)], **refused.details)
