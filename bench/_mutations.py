"""Makes the mutants of bench/mutants.py with the operators of mutmut, in .venv-mutants, where the night school is not.

`python _mutations.py FOLDER SEED HOW_MANY MODULE...` prints them as JSON: the modules are paths inside the folder.
"""

import json
import sys
from pathlib import Path
from random import Random

import libcst as cst
from mutmut.mutation.file_mutation import Mutation, create_mutations

# Texts for people: tests/test_texts.py holds every one of them against the catalogue.
OF_TEXTS = {"_", "N_", "L_", "counted"}


class Texts(cst.CSTVisitor):
    """Collects everything that stands inside a call that makes a text for people."""

    def __init__(self) -> None:
        self.found: set[cst.CSTNode] = set()
        self.depth = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.depth += self._opens(node)
        if self.depth and isinstance(node, (cst.Call, cst.BaseString)):
            self.found.add(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self.depth -= self._opens(original_node)

    @staticmethod
    def _opens(node: cst.CSTNode) -> bool:
        return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in OF_TEXTS


def places(folder: Path, module: str) -> list[tuple[str, cst.Module, list[Mutation]]]:
    """Every place of a module at which something can be mutated, with its mutations."""
    tree, mutations, _classes, _functions = create_mutations(module, (folder / module).read_text("utf-8"))
    texts = Texts()
    tree.visit(texts)
    by_node: dict[cst.CSTNode, list[Mutation]] = {}
    for mutation in mutations:
        if mutation.original_node not in texts.found:
            by_node.setdefault(mutation.original_node, []).append(mutation)
    return [(module, tree, of_one) for of_one in by_node.values()]


def main(folder: Path, seed: str, how_many: int, modules: list[str]) -> None:
    # At most one mutant a place: a call with eight arguments would be drawn sixteen times as often as a comparison.
    every = [place for module in modules for place in places(folder, module)]
    chance = Random(seed)
    drawn = sorted(chance.sample(range(len(every)), min(how_many or len(every), len(every))))
    mutants = []
    for number in drawn:
        module, tree, mutations = every[number]
        mutation = chance.choice(mutations)
        changed = tree.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, cst.Module)
        mutants.append({"module": module, "right": tree.code, "wrong": changed.code})
    json.dump({"places": len(every), "mutants": mutants}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
