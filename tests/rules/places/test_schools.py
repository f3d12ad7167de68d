"""What a night school is called, and whom villagers ask."""

from nightschool.rules.places.schools import SchoolEntry, asked_of, institution_word


def test_who_is_named_for_questions_is_asked_else_who_is_in_charge() -> None:
    assert (asked_of("陈文书", "王校长"), asked_of("", "王校长"), asked_of("", "")) == (
        "陈文书",
        "王校长",
        "",
    )


def test_a_school_without_a_name_of_its_own_is_called_what_most_are() -> None:
    nameless = SchoolEntry().institution_name
    assert (institution_word("狮湾讲堂"), institution_word(nameless), institution_word(None)) == (
        "狮湾讲堂", "农民夜校", "农民夜校",
    )  # fmt: skip
