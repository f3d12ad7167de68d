"""Taking lists of regions in; on real lists and real databases."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import nightschool
from nightschool.actions.places import region_lists
from nightschool.actions.places.region_lists import (
    _known,
    import_regions,
    import_steps,
    learn_sounds,
    plan_import,
    share_of,
)
from nightschool.actions.places.successors import set_successor
from nightschool.actions.places.withdrawals import begin_withdrawal, withdraw_list
from nightschool.errors import NotAllowed, Refused, StaleRecord
from nightschool.formats.region_lists import read_regions
from nightschool.models.places import Region, RegionKey, RegionName
from nightschool.models.trust import AuditEvent
from nightschool.queries.places import region_uploads
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.places.region_lists import merge
from nightschool.rules.regions import Level, RegionRow, level_of
from tests.factories import JIANLI, NOW, SHIWAN, later, make_places

DATA = Path(nightschool.__file__).parent / "data"
OLD, NEW = date(2017, 10, 31), date(2023, 6, 30)
YUHUANG, OTHER_YUHUANG, TONGFU = "511011119204", "511025102235", "511011119000"
LATER = later(hours=7)
WHOLE = ("511002001", "511002105", "511011119", "511024100", "511025102")
TELLING = re.compile("玉皇|永兴|广化|五会")


@cache
def shipped(year: int) -> tuple[RegionRow, ...]:
    return read_regions((DATA / f"regions-neijiang-{year}.csv").read_bytes()).rows


def excerpt(year: int) -> tuple[RegionRow, ...]:
    """Everything down to the townships; of the villages five townships whole, and some that share a name."""
    return tuple(
        row
        for row in shipped(year)
        if level_of(row.code) is not Level.VILLAGE or row.code.startswith(WHOLE) or TELLING.search(row.name)
    )


def take(db, rows, as_of=NEW, **how):
    return import_regions(db, rows, as_of=as_of, by=SYSTEM, now=how.pop("now", NOW), **how)


def both(db, of=excerpt):
    take(db, of(2017), OLD)
    return take(db, of(2023), NEW, end_missing=True)


def row(db, code: str, *columns: str) -> Any:
    return tuple(
        db.execute(select(*(getattr(Region, name) for name in columns)).where(Region.code == code)).one()
    )


def everything(db) -> list[Any]:
    tables = (Region, RegionName, RegionKey)
    return [sorted(db.execute(select(*model.__table__.columns)), key=repr) for model in tables]


def small(*more: tuple[str, str]) -> list[RegionRow]:
    units = [
        ("510000000000", "四川省"),
        ("511000000000", "内江市"),
        ("511002000000", "市中区"),
        ("511002105000", "全安镇"),
        (SHIWAN, "狮湾村村委会"),
        ("511002105202", "余坝村村委会"),
        ("511024000000", "威远县"),
        ("511024100000", "严陵镇"),
        (JIANLI, "建立村村委会"),
    ]
    merged = dict([*units, *more])
    return [RegionRow(line, code, name) for line, (code, name) in enumerate(sorted(merged.items()), start=2)]


def test_both_shipped_lists_show_both_worlds(db) -> None:
    plan = both(db, shipped)
    assert (len(plan.new), len(plan.changed), len(plan.ended), plan.unchanged) == (386, 47, 1480, 947)
    villages = (
        select(Region.valid_to.is_(None), func.count())
        .where(Region.level == "village")
        .group_by(Region.valid_to.is_(None))
    )
    assert dict(db.execute(villages).all()) == {True: 1290, False: 1438}
    assert row(db, YUHUANG, "name", "valid_from", "valid_to") == ("玉皇村", None, date(2023, 6, 29))
    assert row(db, TONGFU, "name", "valid_to") == ("同福镇", date(2023, 6, 29))
    assert row(db, OTHER_YUHUANG, "name", "valid_from", "valid_to") == ("玉皇村", NEW, None)
    assert row(db, SHIWAN, "name", "official_name", "valid_from", "valid_to") == (
        "狮湾村",
        "狮湾村村委会",
        None,
        None,
    )
    assert row(db, JIANLI, "name") == ("建立村",)


def test_every_official_name_is_kept_and_found(db) -> None:
    both(db)
    names = select(RegionName.official_name, RegionName.name, RegionName.as_of).where(
        RegionName.region_code == JIANLI
    )
    assert sorted(db.execute(names)) == [
        ("建利村村委会", "建利村", OLD),
        ("建立村村委会", "建立村", NEW),
    ]
    keys = set(
        db.scalars(select(RegionKey.key).where(RegionKey.region_code == OTHER_YUHUANG, RegionKey.is_usual))
    )
    assert keys == {"yuhuangcun", "yhc"}


def test_a_second_run_changes_nothing_at_all(db) -> None:
    both(db, shipped)
    before = everything(db)
    events = db.scalar(select(func.count(AuditEvent.id)))
    plan = take(db, shipped(2023), NEW, end_missing=True, now=LATER)
    assert (plan.facts, plan.unchanged) == ({}, 1380)
    take(db, shipped(2017), OLD, now=LATER)
    assert everything(db) == before
    assert db.scalar(select(func.count(AuditEvent.id))) == events


def test_an_older_list_read_later_keeps_the_newer_names_and_ends_the_same_villages(db) -> None:
    take(db, shipped(2023), NEW)
    plan = take(db, shipped(2017), OLD, end_missing=True)
    assert (len(plan.new), len(plan.changed), len(plan.ended)) == (1480, 0, 1480)
    assert row(db, JIANLI, "name", "official_name") == ("建立村", "建立村村委会")
    assert row(db, YUHUANG, "valid_to") == (date(2023, 6, 29),)


def test_a_plan_changes_nothing(db) -> None:
    plan = plan_import(db, small(), as_of=NEW)
    assert len(plan.new) == 9
    assert db.scalar(select(func.count(Region.code))) == 0


def test_levels_and_parents_stand_with_the_code(db) -> None:
    take(db, small())
    parents = select(Region.code, Region.level, Region.parent_code).where(Region.code.startswith("511002"))
    assert sorted(db.execute(parents)) == [
        ("511002000000", "county", "511000000000"),
        ("511002105000", "township", "511002000000"),
        (SHIWAN, "village", "511002105000"),
        ("511002105202", "village", "511002105000"),
    ]


def test_a_row_without_its_parent_stops_the_import(db) -> None:
    rows = small((YUHUANG, "玉皇村村委会"))
    with pytest.raises(Refused) as refused:
        take(db, rows)
    assert refused.value.code == "bad_rows"
    assert [problem.value for problem in refused.value.details["problems"]] == [YUHUANG]
    assert db.scalar(select(func.count(Region.code))) == 0


def test_a_row_without_its_parent_can_be_skipped(db) -> None:
    plan = take(db, small((YUHUANG, "玉皇村村委会")), skip_bad=True)
    assert len(plan.problems) == 1
    assert db.scalar(select(func.count(Region.code))) == 9


def test_only_what_is_shown_otherwise_counts_a_revision_more(db) -> None:
    take(db, small(), OLD)
    take(db, small(("511002105202", "余家坝村村委会"), ("511002105203", "新村村委会")), NEW, now=LATER)
    revisions = select(Region.code, Region.revision, Region.changed_at).where(
        Region.parent_code == "511002105000"
    )
    assert sorted(db.execute(revisions)) == [
        (SHIWAN, 1, NOW.instant),
        ("511002105202", 2, LATER.instant),
        ("511002105203", 1, LATER.instant),
    ]


def test_a_renamed_township_is_shown_on_the_pages_of_its_villages(db) -> None:
    take(db, small(), OLD)
    take(db, small(("511002105000", "全安街道办事处")), NEW)
    assert row(db, "511002105000", "name", "official_name", "revision") == ("全安街道", "全安街道办事处", 2)
    assert row(db, SHIWAN, "revision") == (2,)
    assert row(db, JIANLI, "revision") == (1,)


@pytest.mark.parametrize(
    ("renamed", "of_villages"), [("511000000000", 1), ("510000000000", 1), ("511002000000", 2)]
)
def test_a_renamed_region_is_shown_wherever_it_is_named_and_nowhere_else(
    db, renamed: str, of_villages: int
) -> None:
    """A village's pages name its township and its county; those of a county and a township all that they lie in."""
    take(db, small(), OLD)
    take(db, small((renamed, "新名县")), NEW)
    assert row(db, SHIWAN, "revision") == (of_villages,)
    assert row(db, "511002105000", "revision") == row(db, "511002000000", "revision") == (2,)
    assert row(db, JIANLI, "revision") == (1,)


