"""Names by their sound: pinyin to find a person or a village by, and pinyin to sort people by.

The dictionary reads 单 as dān and 仇 as chóu; as surnames they are shàn and qiú. Searching takes every reading, sorting
takes the surname's own.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, islice, product
from typing import Any

from nightschool.rules.typed import without_unseen

# A name of many heteronyms has hundreds of readings. The likely ones are kept: each step away from the reading in
# context makes a reading less likely.
MOST_READINGS = 16
LONGEST_KEY = 120
LONGEST_STORED = 400

# Characters the dictionary does not know stand one by one, not as a run; its type hints know only one string back.
_EACH_ITSELF: Any = list

# What stands between the parts of a name, as keyboards have it.
DOTS = "·•‧∙⋅・･●"
_NOT_COMPARED = re.compile(rf"[\s{DOTS}'’‘ʼ`´′ʹʻ]+|(?<![0-9])\.|\.(?![0-9])")

# Surnames that the dictionary, which knows words and not people, reads otherwise; the number is the tone. The surnames
# of two characters are those that begin with one of the single ones, or that a given name could tear apart.
SURNAMES = {
    "万俟": "mo4 qi2", "尉迟": "yu4 chi2", "澹台": "tan2 tai2", "长孙": "zhang3 sun1", "令狐": "ling2 hu2",
    "单于": "chan2 yu2", "欧阳": "ou1 yang2", "司马": "si1 ma3", "诸葛": "zhu1 ge3", "上官": "shang4 guan1",
    "东方": "dong1 fang1", "皇甫": "huang2 fu3", "夏侯": "xia4 hou2", "慕容": "mu4 rong2", "公孙": "gong1 sun1",
    "宇文": "yu3 wen2", "司徒": "si1 tu2", "鲜于": "xian1 yu2", "南宫": "nan2 gong1", "呼延": "hu1 yan2",
    "单": "shan4", "仇": "qiu2", "区": "ou1", "盖": "ge3", "查": "zha1", "朴": "piao2", "解": "xie4", "曾": "zeng1",
    "任": "ren2", "华": "hua4", "尹": "yin3", "员": "yun4", "贠": "yun4", "覃": "qin2", "缪": "miao4", "乜": "nie4",
    "折": "she2", "黑": "he4", "繁": "po2", "种": "chong2", "秘": "bi4", "重": "chong2", "葛": "ge3", "哈": "ha3",
    "召": "shao4", "那": "na1", "燕": "yan1", "应": "ying1", "过": "guo1", "车": "che1", "乐": "yue4", "句": "gou1",
    "卜": "bu3", "祭": "zhai4", "翟": "zhai2", "都": "du1", "相": "xiang4", "盛": "sheng4", "石": "shi2", "沈": "shen3",
    "洗": "xian3", "牟": "mu4", "隗": "wei3", "郇": "xun2", "佴": "nai4", "阚": "kan4", "么": "yao1", "干": "gan1",
    "撒": "sa3", "颉": "xie2", "藏": "zang1", "於": "yu1", "长": "chang2", "角": "jue2", "强": "qiang2",
}  # fmt: skip


# Those of nine people in ten.
_USUAL_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤兰"
)


def is_surname(text: str) -> bool:
    """True for a surname that people have."""
    return text in _USUAL_SURNAMES or text in SURNAMES


def may_be_person(word: str) -> bool:
    """True when this word looks like somebody's whole name: 李四, 欧阳小凤, 买买提·艾力."""
    if any(dot in word for dot in DOTS):
        return True
    return any(is_surname(word[:length]) and 1 <= len(word) - length <= 2 for length in (1, 2))


def normalised(text: str) -> str:
    """The text as it is compared: full-width as ASCII, lower case, ü as v, without spaces at the ends."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return plain.replace("\N{LATIN SMALL LETTER U WITH DIAERESIS}", "v")


def compared(text: str) -> str:
    """The name as it is told from others and searched: `normalised`, without blanks, dots and apostrophes.

    王　芳 and 王芳, 买买提·艾力 and 买买提艾力 are one name.
    """
    return _NOT_COMPARED.sub("", normalised(_NOT_COMPARED.sub("", without_unseen(text))))


def search_keys(text: str) -> frozenset[str]:
    """Every way to type this name in pinyin: whole syllables run together, and their initials.

    At most MOST_READINGS readings. Latin letters and digits stand for themselves, signs are left out.
    """
    return _keys(text)[1]


def stored_keys(text: str) -> str:
    """As many of `search_keys` as a record's column holds, the short ones (initials) first, one space between."""
    joined = ""
    for key in sorted(search_keys(text), key=lambda key: (len(key), key)):
        longer = f"{joined} {key}".strip()
        if len(longer) > LONGEST_STORED:
            break
        joined = longer
    return joined


