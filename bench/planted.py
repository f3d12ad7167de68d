"""Whether flaws that could harm somebody are caught: one is planted for every threat, and its test must fail.

    python -m bench.planted [NUMBER ...]

A test that passes with its flaw proves nothing, and is printed. Everything happens in a copy, as in bench/mutants.py;
`tests/test_planted.py` sees to it that every flaw can still be planted where it was.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.mutants import ROOT, Copy, Mutant


@dataclass(frozen=True, slots=True)
class Flaw:
    """What somebody could do, where it is planted, and by what it is caught."""

    threat: str
    module: str
    right: str
    wrong: str
    caught_by: str

    def planted(self) -> Mutant:
        """The module with the flaw in it. Raises LookupError where it no longer fits."""
        source = (ROOT / self.module).read_text("utf-8")
        if source.count(self.right) != 1:
            raise LookupError(f"{self.module} has this {source.count(self.right)} times: {self.right}")
        return Mutant(self.module, source, source.replace(self.right, self.wrong))


_TRUST, _LOGIN = "nightschool/actions/trust/", "tests/web/trust/test_trust.py::"
FLAWS = (
    Flaw(
        "a coordinator reads another village's people",
        "nightschool/web/site/access.py",
        "return may(who, verb, region)",
        "return True",
        "tests/web/people/test_learners.py::test_the_roster_is_the_villages_own",
    ),
    Flaw(
        "rights outlive the posting",
        "nightschool/queries/trust/trust.py",
        '        in_force(bindparam("today")),\n',
        '        in_force(bindparam("today")) | (bindparam("today") == bindparam("today")),\n',
        _LOGIN + "test_posting_ends_at_midnight_of_the_village",
    ),
    Flaw(
        "somebody gives a role above their own",
        "nightschool/rules/trust/accounts.py",
        "return region_code is None and actor.account_id is None and may",
        "return may",
        "tests/rules/trust/test_accounts.py",
    ),
    Flaw(
        "a script in a name runs in who reads it",
        "nightschool/web/site/headers.py",
        "\"script-src 'self'\"",
        "\"script-src 'self' 'unsafe-inline'\"",
        "tests/web/site/test_headers.py::test_no_code_from_within_pages_nor_from_elsewhere",
    ),
    Flaw(
        "a script of ours makes markup of what somebody typed",
        "nightschool/web/site/headers.py",
        "        \"require-trusted-types-for 'script'\",\n",
        "",
        "tests/web/site/test_headers.py::test_no_code_from_within_pages_nor_from_elsewhere",
    ),
    Flaw(
        "another site sends a form in somebody's name",
        "nightschool/web/site/csrf.py",
        "        if request.environ.get(SENT_AGAIN):\n",
        "        if request:\n",
        "tests/web/test_access_matrix.py::test_no_form_without_its_token_is_acted_on",
    ),
    Flaw(
        "a link leads on to another site after logging in",
        "nightschool/web/site/redirects.py",
        "    if parts.scheme or parts.netloc or parts.fragment or _CROOKED.search(parts.path):\n        return None\n",
        "",
        "tests/web/site/test_redirects.py::test_own_path_is_what_it_was_given_or_nothing",
    ),
    Flaw(
        "an invented host stands in our addresses",
        "nightschool/web/app.py",
        "        TRUSTED_HOSTS=list(settings.trusted_hosts),\n",
        "",
        "tests/web/site/test_headers.py::test_invented_host_gets_no_page",
    ),
    Flaw(
        "passwords are guessed as fast as one likes",
        "nightschool/rules/trust/throttle.py",
        "    if len(latest_first) < pace.free or",
        "    if pace or",
        _LOGIN + "test_after_some_failures_one_waits_a_minute_though_the_password_is_right_now",
    ),
    Flaw(
        "a refused login tells which names there are",
        "nightschool/web/trust/trust.py",
        '    if not hashing.is_right(attempt.password_hash, typed):\n        _log_refused("password"',
        '    if attempt.account_id is None:\n        raise Refused("no_account")\n'
        '    if not hashing.is_right(attempt.password_hash, typed):\n        _log_refused("password"',
        _LOGIN + "test_failure_says_the_same_for_unknown_disabled_and_passwordless_accounts",
    ),
    Flaw(
        "scripts read the login's cookie, or another site sends it",
        "nightschool/web/site/browser.py",
        '        httponly=True,\n        samesite="Lax",\n',
        '        samesite="Lax",\n',
        _LOGIN + "test_cookies_over_tls_are_secure_and_tied_to_the_host",
    ),
    Flaw(
        "a lost phone goes on",
        _TRUST + "devices.py",
        "    login.revoked_at = now.instant\n",
        "",
        "tests/actions/trust/test_devices.py::test_lost_phone_is_out_and_the_other_stays",
    ),
    Flaw(
        "a sheet sent twice with another content takes the place of the first",
        "nightschool/actions/registers/attendance.py",
        '    if seen.fingerprint != submission["fingerprint"]:\n        raise Refused("other_content")\n',
        "",
        "tests/actions/registers/test_attendance.py::test_the_same_id_with_other_content_is_refused",
    ),
    Flaw(
        "of two phones the one that arrives last wins without a word",
        "nightschool/rules/registers/attendance.py",
        "        return cls(min(taken_at, received_at), submission)",
        "        return cls(received_at, submission)",
        "tests/actions/registers/test_deliveries.py"
        "::test_of_sheets_that_knew_nothing_of_each_other_the_one_written_last_counts_however_they_arrive",
    ),
    Flaw(
        "a phone whose clock is years ahead has the last word",
        "nightschool/rules/registers/attendance.py",
        "        return cls(min(taken_at, received_at), submission)",
        "        return cls(taken_at, submission)",
        "tests/rules/registers/test_attendance.py",
    ),
    Flaw(
        "a line of the trail is changed and nobody finds it",
        "nightschool/queries/trust/chain.py",
        "    AuditEvent.details,\n)",
        ")",
        "tests/cli/test_audit.py::test_one_changed_byte_of_a_line_is_found",
    ),
    Flaw(
        "two write at once, and one loses what was confirmed",
        "nightschool/database.py",
        'connection.exec_driver_sql("BEGIN IMMEDIATE")',
        'connection.exec_driver_sql("BEGIN")',
        "tests/test_database.py",
    ),
    Flaw(
        "a full disk takes what somebody wrote with it",
        "nightschool/database.py",
        'or "is full" in words',
        'or "is never" in words',
        "tests/web/site/test_errors.py::test_a_full_disk_lets_everybody_read_and_tells_who_looks_after_it",
    ),
    Flaw(
        "a backup that somebody changed on purpose is restored",
        "nightschool/cli/manifest.py",
        "return bool(told) and hmac.compare_digest(told, found)",
        "return bool(told)",
        "tests/cli/test_backup.py::test_backup_changed_on_purpose_by_who_has_no_keys_is_refused",
    ),
    Flaw(
        "what somebody typed is a formula in a workbook",
        "nightschool/formats/workbooks.py",
        '    cell.value, cell.data_type = cleaned(text), "s"',
        "    cell.value = cleaned(text)",
        "tests/formats/test_table_paper.py",
    ),
    Flaw(
        "a title begins a line of its own in a calendar",
        "nightschool/formats/ics.py",
        'return text if text.isprintable() else _CONTROLS.sub("", _NEW_LINES.sub("\\n", text))',
        "return text",
        "tests/formats/test_ics.py",
    ),
    Flaw(
        "a workbook unfolds until the memory is full",
        "nightschool/formats/workbook_reader.py",
        "    most = min(MOST_UNPACKED_BYTES, max(A_LITTLE, MOST_UNPACKED_TIMES * len(data)))",
        "    most = 10**12",
        "tests/formats/test_region_lists.py::test_what_is_no_list_gets_one_sentence_that_says_what_to_do",
    ),
    Flaw(
        "a number of four hundred digits ends in a failure",
        "nightschool/web/site/converters.py",
        "2**31 - 1",
        "2**200",
        "tests/web/site/test_errors.py::test_a_number_that_no_column_holds_names_nothing",
    ),
    Flaw(
        "telephone numbers stand in logs",
        "nightschool/web/site/logs.py",
        "    return PERSONAL.sub(",
        "    return text or PERSONAL.sub(",
        "tests/web/site/test_logs.py::test_numbers_of_persons_are_masked_and_others_kept",
    ),
    Flaw(
        "a sealed number is moved into somebody else's row, and opens there",
        "nightschool/sealing.py",
        "cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode())",
        "cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], b)",
        "tests/test_sealing.py::test_value_moved_to_another_row_does_not_open",
    ),
)


def main() -> int:
    """Prints what was not caught, then how many were."""
    parser = argparse.ArgumentParser(description="Whether a flaw of each kind is caught.")
    parser.add_argument("numbers", nargs="*", type=int, help="of the flaws, from 1; none: all")
    asked, begun, missed = parser.parse_args(), time.monotonic(), 0
    chosen = [(n, flaw) for n, flaw in enumerate(FLAWS, 1) if not asked.numbers or n in asked.numbers]
    with tempfile.TemporaryDirectory(prefix="nightschool-planted-") as folder:
        copy = Copy(Path(folder))
        for number, flaw in chosen:
            is_caught = copy.notices(flaw.planted(), [ROOT / flaw.caught_by])
            missed += not is_caught
            print(f"{number:2} {'caught' if is_caught else 'MISSED'}  {flaw.threat}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} flaws caught in {time.monotonic() - begun:.0f} s.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
