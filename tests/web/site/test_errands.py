"""What goes on after an answer: one thing at a time, and always an end."""

from threading import Event

from nightschool.web.site.errands import Errands


def test_one_errand_goes_on_at_a_time_and_says_how_far_it_is() -> None:
    errands, told, end = Errands(), Event(), Event()
    failed: list[str] = []

    def work(tell) -> None:
        tell(3, 7)
        told.set()
        assert end.wait(10)

    assert not errands.is_running("list")
    assert errands.percent_of("list", otherwise=(1, 4)) == 25
    errands.start("list", work, failed=lambda: failed.append("list"))
    assert told.wait(10)
    assert (errands.is_running("list"), errands.percent_of("list")) == (True, 42)
    errands.start("another", work, failed=lambda: failed.append("another"))
    assert (errands.is_running("another"), failed) == (False, ["another"])
    assert (errands.is_busy_with_other("list"), errands.is_busy_with_other("another")) == (False, True)
    end.set()
    errands.wait()
    assert not errands.is_running("list")
    errands.start("another", lambda tell: tell(1, 1), failed=lambda: failed.append("another"))
    errands.wait()
    assert failed == ["another"]


def test_an_errand_that_breaks_off_says_so_and_makes_room_for_the_next() -> None:
    errands, failed = Errands(), []
    errands.start("list", lambda tell: tell(1 // 0, 1), failed=lambda: failed.append("list"))
    errands.wait()
    assert failed == ["list"]
    assert not errands.is_running("list")
    errands.start("list", lambda tell: tell(1, 1), failed=lambda: failed.append("list"))
    errands.wait()
    assert failed == ["list"]
