"""Codes: what stands in databases, and what a refusal is called, is spelled alike wherever it is written."""

import ast
import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import nightschool.rules

PACKAGE = Path(nightschool.rules.__file__).parents[1]


def modules() -> Iterator[ast.Module]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ast.parse(path.read_text("utf-8"))


def strings(node: ast.AST) -> list[str]:
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def told_codes(module: ast.Module) -> Iterator[str]:
    """The codes for which a module has sentences: in a table `_REFUSED`, or in the cases of a refusal's code."""
    for node in ast.walk(module):
        match node:
            case ast.Match(subject=ast.Attribute(attr="code"), cases=cases):
                for case in cases:
                    yield from strings(case.pattern)
            case ast.Assign(targets=[ast.Name(id="_REFUSED")], value=ast.Dict(keys=keys)):
                for key in filter(None, keys):
                    yield from strings(key)


def test_a_sentence_stands_only_for_what_is_refused_somewhere() -> None:
    written = Counter(word for module in modules() for word in strings(module))
    put_together = ("plan_is_", "upload_")  # f"plan_is_{status}"
    told = [code for module in modules() for code in told_codes(module) if not code.startswith(put_together)]
    assert len(told) > 100
    assert [code for code in told if written[code] < 2] == []


def test_a_code_of_a_list_is_its_name_in_small_letters() -> None:
    """They stand in databases: a list whose codes change needs a migration of what is stored."""
    kinds = set()
    for found in pkgutil.walk_packages(nightschool.rules.__path__, "nightschool.rules."):
        members = vars(importlib.import_module(found.name)).values()
        kinds |= {one for one in members if isinstance(one, type) and issubclass(one, StrEnum)} - {StrEnum}
    assert len(kinds) > 20
    assert [code for kind in kinds for code in kind if code.value != code.name.lower()] == []
