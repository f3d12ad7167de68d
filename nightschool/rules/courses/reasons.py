"""Why a class session was cancelled, postponed or not held: the list to choose from, and its words."""

from nightschool.texts import N_, _

# In the order in which they are offered: what happens most comes first.
REASONS = {
    "farm_work": N_("农活忙"),
    "weather": N_("天气不好"),
    "teacher_away": N_("老师来不了"),
    "power_cut": N_("停电"),
    "venue_taken": N_("场地另有用处"),
    "few_people": N_("来的人太少"),
    "holiday": N_("过节"),
    "meeting": N_("村里开会"),
    "other": N_("其他原因"),
}

# What stands as the words of a published class session that was there by mistake; kept as it is, told in any language.
TAKEN_BACK = N_("排错了，这一次不上。")


def reason_word(code: str) -> str:
    """The reason in the current language."""
    return _(REASONS[code])


def reason_choices() -> list[tuple[str, str]]:
    """Every reason with its words, in the order to offer them."""
    return [(code, _(words)) for code, words in REASONS.items()]


def tell_reason(code: str | None, text: str) -> str:
    """What villagers read: the coordinator's own words where there are some, else the reason from the list."""
    if text:
        return _(text) if text == TAKEN_BACK else text
    return reason_word(code) if code else ""
