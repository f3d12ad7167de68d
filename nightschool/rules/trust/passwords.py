"""Passwords: any characters, Chinese too; long enough, and nothing that others try first or neighbours would guess."""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator

from nightschool.rules.names import normalised, search_keys
from nightschool.texts import _

_SHORTEST = 8
_LONGEST = 128
_LONGEST_TRIED = 30  # no list has longer ones
_LEAST_OWN = 4  # characters that are on no list and in no name

# What passwords are made of wherever lists of stolen ones were counted, here and elsewhere. Runs, rows of the keyboard
# and dates are no words and follow below.
WORDS = frozenset({
    "password", "passwd", "passw0rd", "pass", "word", "pwd", "admin", "administrator", "root", "user", "guest",
    "test", "login", "welcome", "hello", "letmein", "master", "secret", "changeme", "default", "public",
    "system", "server", "manager", "office", "monkey", "dragon", "shadow", "sunshine", "princess", "football",
    "baseball", "basketball", "superman", "batman", "starwars", "pokemon", "michael", "jordan", "charlie",
    "iloveyou", "love", "lover", "baby", "angel", "money", "lucky", "happy", "summer", "winter", "spring",
    "autumn", "flower", "computer", "internet", "samsung", "huawei", "xiaomi", "iphone", "android", "windows",
    "google", "wechat", "weixin", "taobao", "alipay", "baidu", "tencent", "qq",
    "woaini", "woaiwojia", "woaizhongguo", "wodemima", "mima", "mimashi", "zhongguo", "china", "sichuan",
    "chengdu", "neijiang", "beijing", "shanghai", "nongmin", "nongcun", "nongmincun", "yexiao", "nongminyexiao",
    "nmyx", "nightschool", "xuexi", "xuexiao", "laoshi", "cunwei", "cunweihui", "shuji", "zhishu", "zhibu",
    "dangyuan", "fupin", "xingfu", "kuaile", "jiankang", "pingan", "facai", "xiexie", "nihao", "daxue",
    "gongzuo", "guanliyuan", "wang", "zhang", "liu", "chen", "yang", "huang", "zhao", "zhou", "sun", "zhu", "guo",
    "lin", "gao", "luo", "520", "521", "1314", "168", "110", "119", "120", "10086",
})  # fmt: skip
CHINESE_WORDS = re.compile(
    "一二三四五六七八九十|为人民服务|我的密码|我爱中国|我爱我家|农民夜校|乡村振兴|春节快乐|新年快乐|"
    "恭喜发财|身体健康|万事如意|好好学习|天天向上|一二三四|五六七八|我爱你|村委会|村支部|党支部|共产党|"
    "新时代|管理员|密码|账号|登录|中国|夜校|四川|内江|成都|书记|支书|主任|文书|老师|农民|学习"
)
ROWS = (
    "1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()_+", "abcdefghijklmnopqrstuvwxyz",
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/", "147", "258", "369", "159", "357",
    "0123456789", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1a2b3c4d5e6f", "a1b2c3d4e5f6",
    "qazwsxedcrfvtgbyhnujm",
)  # fmt: skip
_ENDING = re.compile("(?:村|社区|镇|乡|街道|县|区|市)$")  # of a place
_SHORTEST_RUN = 3
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_NUMBERS = (
    re.compile(r"5201314|1[3-9][0-9]{9}"),  # "I love you for ever", said in digits; a telephone
    re.compile(rf"(?:19|20)[0-9]{{2}}(?:{_MONTH_AND_DAY})?|[0-9]{{2}}{_MONTH_AND_DAY}"),
)
_REPEATED = re.compile(r"([^\W_])\1{2,}")
_AGAIN = re.compile(r"(\w{2,8}?)\1+")
_TWICE = re.compile(r"([^\W_])\1")
_DISGUISED = str.maketrans("@$0135!", "asoiesi")


def as_hashed(password: str) -> str:
    """The password as it is hashed: the same whatever keyboard it came from (full-width or not, composed or not).

    Blanks at the ends mean nothing: a phone's keyboard puts one behind a word it has guessed.
    """
    return unicodedata.normalize("NFKC", password).strip()


