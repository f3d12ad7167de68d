"""One photograph of the signed sheet may stand beside its register: never asked for, never public."""

from nightschool.errors import Refused
from nightschool.texts import N_, _

MOST_KILOBYTES = (
    900  # a phone makes it a third of that; without its script small photographs come as they are
)

_REFUSED = {
    "no_jpeg": N_("这个文件不是 JPG 照片，没有存。换一张，或者用手机直接拍。"),
    "too_many_pixels": N_("这张照片太大了，没有存。在手机的设置里把照片改小，再拍一张。"),
    "no_register": N_("这节课还没有点名，照片没有存。先点名，再来存照片。"),
}


def tell_refused_photo(refused: Refused) -> str:
    """One sentence: why the photograph was not kept, and what can be done."""
    return _(_REFUSED[refused.code])
