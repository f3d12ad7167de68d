"""The first administrator, and help for whoever has lost a password, from the server's own command line."""

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from nightschool.actions.trust.hashing import is_right
from nightschool.cli import cli
from nightschool.database import Database
from nightschool.models.trust import Account, AuditEvent, LoginSlip, Posting
from nightschool.settings import sqlite_url
from tests import factories
from tests.factories import SHIWAN

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
PASSWORD = "秋收以后再来上课"


@pytest.fixture
def place(tmp_path: Path, installed: Database) -> Path:
    """An installation with Sichuan down to 狮湾村."""
    with installed.writing() as db:
        factories.make_places(db)
    return tmp_path


def accounts(folder: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["accounts", *words], env={"NIGHTSCHOOL_DATA": str(folder)}, input=typed)


def stored(folder: Path, table: Any) -> list[Any]:
    database = Database(sqlite_url(folder / "nightschool.db"), sealer=factories.SEALER)
    with database.reading() as db:
        rows = list(db.scalars(select(table)))
    database.dispose()
    return rows


@pytest.mark.parametrize("password", ["12345678", "狮湾村狮湾村2016", "chenxiuying88", "quananzhen123"])
def test_a_password_that_others_would_guess_is_refused(place: Path, password: str) -> None:
    words = ("create", "--role", "coordinator", "--region", SHIWAN, "--name", "陈秀英", "--password")
    told = accounts(place, *words, typed=f"{password}\n{password}\n")
    assert told.exit_code == 1
    assert "换一句只有自己会说的话" in told.output
    assert stored(place, Account) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [("王\ue863", "王\ue863"), ("田\U0002ebf1", "田\U0002ebf1"), ("王\t芳", "王 芳"), ("王\u202e芳", "王芳")],
)
def test_a_name_is_kept_as_it_was_typed(tmp_path: Path, installed: Database, name: str, kept: str) -> None:
    assert accounts(tmp_path, "create", "--name", name).exit_code == 0
    assert [account.display_name for account in stored(tmp_path, Account)] == [kept]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("长" * 61, "最多写 60 个字，现在有 61 个。"), ("王小明 511002199001011234", "里面像是有身份证号。")],
)
def test_a_name_that_cannot_be_kept_is_told(tmp_path: Path, name: str, sentence: str) -> None:
    told = accounts(tmp_path, "create", "--name", name)
    assert told.exit_code != 0
    assert sentence in told.output


def test_first_administrator_is_made_on_a_new_installation_and_told_a_code(tmp_path: Path) -> None:
    told = accounts(tmp_path, "create", "--name", "王管理")
    assert told.exit_code == 0, told.output
    [account], [posting] = stored(tmp_path, Account), stored(tmp_path, Posting)
    assert f"登录名：{account.login_name}" in told.output
    assert len(CODE.findall(told.output)) == 1
    assert (posting.role, posting.region_code) == ("system_administrator", None)
    assert account.password_hash is None
    assert "/login/slip" in told.output


def test_code_is_not_stored(place: Path) -> None:
    told = accounts(place, "create", "--name", "王管理")
    code = CODE.findall(told.output)[0].replace("-", "")
    for table in (LoginSlip, AuditEvent, Account):
        assert code not in str([vars(row) for row in stored(place, table)])


def test_region_administrator_is_made_for_a_county(place: Path) -> None:
    told = accounts(
        place,
        "create",
        "--name",
        "李管理",
        "--login",
        "lgl",
        "--role",
        "region_administrator",
        "--region",
        "511002",
    )
    assert told.exit_code == 0, told.output
    [posting] = stored(place, Posting)
    assert (posting.role, posting.region_code) == ("region_administrator", "511002000000")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--role", "region_administrator"), "没有代码是"),
        (("--role", "region_administrator", "--region", "511099"), "没有代码是"),
        (("--role", "region_administrator", "--region", "51x"), "不是区划代码"),
        (("--region", "511002"), "系统管理员不要写地方"),
        (("--role", "coordinator", "--region", factories.SHIWAN), "还没有办夜校"),
        (("--role", "coordinator", "--region", "511002"), "不设在这一级"),
        (("--login", "a b"), "登录名里只能有"),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_leaves_nothing(
    place: Path, words: tuple[str, ...], says: str
) -> None:
    told = accounts(place, "create", "--name", "王二", *words)
    assert told.exit_code == 1 and says in told.output
    assert "Traceback" not in told.output
    assert stored(place, Account) == []


def test_taken_login_name_is_told_with_a_free_one(place: Path) -> None:
    accounts(place, "create", "--name", "王管理", "--login", "wgl")
    told = accounts(place, "create", "--name", "王管理", "--login", "WGL")
    assert told.exit_code == 1 and "已经有人用了" in told.output
    assert len(stored(place, Account)) == 1


def test_password_typed_twice_is_set_and_no_code_printed(place: Path) -> None:
    told = accounts(place, "create", "--name", "王管理", "--password", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert told.exit_code == 0, told.output
    assert PASSWORD not in told.output and not CODE.search(told.output)
    [account] = stored(place, Account)
    assert is_right(account.password_hash, PASSWORD)


def test_short_password_makes_no_account(place: Path) -> None:
    told = accounts(place, "create", "--name", "王管理", "--password", typed="short\nshort\n")
    assert told.exit_code == 1 and "至少 8 个字" in told.output
    assert stored(place, Account) == []


def test_lost_password_is_helped_by_a_new_code_and_the_old_one_is_void(place: Path) -> None:
    accounts(place, "create", "--name", "王管理", "--login", "wgl")
    told = accounts(place, "slip", "wgl")
    assert told.exit_code == 0 and CODE.search(told.output)
    old, new = stored(place, LoginSlip)
    assert old.expires_at <= new.made_at < new.expires_at


def test_password_is_set_for_an_account(place: Path) -> None:
    accounts(place, "create", "--name", "王管理", "--login", "wgl")
    told = accounts(place, "password", "wgl", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert told.exit_code == 0 and "密码改好了" in told.output
    [account] = stored(place, Account)
    assert is_right(account.password_hash, PASSWORD)


@pytest.mark.parametrize("command", ["slip", "password"])
def test_unknown_login_name_is_told(place: Path, command: str) -> None:
    told = accounts(place, command, "nobody", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert told.exit_code == 1 and "没有登录名是 nobody 的账号" in told.output


def test_command_line_leaves_its_line_in_the_trail_too(place: Path) -> None:
    accounts(place, "create", "--name", "王管理", "--login", "wgl")
    lines = stored(place, AuditEvent)
    assert {line.action for line in lines} == {"account.create", "slip.make"}
    assert {line.account_id for line in lines} == {None}
