"""What goes on after an answer: one thing at a time, and always an end."""

from threading import Event

import pytest

from nightschool.web.site.errands import Errands


def test_one_errand_goes_on_at_a_time_and_says_how_far_it_is() -> None:
    errands, told, end = Errands(), Event(), Event()

    def work(tell) -> None:
        tell(3, 7)
        told.set()
        assert end.wait(10)

    assert errands.steps_of("list") is None
    assert errands.start("list", work)
    assert told.wait(10)
    assert errands.steps_of("list") == (3, 7)
    assert not errands.start("another", work)
    assert (errands.is_busy_with_other("list"), errands.is_busy_with_other("another")) == (False, True)
    end.set()
    errands.wait()
    assert errands.steps_of("list") is None
    assert errands.start("another", lambda tell: tell(1, 1))
    errands.wait()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_errand_that_fails_makes_room_for_the_next() -> None:
    errands = Errands()
    errands.start("list", lambda tell: tell(1 // 0, 1))
    errands.wait()
    assert errands.steps_of("list") is None
    assert errands.start("list", lambda tell: tell(1, 1))
    errands.wait()
