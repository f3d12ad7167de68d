"""Pages with a secret on them are reached by a redirect: who reloads one sends no form again. Who made it can look at
it again for an hour, then nobody can.
"""

from typing import Any

from sqlalchemy.orm import Session

from nightschool.actions.trust.answered_forms import keep_secret_page
from nightschool.queries.trust.answered_forms import secret_page
from nightschool.web.site.access import actor
from nightschool.web.site.context import now, reading


def keep_secret(db: Session, **content: Any) -> str:
    """What the page shows is kept for who asks just now; the page's public id."""
    account_id = actor().account_id
    return keep_secret_page(db, content, account_id=account_id, now=now())


def secret_of(page: str) -> dict[str, Any] | None:
    """What the page shows to who asks just now; None when the hour is over, or somebody else made it."""
    with reading() as db:
        return secret_page(db, page, account_id=actor().account_id, now=now())
