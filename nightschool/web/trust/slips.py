"""Login slips as they are kept for the page that shows them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from nightschool.actions.trust.accounts import Slip


def kept_slip(slip: Slip) -> dict[str, Any]:
    """The slip as it is kept."""
    return {**asdict(slip), "expires_at": slip.expires_at.isoformat()}


def read_slip(kept: dict[str, Any]) -> Slip:
    """The slip that was kept."""
    return Slip(**{**kept, "expires_at": datetime.fromisoformat(kept["expires_at"])})
