"""What a villager is told before their telephone number or the kind of their household is kept: the notice, by version.

A version that somebody was told never changes: what is said otherwise is a new one. A test keeps their digests.
"""

from collections.abc import Mapping

from nightschool.texts import N_, _

NOTICES: Mapping[str, tuple[str, ...]] = {
    "2026-12": (
        N_(
            "谁在记：本村的农民夜校。名字、哪个组、来没来上课，只有本村的管理员看得到；镇上和区县只看次数和人数。"
        ),
        N_("记来做什么：点名、排课、通知上课、办结业证。不拿来排名次，不拿来定补贴，不给别的单位。"),
        N_("可以不留的：电话、户主、性别、出生年份、户类。不留也一样上课。不记身份证号，不拍脸。"),
        N_("电话加密存着，谁看了全号都有记录。户类只在区县说明了用途的地方记，最后一次上课一年以后删掉。"),
        N_("不再来上课三年以后，名字和电话都删掉，只留人数。"),
        N_(
            "随时可以问存了什么、要一份、改错的、要求删掉：找本村夜校的管理员，电话在夜校的公开页上。不收钱。"
        ),
        N_("不满 14 岁的孩子不记名字，只算人数。"),
    ),
}
NOTICE_NOW = max(NOTICES)


def notice_lines(version: str) -> tuple[str, ...]:
    """What this version says, line by line."""
    return tuple(_(line) for line in NOTICES[version])
