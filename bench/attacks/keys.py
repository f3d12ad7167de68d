"""Keys that are gone, of another installation or damaged, and single values that no longer open."""

from collections.abc import Iterator

from bench.attacks.town import Browser, Figure, Town
from nightschool.settings import dump_keys, new_keys

LISTS = ("/desk/511002105201/learners", "/desk/511002105201/teachers", "/desk/511002105201/venues")


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """Every command is tried with every kind of wrong keys; then one value of each kind is damaged."""
    town.command("accounts", "slip", "admin")
    file = town.folder / "keys.json"
    right = file.read_bytes()
    wrong = {
        "gone": None,
        "another installation's": dump_keys(new_keys()).encode(),
        "empty": b"",
        "cut off": right[:-30],
    }
    commands = [("accounts", "slip", "shiwan"), ("serve",), ("backup", str(town.folder / "copy.db"))]
    started = silent = 0
    for content in wrong.values():
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        for words in commands[: 1 if is_short else None]:
            done = town.command(*words)
            started += done.exit_code == 0
            silent += "密钥" not in done.output or not isinstance(done.exception, SystemExit)
        silent += town.command("doctor").exit_code == 0
        started += file.exists() != (content is not None)
    file.write_bytes(right)
    yield Figure("commands that went on with wrong keys", started, 0)
    yield Figure("wrong keys without a plain sentence", silent, 0)
    for table, column in (("learner", "phone"), ("teacher", "phone"), ("venue", "key_holder_phone")):
        town.told(f"UPDATE {table} SET {column} = 'k1.damaged' WHERE id % 2 = 0")
    with town.served():
        browser = Browser(town)
        browser.log_in("shiwan", town.accounts["shiwan"])
        failed = sum(browser.get(address)[0] != 200 for address in LISTS)
    yield Figure("lists that fail when every second number is damaged", failed, 0)
    yield Figure(
        "damaged values of which doctor says nothing", int("坏了" not in town.command("doctor").output), 0
    )