def as_once_hashed(password: str) -> str:
    """The password as it was hashed before blanks at its ends meant nothing."""
    return unicodedata.normalize("NFKC", password)


def problem_of(
    password: str, login_name: str = "", *, own: Iterable[str] = (), stolen: Container[str] = ()
) -> str | None:
    """Why this cannot be a password, None when it can: "too_short", "too_long", "is_login_name", "is_common", "is_own".

    `own`: names that those around know too: of the account, its person, their village. `stolen`: those on lists that
    are not refused for what they are made of, in small letters. Source: NIST SP 800-63B asks
    for length, a list of common ones and words of the context, and no rules about kinds of characters.
    """
    if len(password) > _LONGEST:  # before composing, which can make a long text much longer
        return "too_long"
    plain = as_hashed(password)
    if len(plain) < _SHORTEST:
        return "too_short"
    if len(plain) > _LONGEST:
        return "too_long"
    if login_name and plain.lower() == as_hashed(login_name).lower():
        return "is_login_name"
    if plain.lower() in stolen:
        return "is_common"
    if len(plain) > _LONGEST_TRIED:
        return None
    names = {word for name in (login_name, *own) for word in _words_of(name)}
    if not _is_guessed(plain.lower(), names):
        return None
    return "is_own" if any(name in plain.lower() for name in names) else "is_common"


def _words_of(name: str) -> Iterator[str]:
    """A name as one may type it: itself, without its first character or its ending, and each of these in pinyin."""
    plain = normalised(name)
    parts = {plain, _ENDING.sub("", plain), plain[1:] if len(plain) > 2 else ""}
    for part in parts:
        words = (part, *search_keys(part))
        yield from (word for word in words if len(word) > (2 if word.isascii() else 1))


def _is_guessed(plain: str, names: set[str]) -> bool:
    return any(
        sum(character.isalnum() or not character.isascii() for character in _own_part(text, names))
        < _LEAST_OWN
        for text in (plain, plain.translate(_DISGUISED), _TWICE.sub(r"\1", plain))
    )


def _own_part(plain: str, names: Iterable[str]) -> str:
    """What is left of a password without names, dates, words, runs, rows of the keyboard, and what is said again."""
    plain = _without(plain, names)
    for pattern in _NUMBERS:
        plain = pattern.sub(" ", plain)
    plain = _without(CHINESE_WORDS.sub(" ", plain), WORDS)
    return _AGAIN.sub(r"\1", _without_runs(_REPEATED.sub(" ", plain)))


def _without(plain: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=lambda word: (-len(word), word)):
        plain = plain.replace(word, " ")
    return plain


def _without_runs(plain: str) -> str:
    runs = [row for forward in ROWS for row in (forward, forward[::-1])]
    kept, at = "", 0
    while at < len(plain):
        end = at + _SHORTEST_RUN
        while end <= len(plain) and any(plain[at:end] in row for row in runs):
            end += 1
        if end > at + _SHORTEST_RUN:
            kept, at = f"{kept} ", end - 1
        else:
            kept, at = kept + plain[at], at + 1
    return kept


def tell_problem(code: str) -> str:
    """The sentence for what `problem_of` found."""
    match code:
        case "too_short":
            return _("密码太短，至少 %(n)d 个字。可以用一句自己记得住的话。", n=_SHORTEST)
        case "too_long":
            return _("密码太长，最多 %(n)d 个字。", n=_LONGEST)
        case "is_login_name":
            return _("密码不能和登录名一样，别人一猜就中。")
        case "is_common":
            return _(
                "这样的密码好多人在用，别人一试就中。换一句只有自己会说的话，%(n)d 个字以上。", n=_SHORTEST
            )
        case "is_own":
            return _(
                "密码里只有人名、村名这些别人也知道的，一猜就中。换一句只有自己会说的话，%(n)d 个字以上。",
                n=_SHORTEST,
            )
    raise ValueError(code)
