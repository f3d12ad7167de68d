"""Small counts stay where they are: no sum that is shown lets one be worked out, in whatever papers it stands."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.oversight.suppression import LEAST, CountedRegion, may_tell

COUNTY = "C"


def village(people: int, others: int = 10) -> CountedRegion:
    """One class, to which people of the kind came, and others."""
    return CountedRegion(people, people, people + others, people + others, 1)


def above(parts: dict[str, CountedRegion]) -> CountedRegion:
    """The sum of its parts."""
    names = ("people", "attendances", "all_people", "all_attendances", "classes")
    return CountedRegion(*(sum(getattr(part, name) for part in parts.values()) for name in names), parts)


def county(*townships: list[int]) -> CountedRegion:
    """Townships with so many people of the kind in each of their villages."""
    return above(
        {
            f"T{i}": above({f"T{i}V{j}": village(people) for j, people in enumerate(villages)})
            for i, villages in enumerate(townships)
        }
    )


def nodes(code: str, one: CountedRegion) -> Iterator[tuple[str, CountedRegion]]:
    yield code, one
    for below, part in one.parts.items():
        yield from nodes(below, part)


def worked_out(equations: Iterable[dict[str, int]], unknown: Iterable[str]) -> set[str]:
    """Those of the unknown that the equations leave no choice: linear algebra, in whole fractions.

    Each equation: how often an unknown stands in it; what is known stands on its other side.
    """
    columns = sorted(unknown)
    rows = [[Fraction(one.get(name, 0)) for name in columns] for one in equations]
    pivots, row = [], 0
    for column in range(len(columns)):
        found = next((at for at in range(row, len(rows)) if rows[at][column]), None)
        if found is None:
            continue
        rows[row], rows[found] = rows[found], rows[row]
        rows[row] = [value / rows[row][column] for value in rows[row]]
        for at, other in enumerate(rows):
            if at != row and other[column]:
                rows[at] = [a - other[column] * b for a, b in zip(other, rows[row], strict=True)]
        pivots.append(column)
        row += 1
    return {columns[pivot] for at, pivot in enumerate(pivots) if sum(map(bool, rows[at])) == 1}


def sums(code: str, one: CountedRegion, known: Iterable[str]) -> Iterator[dict[str, int]]:
    """A region less its parts is nothing: of each, with what is not known."""
    for name, whole in nodes(code, one):
        if whole.parts:
            yield {
                part: sign
                for part, sign in {name: 1, **dict.fromkeys(whole.parts, -1)}.items()
                if part not in known
            }


VILLAGES = st.lists(
    st.builds(village, st.integers(0, 9), st.integers(0, 4))
    | st.builds(village, st.integers(0, 30), st.integers(0, 30))
    | st.just(CountedRegion(0, 0, 0, 0, 0)),
    max_size=6,
)


@given(st.lists(VILLAGES, max_size=6))
def test_nothing_hidden_can_be_worked_out_of_all_papers_together(
    townships: list[list[CountedRegion]],
) -> None:
    tree = above(
        {
            f"T{i}": above({f"T{i}V{j}": one for j, one in enumerate(villages)})
            for i, villages in enumerate(townships)
        }
    )
    every = dict(nodes(COUNTY, tree))
    told = may_tell(COUNTY, tree)
    assert all(every[code].people >= LEAST for code in told)
    known = {*told, *(code for code, one in every.items() if one.is_known)}
    hidden = every.keys() - known
    assert worked_out(sums(COUNTY, tree, known), hidden) == set()
    # Nor by reckoning with it that nobody is fewer than none, or more than all who came.
    for code in told:
        unsure = [part for name, part in every[code].parts.items() if name in hidden]
        rest = sum(part.people for part in unsure)
        small = all(part.people < LEAST for part in unsure)
        most = [min(part.all_people, LEAST - 1) if small else part.all_people for part in unsure]
        for its in most:
            others = sum(most) - its
            assert max(0, rest - others) < min(its, rest), "it can only be one number"
        assert not unsure or rest >= LEAST


@pytest.mark.parametrize(
    ("townships", "hidden"),
    [
        ([[20, 15, 9]], set()),
        # One alone would be the rest: the smallest beside it is hidden too.
        ([[20, 15, 3]], {"T0V1", "T0V2"}),
        # Two of them are together the rest, which is five or more, and could be either's.
        ([[20, 3, 3]], {"T0V1", "T0V2"}),
        # Their rest is four: too few to be told.
        ([[20, 30, 2, 2]], {"T0V0", "T0V2", "T0V3"}),
        # Four and four, where each is below five: that could only be those.
        ([[20, 30, 4, 4]], {"T0V0", "T0V2", "T0V3"}),
        # A township whose villages would all have to be hidden is hidden with them, and another beside it.
        ([[20, 20], [2, 1], [6, 7]], {"T1", "T1V0", "T1V1", "T2", "T2V0", "T2V1"}),
        # Nobody of five people in all.
        ([[1, 1], [1, 1]], {"C", "T0", "T0V0", "T0V1", "T1", "T1V0", "T1V1"}),
        # Nobody is a number too: a village with none of them, and others who came, is hidden like one with a few.
        ([[20, 15, 0]], {"T0V1", "T0V2"}),
    ],
)
def test_what_is_hidden(townships: list[list[int]], hidden: set[str]) -> None:
    tree = county(*townships)
    assert {code for code, _one in nodes(COUNTY, tree)} - may_tell(COUNTY, tree) == hidden


def test_where_nobody_came_nothing_is_hidden_behind() -> None:
    """It is known that there were none: to hide it besides would give the other away."""
    tree = above({"T0": above({"V0": village(20), "V1": village(3), "V2": CountedRegion(0, 0, 0, 0, 0)})})
    assert may_tell(COUNTY, tree) == {COUNTY, "T0"}


def test_a_village_of_which_all_who_came_are_of_the_kind_hides_nobody() -> None:
    """Whoever knows that eight came to both, and eight of them were of the kind, knows all."""
    tree = above({"V0": village(30), "V1": village(3, others=0), "V2": village(6, others=0)})
    assert may_tell(COUNTY, tree) == {COUNTY}


def test_the_guard_finds_a_rest_of_one() -> None:
    assert worked_out([{"a": 1}, {"b": 1, "c": 1}], "abc") == {"a"}
    assert worked_out([{"a": 1, "b": 1}, {"a": 1, "b": -1}], "ab") == {"a", "b"}
