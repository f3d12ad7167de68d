"""Codes: what stands in databases, and what a refusal is called, is spelled alike wherever it is written."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

import nightschool.rules
from nightschool.models.people import TeacherKind
from nightschool.rules.access import Role
from nightschool.rules.courses.modes import MODES
from nightschool.rules.courses.reasons import REASONS
from nightschool.rules.notices.own_texts import NoticeField
from nightschool.rules.people.merges import LIKENESSES, MARK_ORDER
from nightschool.rules.people.people import SEXES, TEACHER_KINDS
from nightschool.rules.places.venues import VENUE_KINDS
from nightschool.rules.registers.attendance import STATUS_WORDS
from nightschool.rules.registers.cohorts import KINDS, SOURCES, CourseKind
from nightschool.rules.registers.graduation import OUTLOOKS, Outlook
from nightschool.rules.trust.accounts import ROLES
from nightschool.texts import LANGUAGES, _, using_language

PACKAGE = Path(nightschool.rules.__file__).parents[1]
PLACES = re.compile(r"%\((\w+)\)")  # that a text leaves open


@cache
def modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py")))


def strings(node: ast.AST) -> list[str]:
    return [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def told_codes(module: ast.Module) -> Iterator[str]:
    """The codes for which a module has sentences: in a table of its own, or in the cases of a refusal's code."""
    for node in ast.walk(module):
        match node:
            case ast.Match(subject=ast.Attribute(attr="code"), cases=cases):
                for case in cases:
                    yield from strings(case.pattern)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys, values=values)):
                if name.startswith("_") and all(map(is_marked, values)):
                    for key in filter(None, keys):
                        yield from strings(key)


def is_marked(node: ast.AST) -> bool:
    """Whether a text stands there that is translated where it is shown."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_"


def test_a_sentence_stands_only_for_what_is_refused_somewhere() -> None:
    written = Counter(word for module in modules() for word in strings(module))
    put_together = ("plan_is_", "upload_", "is_draft")  # f"plan_is_{status}"
    told = [code for module in modules() for code in told_codes(module) if not code.startswith(put_together)]
    assert len(told) > 150
    assert [code for code in told if written[code] < 2] == []


def sentences(node: ast.AST, within: ast.AST) -> Iterator[tuple[ast.Call, set[str], set[str]]]:
    """Every call that fills in a text written there, with what the text names and what the call is given."""
    match node:
        case ast.FunctionDef():
            within = node
        case ast.Call(func=ast.Name(id="_" | "counted" as name), args=[ast.Constant(value=str(text)), *_]):
            given = {"n"} if name == "counted" else set()
            for keyword in node.keywords:
                given |= {keyword.arg} if keyword.arg else keys(keyword.value, within)
            yield node, set(PLACES.findall(text)), given
    for child in ast.iter_child_nodes(node):
        yield from sentences(child, within)


def keys(value: ast.AST, within: ast.AST) -> set[str]:
    """The keys of a dictionary written here, or of that by this name in the function; {"*"}: nobody can tell."""
    found = set()
    match value:
        case ast.Dict():
            found = {key.value if isinstance(key, ast.Constant) else "*" for key in value.keys}
        case ast.Name(id=name):
            for node in ast.walk(within):
                match node:
                    case ast.Assign(targets=[ast.Name(id=other)], value=written) if other == name:
                        found |= keys(written, within)
                    case ast.Assign(
                        targets=[ast.Subscript(value=ast.Name(id=other), slice=ast.Constant(key))]
                    ):
                        found |= {key} if other == name else set()
    return {str(key) for key in found} or {"*"}


def test_a_sentence_is_given_everything_it_names() -> None:
    asked = [each for module in modules() for each in sentences(module, module) if each[1]]
    told = [each for each in asked if "*" not in each[2]]
    assert len(told) > 0.95 * len(asked) > 400
    assert [ast.unparse(sentence) for sentence, named, given in told if not named <= given] == []


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (SEXES, "female male"),
        (TEACHER_KINDS, " ".join(TeacherKind)),
        (MODES, "lecture demo field courtyard discussion video online home"),
        (VENUE_KINDS, "meeting_room office school courtyard bookroom field square household online"),
        (REASONS, "farm_work weather teacher_away power_cut venue_taken few_people holiday meeting other"),
        (STATUS_WORDS, " ".join(MARK_ORDER)),
        (SOURCES, "self proxy walk_in"),
        (KINDS, " ".join(CourseKind)),
        (ROLES, " ".join(Role)),
        (OUTLOOKS, " ".join(Outlook)),
        (LIKENESSES, "same_name same_sound part_of_name same_phone same_household same_birth_year same_group"),
    ],
)  # fmt: skip
def test_every_code_that_is_stored_or_sent_has_its_own_word(words: Mapping[str, str], codes: str) -> None:
    assert set(words) == set(codes.split())
    for language in LANGUAGES:
        with using_language(language):
            assert len({_(word) for word in words.values()}) == len(words)


def test_a_code_of_a_list_is_its_name_in_small_letters() -> None:
    """They stand in databases: a list whose codes change needs a migration of what is stored."""
    kinds = set()
    for found in pkgutil.walk_packages(nightschool.rules.__path__, "nightschool.rules."):
        members = vars(importlib.import_module(found.name)).values()
        kinds |= {one for one in members if isinstance(one, type) and issubclass(one, StrEnum)} - {StrEnum}
    assert len(kinds) > 20
    kinds -= {NoticeField}  # they stand in texts, where people write them
    assert [code for kind in kinds for code in kind if code.value != code.name.lower()] == []