def test_a_renamed_successor_is_shown_on_the_page_of_the_village_it_stands_for(db) -> None:
    take(db, small(), OLD)
    set_successor(db, predecessor=SHIWAN, successor="511002105202", day=date(2020, 1, 1), by=SYSTEM, now=NOW)
    take(db, [row for row in small(("511002105202", "余家坝村村委会")) if row.code != SHIWAN], NEW)
    assert row(db, SHIWAN, "revision") == (3,)  # made, succeeded, its successor renamed


def test_old_names_stay_found_after_a_renaming(db) -> None:
    take(db, small(), OLD)
    take(db, small(("511002105202", "傅氏祠村委会")), NEW)
    keys = set(db.scalars(select(RegionKey.key).where(RegionKey.region_code == "511002105202")))
    assert {"yubacun", "ybc", "fushicicun", "fscc"} <= keys


def test_the_import_leaves_one_line_with_its_figures(db) -> None:
    both(db, shipped)
    events = select(AuditEvent.action, AuditEvent.record, AuditEvent.details).order_by(AuditEvent.id)
    assert db.execute(events).all() == [
        (
            "regions.import",
            "region_list 2017-10-31",
            {"covered": ["511000000000"], "new": 2474, "changed": 0, "ended": 0},
        ),
        (
            "regions.import",
            "region_list 2023-06-30",
            {"covered": ["511000000000"], "new": 386, "changed": 47, "ended": 1480},
        ),
    ]


