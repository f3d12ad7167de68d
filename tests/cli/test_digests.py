"""The weekly digest goes out by mail to the officers who asked for it, once a week, and to nobody else."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import CliRunner

from nightschool.actions.trust.accounts import choose_digest_mail
from nightschool.cli import cli
from nightschool.database import Database
from nightschool.errors import ConfigurationError
from nightschool.models.trust import Account, AuditEvent, Posting
from nightschool.queries.trust.trust import actor_of
from nightschool.settings import from_environment
from tests import factories
from tests.factories import NOW, TODAY, Cast

WRONG = "nobody@example.cn"
MONDAY = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Asia/Shanghai"))


class Post(socketserver.StreamRequestHandler):
    """Takes mail as a server does, but that it knows one address for wrong."""

    def handle(self) -> None:
        server: PostOffice = self.server  # type: ignore[assignment]
        self.say("220 here")
        wanted: list[str] = []
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "DATA":
                self.say("354 go on")
                letter = b""
                while (row := self.rfile.readline()) != b".\r\n":
                    letter += row
                server.letters.append((wanted[-1], letter))
                self.say("250 taken")
            elif word == "RCPT":
                wanted.append(line.partition("<")[2].partition(">")[0])
                self.say("550 nobody" if wanted[-1] == WRONG else "250 yes")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class PostOffice(socketserver.ThreadingTCPServer):
    """What arrived: to whom, and the letter."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Post)
        self.letters: list[tuple[str, bytes]] = []


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
def office_with_mail(installed: Database) -> tuple[Database, Cast]:
    with installed.writing() as db:
        cast = factories.make_cast(db)
        held = factories.make_session(
            db, factories.make_course(db, title="防诈骗"), TODAY - timedelta(days=7)
        )
        learner = factories.make_learner(db, name="陈大秀")
        factories.make_register(db, held, cast.chen, present=(learner.id,), total=28)
    return installed, cast


def asked(database: Database, account: int, address: str) -> None:
    """As this account would have written it on the page a week ago."""
    with database.writing() as db:
        choose_digest_mail(db, address=address, by=actor_of(db, account, today=TODAY), now=NOW)
        db.get_one(Account, account).mailed_through = None


def sent_by_timer(tmp_path, office: PostOffice | None, at: datetime = MONDAY):
    mail = (
        {
            "NIGHTSCHOOL_SMTP_URL": f"smtp://127.0.0.1:{office.server_address[1]}",
            "NIGHTSCHOOL_MAIL_FROM": "nightschool@example.cn",
        }
        if office
        else {}
    )
    with time_machine.travel(at, tick=True):
        return CliRunner().invoke(cli, ["digests"], env={"NIGHTSCHOOL_DATA": str(tmp_path), **mail})


def test_each_officer_who_asked_gets_last_week_once(tmp_path, office_with_mail, office) -> None:
    database, cast = office_with_mail
    asked(database, cast.township_supervisor, "zhen@example.cn")
    asked(database, cast.county_supervisor, "qu@example.cn")
    asked(database, cast.chen, "chen@example.cn")  # who keeps a village reads its desk
    answer = sent_by_timer(tmp_path, office)
    assert (answer.exit_code, answer.output) == (0, "寄出了 2 封，没有寄成的 0 封。\n")
    assert sorted(to for to, _letter in office.letters) == ["qu@example.cn", "zhen@example.cn"]
    letter = message_from_bytes(dict(office.letters)["zhen@example.cn"], policy=policy.default)
    assert letter["subject"].startswith("全安镇农民夜校周报 ")
    words = letter.get_content()
    assert "全安镇：应开 1 次，已开 1 次，到课 28 人次" in words and "陈大秀" not in words
    assert "/overview/511002105000/digest" in words
    assert sent_by_timer(tmp_path, office).output == "寄出了 0 封，没有寄成的 0 封。\n"
    assert sent_by_timer(tmp_path, office, MONDAY + timedelta(days=7)).output.startswith("寄出了 2 封")


@pytest.mark.parametrize("end", ["posting", "account", "address"])
def test_mail_ends_with_what_it_stands_on(tmp_path, office_with_mail, office, end) -> None:
    database, cast = office_with_mail
    asked(database, cast.township_supervisor, "zhen@example.cn")
    with database.writing() as db:
        account = db.get_one(Account, cast.township_supervisor)
        if end == "posting":
            db.query(Posting).filter_by(account_id=account.id).update({"to_day": TODAY - timedelta(days=5)})
        elif end == "account":
            account.disabled_at = account.created_at
    if end == "address":
        asked(database, cast.township_supervisor, "")
    assert sent_by_timer(tmp_path, office).exit_code == 0 and not office.letters


def test_a_wrong_address_stops_nobody_else_and_is_tried_again(tmp_path, office_with_mail, office) -> None:
    database, cast = office_with_mail
    asked(database, cast.township_supervisor, WRONG)
    asked(database, cast.county_supervisor, "qu@example.cn")
    answer = sent_by_timer(tmp_path, office)
    assert (answer.exit_code, answer.output) == (1, "寄出了 1 封，没有寄成的 1 封。\n")
    asked(database, cast.township_supervisor, "zhen@example.cn")
    assert sent_by_timer(tmp_path, office).output == "寄出了 1 封，没有寄成的 0 封。\n"


def test_without_a_mail_server_it_says_what_to_set(tmp_path, office_with_mail) -> None:
    database, cast = office_with_mail
    asked(database, cast.township_supervisor, "zhen@example.cn")
    answer = sent_by_timer(tmp_path, None)
    assert answer.exit_code == 1 and "NIGHTSCHOOL_SMTP_URL" in answer.output


def test_addresses_are_sealed_and_not_on_the_trail(tmp_path, office_with_mail) -> None:
    database, cast = office_with_mail
    asked(database, cast.township_supervisor, "zhen@example.cn")
    database.dispose()
    assert b"zhen@example" not in b"".join(one.read_bytes() for one in tmp_path.glob("nightschool.db*"))
    with database.reading() as db:
        [line] = db.query(AuditEvent).filter_by(action="account.digest_mail")
        assert not line.details


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [("mail.example.cn", "a@b.cn", "SMTP_URL"), ("smtp://mail.example.cn", "", "MAIL_FROM")],
)
def test_a_mail_server_that_is_half_set_stops_the_start(tmp_path, url, sender, named) -> None:
    environ = {
        "NIGHTSCHOOL_DATA": str(tmp_path),
        "NIGHTSCHOOL_SMTP_URL": url,
        "NIGHTSCHOOL_MAIL_FROM": sender,
    }
    with pytest.raises(ConfigurationError, match=named):
        from_environment(environ)
