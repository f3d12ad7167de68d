"""Who may do what where: roles, verbs, and the one check every action and every page goes through."""

from dataclasses import dataclass
from enum import StrEnum

from nightschool.errors import NotAllowed
from nightschool.rules.regions import is_inside


class Role(StrEnum):
    COORDINATOR = "coordinator"  # of one village
    SUPERVISOR = "supervisor"  # of a township, county or city: sees sessions, counts, reasons; edits nothing
    REGION_ADMINISTRATOR = "region_administrator"  # accounts and postings below the region, no registers
    SYSTEM_ADMINISTRATOR = "system_administrator"  # everywhere, the same verbs as a region administrator


ADMINISTRATORS = frozenset({Role.REGION_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR})

# Verb -> the roles that may do it inside the region of their posting.
VERBS: dict[str, frozenset[Role]] = {
    "see_village": frozenset({Role.COORDINATOR}),
    "schedule": frozenset({Role.COORDINATOR}),
    "keep_register": frozenset({Role.COORDINATOR}),
    "keep_people": frozenset({Role.COORDINATOR}),
    "keep_teachers": frozenset({Role.COORDINATOR}) | ADMINISTRATORS,
    "keep_venues": frozenset({Role.COORDINATOR}),
    "keep_school": frozenset({Role.COORDINATOR}),
    "keep_labels": frozenset({Role.COORDINATOR}) | ADMINISTRATORS,  # the lists of units and of campaigns
    "take_over": frozenset({Role.COORDINATOR})
    | ADMINISTRATORS,  # what a village had that was merged into this one
    "keep_calendars": frozenset({Role.COORDINATOR}) | ADMINISTRATORS,
    "see_overview": frozenset({Role.SUPERVISOR}),
    "approve_plans": frozenset({Role.SUPERVISOR}),  # or returns them; still edits nothing in a village
    "call_off": frozenset({Role.SUPERVISOR}),  # an evening of a township or county, when nobody shall set out
    "dispatch": frozenset({Role.SUPERVISOR}),  # asks a teacher and a village; both answer for themselves
    "inspect": frozenset({Role.SUPERVISOR}),  # draws classes to be seen, and notes what was found
    "see_trail": frozenset({Role.COORDINATOR}) | ADMINISTRATORS,
    "manage_accounts": ADMINISTRATORS,
    "settle": frozenset({Role.SUPERVISOR}) | ADMINISTRATORS,  # what a region settles for its own work
    "keep_regions": frozenset({Role.SYSTEM_ADMINISTRATOR}),
    "own_account": frozenset(Role),
}


# Table -> the verb that it takes to edit one of its records.
KEEPERS = {
    "learner": "keep_people",
    "teacher": "keep_teachers",
    "venue": "keep_venues",
    "label": "keep_labels",
    "course": "schedule",
    "night_school": "keep_school",
    "question": "keep_register",
    "wish": "schedule",
    "register": "keep_register",
}


@dataclass(frozen=True)
class Post:
    """A posting in force: a role inside a region. No region code: everywhere."""

    role: Role
    region_code: str | None


@dataclass(frozen=True)
class Actor:
    """Who acts, with the postings in force on that day. The command line acts with no account, as the system itself."""

    account_id: int | None
    name: str
    posts: tuple[Post, ...]

    def posts_for(self, verb: str) -> tuple[Post, ...]:
        """The postings that give this verb, wherever they are."""
        roles = VERBS[verb]
        return tuple(post for post in self.posts if post.role in roles)


SYSTEM = Actor(account_id=None, name="system", posts=tuple(Post(role, None) for role in Role))


def may(actor: Actor, verb: str, region_code: str | None) -> bool:
    """True when one of the actor's postings gives this verb in this region.

    A record that belongs nowhere (no region code) is open only to a posting that holds everywhere.
    """
    return any(
        post.region_code is None or (region_code is not None and is_inside(region_code, post.region_code))
        for post in actor.posts_for(verb)
    )


def require(actor: Actor, verb: str, region_code: str | None) -> None:
    """Raises NotAllowed unless the actor may."""
    if not may(actor, verb, region_code):
        raise NotAllowed(verb, region_code)
