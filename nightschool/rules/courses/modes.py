"""Forms of teaching (授课形式): what a class is given as, by itself or because of where it meets."""

from nightschool.texts import N_, _

# How a class is given, in the words of the forms.
MODES = {
    "lecture": N_("讲座"),
    "demo": N_("现场示范"),
    "field": N_("田间课堂"),
    "courtyard": N_("院坝课堂"),
    "discussion": N_("讨论"),
    "video": N_("远教视频"),
    "online": N_("微信或直播"),
    "home": N_("送教入户"),
}
# What a class is where nobody has said it, by the kind of its venue; anywhere else it is a lecture.
_USUAL = {"field": "field", "courtyard": "courtyard", "online": "online", "household": "home"}


def mode_of(chosen: str | None, venue_kind: str | None) -> str:
    """How a class is given: as was chosen, else as is usual at such a place."""
    return chosen or _USUAL.get(venue_kind or "", "lecture")


def mode_word(code: str) -> str:
    """How a class is given, in the current language."""
    return _(MODES[code])


def tell_mode(code: str) -> str:
    """The same for villagers, who need not be told that a class is a lecture."""
    return "" if code == "lecture" else mode_word(code)
