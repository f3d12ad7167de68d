"""A public name stands in one module, so that one word has one meaning wherever it is read."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "nightschool"
STAY = {
    "bp": "Flask's word: each feature's blueprint, found by the application under this name",
    "init_app": "Flask's word: how each part of the site is joined to the application",
    "ClosedTime": "the row, and what it says to the rules; whoever needs both calls the first one Row",
}


def public_names(module: Path) -> set[str]:
    """What a module offers under a name of its own; a view or a command is offered under its address instead."""
    names: set[str] = set()
    for node in ast.parse(module.read_text()).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                if not any(
                    isinstance(asked, ast.Call) and _is_address(asked) for asked in node.decorator_list
                ):
                    names.add(node.name)
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
                pass  # a type left open means nothing beyond its module
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def _is_address(decorator: ast.Call) -> bool:
    return ast.unparse(decorator.func).partition(".")[2] in {"get", "post", "route", "command", "group"}


@pytest.mark.check(
    "names: give one of the two another name, or make it private; a reason to stay goes into STAY"
)
def test_a_public_name_stands_in_one_module() -> None:
    where = defaultdict(list)
    for module in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in module.parts:
            for name in public_names(module):
                where[name].append(str(module.relative_to(PACKAGE)))
    twice = {name: modules for name, modules in where.items() if len(modules) > 1}
    assert {name: modules for name, modules in twice.items() if name not in STAY} == {}
    assert STAY.keys() <= twice.keys(), "nothing stands twice under this name any more"
