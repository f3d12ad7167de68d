"""Who looks at pages in most of these tests."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.factories import Cast


@pytest.fixture
def chen(cast: Cast, browser_of: Callable[[int], FlaskClient]) -> FlaskClient:
    """陈书记's browser."""
    return browser_of(cast.chen)