def test_only_the_system_administrator_may_change_the_map(db) -> None:
    make_places(db)
    county = Actor(1, "市中区管理员", (Post(Role.REGION_ADMINISTRATOR, "511002000000"),))
    with pytest.raises(NotAllowed):
        import_regions(db, small(), as_of=NEW, by=county, now=NOW)


@pytest.mark.parametrize(
    "part",
    ["511002", "511002105", "511024100", "511011119", "511", "51"],
)
def test_a_plan_reads_only_a_part_of_the_map_and_misses_nothing(db, part: str) -> None:
    both(db)
    everything_known = _known(db, [])
    for year, as_of in ((2023, date(2024, 6, 30)), (2017, date(2010, 1, 1))):
        rows = [row for row in excerpt(year) if row.code.startswith(part)][1:]
        rows.append(RegionRow(9998, f"{part}99".ljust(12, "9"), "新村"))
        rows.append(
            RegionRow(9999, "511025102235", "玉皇新村")
        )  # apart, its township is known and not on the list
        plan = plan_import(db, rows, as_of=as_of, end_missing=True)
        whole = merge(everything_known, rows, as_of=as_of, end_missing=True)
        assert plan == whole
        assert plan.facts == whole.facts and plan.ended == whole.ended and plan.new == whole.new


