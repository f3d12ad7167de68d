"""The address by which a teacher sees their own classes: what is kept of it, and why none is made."""

from nightschool.errors import Refused
from nightschool.rules.people.teacher_links import digest_of, tell_refused_link


def test_an_address_is_known_by_what_cannot_be_turned_back() -> None:
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_why_no_address_is_made_is_told() -> None:
    assert tell_refused_link(Refused("retired", name="周老师")).startswith("周老师不再请了。")
    assert tell_refused_link(Refused("is_merged", name="周老师")).startswith(
        "周老师这份记录已经并到另一份里了。"
    )
