"""A region's own words for notices: plain text with fields in braces, {时间}, and nothing else that means anything.

A clause with a field that is empty for a class, a class without a teacher, is left out as a whole.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from nightschool.errors import Refused, refuse_all
from nightschool.rules.notices.told import Channel
from nightschool.texts import N_, _

LONGEST_OWN_TEXT = 1000


class NoticeField(StrEnum):
    """What can stand in braces; nothing of a villager is among it."""

    VILLAGE = "村"
    TIME = "时间"
    LUNAR = "农历"
    TITLE = "课题"
    TEACHERS = "老师"
    PLACE = "地点"
    BRING = "带什么"
    CONTACT = "联系人"
    PHONE = "电话"
    ADDRESS = "网址"
    CHANGE = "变动"
    REASON = "原因"


NOTICE_FIELD_WORDS = {
    NoticeField.VILLAGE: N_("村和夜校的名字"),
    NoticeField.TIME: N_("哪天几点，按这种通知的说法"),
    NoticeField.LUNAR: N_("农历哪天"),
    NoticeField.TITLE: N_("讲什么课"),
    NoticeField.TEACHERS: N_("谁来讲"),
    NoticeField.PLACE: N_("在哪里上"),
    NoticeField.BRING: N_("课的说明，要带什么"),
    NoticeField.CONTACT: N_("不清楚的问谁"),
    NoticeField.PHONE: N_("联系人的电话"),
    NoticeField.ADDRESS: N_("课表的网址"),
    NoticeField.CHANGE: N_("和上次通知的比，改了什么"),
    NoticeField.REASON: N_("为什么不上了"),
}
STATES = ("usual", "changed", "off")  # one that is put off keeps the words of ours, which say until when
OWN_CHANNELS = (Channel.CHAT, Channel.LOUDSPEAKER, Channel.SHORT)
OWN_FORMS = tuple(f"{channel}-{state}" for channel in OWN_CHANNELS for state in STATES)
_ALWAYS = frozenset(NoticeField) - {NoticeField.CHANGE, NoticeField.REASON}
_OF_STATE = {
    "usual": _ALWAYS,
    "changed": _ALWAYS | {NoticeField.CHANGE},
    "off": _ALWAYS | {NoticeField.REASON},
}
_NEEDED = {
    "usual": (NoticeField.TIME, NoticeField.TITLE),
    "changed": (NoticeField.CHANGE, NoticeField.TITLE),
    "off": (NoticeField.TIME, NoticeField.TITLE),
}

_FIELD = re.compile(r"\{([^{}\n]*)\}")
_BRACE = re.compile(r"[{}]")
_CLAUSE = re.compile(r"[^，。；！？\n]*[，。；！？\n]?")
_PAUSES, _ENDS = "，；", ("。", "！", "？", "\n")


_CHANNEL_WORDS = {
    Channel.CHAT: N_("微信群"),
    Channel.LOUDSPEAKER: N_("大喇叭"),
    Channel.SHORT: N_("短信"),
}
_STATE_WORDS = {"usual": N_("平常的通知"), "changed": N_("课有变动"), "off": N_("课不上了")}


def form_word(form: str) -> str:
    """大喇叭：课有变动: what a form of notice is called."""
    channel, _dash, state = form.partition("-")
    return _(
        "%(channel)s：%(state)s", channel=_(_CHANNEL_WORDS[Channel(channel)]), state=_(_STATE_WORDS[state])
    )


def fields_of(form: str) -> tuple[NoticeField, ...]:
    """The fields that a text of this form can have."""
    return tuple(name for name in NoticeField if name in _OF_STATE[form.partition("-")[2]])


def check_own_text(text: str, form: str) -> None:
    """Raises Refused unless a notice of this form can be written so: all at once, each with its line and place.

    The codes: `unknown_field`, `lone_brace`, `field_missing`, `text_too_long`, `text_missing`; the field is `text`.
    """
    refuse_all(_problems(text, form))


def _problems(text: str, form: str) -> Iterator[Refused]:
    if not text.strip():
        yield Refused("text_missing", field="text")
        return
    if len(text) > LONGEST_OWN_TEXT:
        yield Refused("text_too_long", field="text", most=LONGEST_OWN_TEXT, n=len(text))
    known = {str(name) for name in fields_of(form)}
    found: set[str] = set()
    for line, said in enumerate(text.split("\n"), start=1):
        for field in _FIELD.finditer(said):
            found.add(field[1])
            if field[1] not in known:
                where = {"line": line, "place": field.start() + 1}
                yield Refused("unknown_field", field="text", name=field[1][:20], **where)
        # What is a field is blotted out, so that braces left over keep their place.
        for brace in _BRACE.finditer(_FIELD.sub(lambda field: "·" * len(field[0]), said)):
            yield Refused("lone_brace", field="text", line=line, place=brace.start() + 1, brace=brace[0])
    for name in _NEEDED[form.partition("-")[2]]:
        if name not in found:
            yield Refused("field_missing", field="text", name=name)


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The text with these values; what stands in a value is never read as a field again."""
    said = ""
    for clause in _CLAUSE.findall(text):
        if all(values.get(name) for name in _FIELD.findall(clause)):
            said += _FIELD.sub(lambda field: values[field[1]], clause)
        elif clause[-1:] in _ENDS:
            said = said.rstrip(_PAUSES) + ("" if said[-1:] in _ENDS and clause[-1:] != "\n" else clause[-1:])
    return "\n".join(line for line in said.rstrip(_PAUSES + "\n").split("\n") if line.strip())


def with_fields(text: str, values: Mapping[str, str]) -> str:
    """A finished text with fields where these values stood: what a region can begin with."""
    for name, value in sorted(values.items(), key=lambda one: -len(one[1])):
        if value:
            text = text.replace(value, f"{{{name}}}")
    return text


_REFUSED = {
    "unknown_field": N_("第 %(line)d 行第 %(place)d 个字：没有「%(name)s」这一项，能用的都列在下面。"),
    "lone_brace": N_("第 %(line)d 行第 %(place)d 个字：「%(brace)s」少了另外半边。"),
    "field_missing": N_("还没写「%(name)s」这一项，不写听的人不知道说的是哪次课、改了什么。"),
    "text_too_long": N_("写了 %(n)d 个字，最多 %(most)d 个。"),
    "text_missing": N_("还没写。不要自己的，就按「照上一级的」。"),
}


def tell_refused_text(refused: Refused) -> str:
    """One sentence: where in the text something cannot be, and what to do."""
    return _(_REFUSED[refused.code], **refused.details)