def found_by(text: str) -> str:
    """The name as it is compared, and its `stored_keys`, a space before each: for a search in SQL."""
    return f" {compared(text)} {stored_keys(text)}"[:LONGEST_STORED]


def usual_keys(text: str) -> frozenset[str]:
    """The two of `search_keys` that read the name as most people do."""
    return _keys(text)[0]


def forget_sounds() -> None:
    """No name's reading is known any more; for measuring how long it takes to read them."""
    _keys.cache_clear()


@lru_cache(maxsize=65536)
def _keys(text: str) -> tuple[frozenset[str], frozenset[str]]:
    plain = "".join(character for character in compared(text) if character.isalnum())
    keys = [{_whole(reading), _initials(reading)} for reading in islice(_readings(plain), MOST_READINGS)]
    return frozenset(*keys[:1]), frozenset[str]().union(*keys)


@lru_cache(maxsize=16384)
def sort_key(name: str) -> str:
    """What puts people's names in a dictionary's order: by sound, the same character together, surnames as surnames.

    Compare it in Python or with binary collation: a database's language rules would ignore its spaces.
    """
    plain = compared(name)
    surname = next((plain[:length] for length in (2, 1) if plain[:length] in SURNAMES), "")
    syllables = SURNAMES.get(surname, "").split()
    syllables += _toned(plain[len(surname) :])
    # A space sorts before every letter and digit, so that zhan comes before zhang whatever character follows.
    return " ".join(f"{syllable} {character}" for syllable, character in zip(syllables, plain, strict=True))


def finder(query: str) -> Callable[[str, str], bool]:
    """What says of a name and its keys, one space between, whether it fits the query, which is read once for thousands.

    It fits when what was typed is part of the name, or the beginning of one of its keys; an empty query fits all.
    """
    plain = compared(query)
    if not plain:
        is_empty = not query.strip()  # a dot alone is nobody's name
        return lambda name, keys: is_empty
    begins = f" {plain}"
    return lambda name, keys: plain in compared(name) or begins in f" {keys}"


def _whole(syllables: Sequence[str]) -> str:
    return "".join(syllables)[:LONGEST_KEY]


def _initials(syllables: Sequence[str]) -> str:
    return "".join(syllable[0] for syllable in syllables)[:LONGEST_KEY]


def _readings(plain: str) -> Iterator[tuple[str, ...]]:
    """The name's readings, likeliest first: in context, then with one character read otherwise, then two, and so on."""
    if not plain:
        return
    usual = _untoned(plain)
    others = [
        [reading for reading in _heteronyms(character, starts_name=place == 0) if reading != usual[place]]
        for place, character in enumerate(plain)
    ]
    open_places = [place for place, readings in enumerate(others) if readings]
    for changed in range(len(open_places) + 1):
        for places in combinations(open_places, changed):
            for chosen in product(*(others[place] for place in places)):
                syllables = list(usual)
                for place, reading in zip(places, chosen, strict=True):
                    syllables[place] = reading
                yield tuple(syllables)


@lru_cache(maxsize=8192)
def _heteronyms(character: str, *, starts_name: bool) -> tuple[str, ...]:
    """How a character may be read, without tones; as the first of a name also as the surname it may be."""
    # A third of a second of dictionaries: imported only where a name is really read.
    from pypinyin import Style, pinyin

    [readings] = pinyin(character, style=Style.NORMAL, heteronym=True, errors=_EACH_ITSELF)
    surname = SURNAMES.get(character, "")[:-1] if starts_name else ""
    return tuple(dict.fromkeys(reading for reading in (surname, *readings) if reading))


def _untoned(text: str) -> list[str]:
    """One syllable for each character, read in their context."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text, errors=_EACH_ITSELF)


def _toned(text: str) -> list[str]:
    """The same with the number of the tone behind each."""
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=_EACH_ITSELF)
