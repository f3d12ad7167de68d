"""A list of villages and their coordinators is read as tables and chats have it."""

import pytest

from nightschool.rules.places.openings import PastedLine, VillageToOpen, read_pasted

DUAN, HONG, SQUARE, NEW = "511002105202", "511002105203", "511002105003", "511002105204"
VILLAGES = [
    VillageToOpen(DUAN, "断桥村", False),
    VillageToOpen(HONG, "洪坝村", False),
    VillageToOpen(SQUARE, "断桥社区", False),
    VillageToOpen(NEW, "新区村", False),
]


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("1\t断桥村\t王 小明\t第一书记\t139 0000 0001", DUAN, ("王 小明", "第一书记", "139 0000 0001")),
        ("洪坝 李支书 13900000002", HONG, ("李支书", "", "13900000002")),
        ("全安镇断桥村村民委员会，村文书，王小明，0832-5550101", DUAN, ("王小明", "村文书", "0832-5550101")),
        ("3、洪坝村：李四 139-0000-0001", HONG, ("李四", "", "139-0000-0001")),
        ("511002105204 第一书记", NEW, ("第一书记", "", "")),
        ("511002105003 13900000001", SQUARE, ("", "", "13900000001")),
        ("13900000001 0832-5550101 新区村 赵六", NEW, ("赵六", "", "13900000001 0832-5550101")),
    ],
)
def test_a_line_says_of_its_village_who_as_what_and_where_to_phone(
    line: str, code: str, told: tuple[str, str, str]
) -> None:
    assert read_pasted(line, VILLAGES) == ({code: PastedLine(*told)}, ())


@pytest.mark.parametrize("line", ["石坝村 王五", "断桥 王五", "王五 13900000001", "511024100217 王五", "？"])
def test_a_line_without_one_village_is_handed_back(line: str) -> None:
    assert read_pasted(f"序号\t村名\t姓名\n\n{line}\n洪坝村", VILLAGES) == (
        {HONG: PastedLine("", "", "")},
        (line,),
    )
