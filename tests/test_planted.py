"""Every flaw of bench/planted.py can still be planted where it was, and what is to catch it is there."""

import ast

from bench.planted import FLAWS, ROOT


def test_for_each_of_25_threats_a_flaw_can_be_planted_and_has_its_test() -> None:
    assert len(FLAWS) == len({flaw.threat for flaw in FLAWS}) == 25
    for flaw in FLAWS:
        ast.parse(flaw.planted().wrong)
        path, _, name = flaw.caught_by.partition("::")
        functions = [
            one.name
            for one in ast.parse((ROOT / path).read_text("utf-8")).body
            if isinstance(one, ast.FunctionDef)
        ]
        assert not name or name in functions, flaw.caught_by