def test_a_row_that_stands_apart_in_a_list_of_one_township_is_known_as_well(db) -> None:
    both(db)
    line = ("510000000000", "511000000000", "511002000000")
    rows = [row for row in excerpt(2023) if row.code in line or row.code.startswith("511002105")]
    rows.append(RegionRow(9999, "511002001001", "钟鼓楼新社区"))  # its township is known and not on the list
    plan = plan_import(db, rows, as_of=date(2024, 6, 30), end_missing=True)
    assert plan.covered == ("511002105000",)
    assert plan == merge(_known(db, []), rows, as_of=date(2024, 6, 30), end_missing=True)
    assert "511002001001" in plan.renamed
    take(db, rows, date(2024, 6, 30), end_missing=True)
    assert row(db, "511002001001", "name") == ("钟鼓楼新社区",)


def test_a_township_s_list_does_not_read_the_whole_map(db) -> None:
    both(db)
    rows = [row for row in excerpt(2023) if row.code.startswith("511002105")]
    assert len(_known(db, rows)) < 60 < len(_known(db, []))


def test_progress_of_a_part_is_told_as_percent_of_the_whole_and_never_backwards() -> None:
    told: list[tuple[int, int]] = []
    learn_sounds(shipped(2017), progress=share_of(lambda *step: told.append(step), 0, 40))
    assert told == sorted(told)
    assert (told[0], told[-1]) == ((0, 100), (40, 100))


def facts_only(db) -> list[Any]:
    """What is known of all regions, without how often a page of theirs was shown otherwise."""
    facts = select(Region.code, Region.name, Region.official_name, Region.valid_from, Region.valid_to)
    names = select(RegionName.region_code, RegionName.official_name, RegionName.as_of)
    return [sorted(db.execute(one), key=repr) for one in (facts, names)]


@pytest.mark.parametrize("broken_after", [1, 2, 5, -1])
def test_a_list_that_was_broken_off_goes_on_and_is_withdrawn_whole(
    db, monkeypatch: pytest.MonkeyPatch, broken_after: int
) -> None:
    monkeypatch.setattr(region_lists, "_AT_ONCE", 40)
    take(db, excerpt(2017), OLD)
    before, facts_before = everything(db), facts_only(db)
    rows = excerpt(2023)
    listed = {row.code for row in rows}
    with db.begin_nested() as whole:
        wanted_plan = take(db, rows, NEW, end_missing=True)
        wanted = everything(db)
        whole.rollback()
    db.expire_all()
    assert everything(db) == before

    plan = plan_import(db, rows, as_of=NEW, end_missing=True)
    for step in import_steps(plan, listed, by=SYSTEM, now=NOW)[:broken_after]:
        step(db)
    assert region_uploads.last_taken(db).going_on
    take(db, rows, NEW, end_missing=True)
    assert everything(db) == wanted
    taken = region_uploads.last_taken(db)
    assert not taken.going_on and taken.counts["new"] == len(wanted_plan.new)
    withdraw_list(db, by=SYSTEM, now=NOW)
    assert facts_only(db) == facts_before


def test_a_withdrawal_that_was_broken_off_is_begun_again(db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region_lists, "_AT_ONCE", 40)
    take(db, excerpt(2017), OLD)
    before = facts_only(db)
    take(db, excerpt(2023), NEW, end_missing=True)
    for step in begin_withdrawal(db, by=SYSTEM, now=NOW).steps[:3]:
        step(db)
    withdraw_list(db, by=SYSTEM, now=NOW)
    assert facts_only(db) == before


def test_a_step_that_was_planned_with_something_else_changes_nothing(db) -> None:
    take(db, small(), OLD)
    listed = {row.code for row in small()}
    plan = plan_import(db, small((SHIWAN, "新狮湾村村委会")), as_of=NEW)
    begin, store, *_more = import_steps(plan, listed, by=SYSTEM, now=NOW)
    take(db, small((SHIWAN, "别的名字村村委会")), date(2020, 1, 1))
    begin(db)
    with pytest.raises(StaleRecord):
        store(db)
    assert row(db, SHIWAN, "official_name") == ("别的名字村村委会",)
