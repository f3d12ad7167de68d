"""`regions`: lists of villages come in, and a merged village is told who stands for it now."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nightschool.actions.places import region_lists, successors, withdrawals
from nightschool.actions.places.region_lists import Progress, share_of
from nightschool.cli.installation import Installation, fail, migrated_installation, told_plainly
from nightschool.errors import Problem, Refused, StaleRecord
from nightschool.formats.region_lists import RegionList, read_regions
from nightschool.queries.places.places import names_of
from nightschool.rules.access import SYSTEM
from nightschool.rules.almanac import day_with_year
from nightschool.rules.places.region_lists import Merge, tell_given, tell_successor_refusal
from nightschool.rules.places.region_uploads import tell_upload_refusal, tell_withdrawn
from nightschool.rules.regions import tell_nothing_ends, tell_row_problem, tell_unread_sheets
from nightschool.texts import _, counted

_MOST_PROBLEMS_TOLD = 50
_MOST_UNITS_TOLD = 10
_WORTH_A_BAR = 5000  # rows; fewer are in within a second or two
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def regions() -> None:
    """The villages, townships and counties that are known."""


@regions.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as-of", type=_DAY, metavar="DATE", help="The day the list describes; today when left out.")
@click.option("--end-missing", is_flag=True, help="What the list covers and does not name exists no more.")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option(
    "--renamed", is_flag=True, help="Codes with the name of another village were renamed; take them."
)
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out instead of importing nothing.")
def import_list(
    file: Path, as_of: datetime | None, end_missing: bool, dry_run: bool, renamed: bool, skip_bad: bool
) -> None:
    """Take in FILE: CSV or XLSX with the columns code and name (or 代码 and 名称), in UTF-8, GB18030 or UTF-16.

    A list is complete below every unit from which it branches out: a list of one city says nothing about others.
    Nothing is ever deleted, and the same list a second time changes nothing.
    """
    with told_plainly():
        found = read_regions(file.read_bytes())
    _tell_problems(found.problems)
    if not found.rows or (found.problems and not skip_bad):
        fail(
            _("什么也没有导入。改好再来，或者加 --skip-bad 跳过这些行。")
            if found.rows
            else _("什么也没有导入。")
        )
    installation = migrated_installation()
    day = as_of.date() if as_of else installation.now().day
    if found.unread_sheets:
        click.echo(tell_unread_sheets(found.unread_sheets), err=True)
    if end_missing and not found.is_every_code_read:
        click.echo(tell_nothing_ends(), err=True)
        end_missing = False
    how = {"as_of": day, "end_missing": end_missing, "named": found.named, "takes_given": renamed}
    with told_plainly():
        if dry_run:
            with installation.database.reading() as db:
                plan = region_lists.plan_import(db, found.rows, **how)
            _tell_problems(plan.problems)
            _stop_at(plan.problems, skip_bad=skip_bad)
        else:
            plan = _import(installation, found, skip_bad=skip_bad, **how)
        _tell_plan(installation, plan, found, dry_run=dry_run)


@regions.command()
def withdraw() -> None:
    """Withdraw the list that was taken in last: names, ends and codes are what they were before it."""
    installation = migrated_installation()
    with told_plainly():
        try:
            with installation.database.reading() as db:
                withdrawal = withdrawals.begin_withdrawal(db, by=SYSTEM, now=installation.now())
            for step in withdrawal.steps:
                with installation.database.writing() as db:
                    step(db)
            with installation.database.writing() as db:
                at = installation.now()
                done = withdrawals.finish_withdrawal(db, withdrawal.taken, by=SYSTEM, now=at)
        except Refused as refused:
            fail(tell_upload_refusal(refused))
        except StaleRecord:
            fail(_("另一份名单正在导入，等它完了再来。"))
    click.echo(tell_withdrawn(done.as_of, restored=done.restored, gone=done.gone, kept=done.kept))


@regions.command()
@click.argument("old")
@click.argument("new")
@click.option("--day", type=_DAY, required=True, metavar="DATE", help="The first day NEW stands for OLD.")
def successor(old: str, new: str, day: datetime) -> None:
    """Say that the region NEW stands for the region OLD from that day on (12-digit codes)."""
    installation = migrated_installation()
    with told_plainly(), installation.database.writing() as db:
        try:
            successors.set_successor(
                db, predecessor=old, successor=new, day=day.date(), by=SYSTEM, now=installation.now()
            )
        except Refused as refused:
            fail(tell_successor_refusal(refused))
        names = names_of(db, [old, new])
    click.echo(
        _(
            "从 %(day)s 起，%(old_name)s（%(old)s）由 %(new_name)s（%(new)s）接替。",
            day=day_with_year(day.date()),
            old=old,
            old_name=names[old],
            new=new,
            new_name=names[new],
        )
    )


def _import(installation: Installation, found: RegionList, *, skip_bad: bool, **how: Any) -> Merge:
    """What changed. Rows whose parents are unknown are told; the command ends there when they are not to be skipped."""
    try:
        with _progress_shown(len(found.rows)) as progress:
            region_lists.learn_sounds(found.rows, progress=share_of(progress, 0, 40))
            with installation.database.reading() as db:
                plan = region_lists.plan_import(db, found.rows, **how)
            listed, at = {row.code for row in found.rows}, installation.now()
            steps = region_lists.import_steps(plan, listed, skip_bad=skip_bad, by=SYSTEM, now=at)
            for number, step in enumerate(steps, 1):
                with installation.database.writing() as db:
                    step(db)
                progress(40 + 60 * number // len(steps), 100)
    except Refused as refused:
        _tell_problems(refused.details["problems"])
        _stop_at(refused.details["problems"], skip_bad=skip_bad)
        raise
    except StaleRecord:
        fail(_("另一份名单正在导入，等它完了再来。"))
    _tell_problems(plan.problems)
    return plan


@contextmanager
def _progress_shown(rows: int) -> Iterator[Progress]:
    """Progress in percent: a bar on a terminal, now and then a line elsewhere, nothing for a short list."""
    if rows < _WORTH_A_BAR:
        yield region_lists.silent
    elif sys.stdout.isatty():
        with click.progressbar(length=100, label=_("导入")) as bar:
            yield lambda done, _all: bar.update(done - bar.pos)
    else:
        told = {0}

        def tell(done: int, _all: int) -> None:
            quarter = done // 25 * 25
            if quarter not in told:
                told.add(quarter)
                click.echo(_("导入了 %(percent)d%%", percent=quarter))

        yield tell


def _stop_at(problems: Sequence[Problem], *, skip_bad: bool) -> None:
    if problems and not skip_bad:
        fail(_("什么也没有导入。改好再来，或者加 --skip-bad 跳过这些行。"))


def _tell_problems(problems: Sequence[Problem]) -> None:
    for problem in problems[:_MOST_PROBLEMS_TOLD]:
        click.echo(tell_row_problem(problem), err=True)
    if len(problems) > _MOST_PROBLEMS_TOLD:
        click.echo(_("还有 %(n)d 行有问题，没有一一列出。", n=len(problems) - _MOST_PROBLEMS_TOLD), err=True)


def _tell_plan(installation: Installation, plan: Merge, found: RegionList, *, dry_run: bool) -> None:
    with installation.database.reading() as db:
        names = {row.code: row.name for row in found.rows} | names_of(db, plan.covered)
    covered = _("、").join(names[code] for code in plan.covered[:_MOST_UNITS_TOLD])
    if len(plan.covered) > _MOST_UNITS_TOLD:
        covered = _("%(names)s等 %(n)d 处", names=covered, n=len(plan.covered))
    day = day_with_year(plan.as_of)
    click.echo(_("%(day)s 的名单，范围是%(covered)s：", day=day, covered=covered))
    click.echo(
        _(
            "新增 %(new)d，改名或恢复 %(changed)d，撤并 %(ended)d，没有变化 %(unchanged)d，跳过 %(skipped)d。",
            new=len(plan.new),
            changed=len(plan.changed),
            ended=len(plan.ended),
            unchanged=plan.unchanged,
            skipped=len(found.problems) + len(plan.problems),
        )
    )
    for given in plan.given[:_MOST_PROBLEMS_TOLD]:
        click.echo(tell_given(given))
    if plan.given:
        click.echo(
            counted(
                "这样的有 %(n)d 处，没有动。村子没有换、就是改了名的，加 --renamed 再导一次。",
                len(plan.given),
            )
        )
    if dry_run:
        click.echo(_("这是试算，什么也没有存。"))
