"""No text is left untranslated in either language, and none stands outside the catalogue."""

import ast
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from nightschool.texts import LANGUAGES, SOURCE_LANGUAGE, counted, gettext, using_language

pytestmark = pytest.mark.check("texts: `python3 run.py texts`, and translate what it lists")

ROOT = Path(__file__).resolve().parent.parent
# What people type or see in their own files as it is, whatever language the page is in: market days, a notice, columns.
TO_TYPE = re.compile(
    "逢三、十|每月三十|每月初一、十五|每月5日|每月最后一天|关于…年部分节假日安排的通知|「一、元旦：…」|每周三周六|公历逢五逢十|逢三六九|逢五逢十|单日|天天|公历|统计用区划代码|区划代码|代码|名称"
)
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PLACE = re.compile(r"%\((\w+)\)(?:0\d)?[ds]")
OTHERS = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
CALLS = {"_", "gettext", "counted", "L_", "N_"}
PATTERNS = {"compile", "fullmatch", "replace"}  # how people write things, not what is said to them


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue_tool", ROOT / "tools" / "texts.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(tool: ModuleType, language: str) -> None:
    assert tool.missing(tool.updated(language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_catalogues_are_those_of_todays_code(tool: ModuleType, language: str) -> None:
    path = tool.catalogue_path(language)
    assert path.read_bytes() == tool.written(tool.updated(language)), "python3 run.py texts"


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_the_same_places_and_hold_no_chinese(tool: ModuleType, language: str) -> None:
    wrong = []
    for message in tool.read(language):
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        places = set(PLACE.findall(originals[-1]))
        for string in strings:
            used = set(PLACE.findall(string))
            if not (
                used == places or (len(strings) > 1 and used | {"n"} == places | {"n"})
            ) or CHINESE.search(TO_TYPE.sub("", string)):
                wrong.append((originals[0], string))
    assert wrong == []


def chinese_outside_calls(source: str) -> list[str]:
    """String constants with Chinese in them that no text function takes; docstrings do not count."""
    tree = ast.parse(source)
    allowed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in CALLS or name in PATTERNS:
                allowed.update(ast.walk(node))
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            allowed.add(body[0].value)
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in allowed
        and CHINESE.search(node.value)
    ]


# `python3 run.py texts` does not list these: what is not said to people is named here.
# What is Chinese by nature: how names, numbers and dates are written, not what is said to people.
BY_NATURE = {
    "rules/names.py", "rules/regions.py", "rules/slots.py", "rules/courses/datelists.py", "rules/courses/labels.py", "rules/people/lists.py", "rules/people/people.py",
    "rules/almanac.py", "texts.py", "migrations/versions/0001_the_first_tables.py", "formats/region_lists.py",
    "rules/notices/spoken.py", "rules/seasons/holidays.py", "rules/seasons/markets.py", "rules/notices/revisions.py", "rules/registers/from_paper.py",
    "rules/registers/past_registers.py", "rules/notices/own_texts.py", "rules/numerals.py", "rules/dispatch/wishes.py", "rules/dispatch/wish_lists.py",
}  # fmt: skip


def test_no_text_for_people_stands_outside_the_catalogue_in_code() -> None:
    found = {}
    for path in sorted((ROOT / "nightschool").rglob("*.py")):
        name = path.relative_to(ROOT / "nightschool").as_posix()
        if name not in BY_NATURE and (strings := chinese_outside_calls(path.read_text("utf-8"))):
            found[name] = strings
    assert found == {}


def test_no_text_for_people_stands_outside_the_catalogue_in_templates() -> None:
    found = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
        text = re.sub(r"""\b(?:_|counted|N_)\((?:\s*(?:"[^"]*"|'[^']*')\s*,?)+""", "", text)
        text = re.sub(r"\{%-? trans .*?endtrans -?%\}", "", text, flags=re.S)
        if left := CHINESE.findall(text):
            found[path.name] = "".join(left)
    assert found == {}


def test_planted_chinese_is_found() -> None:
    assert chinese_outside_calls('x = "今晚"') == ["今晚"]
    assert chinese_outside_calls('"""今晚"""\nx = _("今晚 %(n)d", n=1)') == []


def test_texts_follow_the_language_and_come_back() -> None:
    with using_language("en"):
        assert gettext("大字") != "大字"
        assert counted("%(n)d 人次", 1) != counted("%(n)d 人次", 2).replace("2", "1")
    assert gettext("大字") == "大字"
