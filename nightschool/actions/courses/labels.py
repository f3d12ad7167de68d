"""The lists of units and of campaigns of a region: names added many at once, put right, put away and brought back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.notices.revisions import in_feeds, shown_anew
from nightschool.actions.records import changed_fields, locked_as_seen, note
from nightschool.actions.touching import touch_villages
from nightschool.errors import NotFound, Refused
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionLabel, Label
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.labels import LONGEST_LABEL, LabelEntry, LabelKind, split_names
from nightschool.rules.names import compared, stored_keys
from nightschool.rules.regions import ancestors_of
from nightschool.rules.slots import Now


def add_labels(db: Session, *, region: str, kind: LabelKind, names: str, by: Actor, now: Now) -> int:
    """The region's list has these names, one a line or with commas between; returns how many it had not before.

    What a region above keeps is not kept twice; what was put away here is offered again. Raises: NotFound; Refused
    with `name_missing` or `label_too_long`, and then none is added; VillageEnded.
    """
    require(by, "keep_labels", region)
    if db.get(Region, region) is None:
        raise NotFound
    check_goes_on(db, [(region, now.day)])
    wanted = {compared(name): name for name in split_names(names)}
    if not wanted:
        raise Refused("name_missing", field="names")
    for name in wanted.values():
        _check(name, field="names")
    known = db.scalars(
        select(Label).where(Label.region_code.in_((region, *ancestors_of(region))), Label.kind == kind.value)
    ).all()
    mine = {compared(one.name): one for one in known if one.region_code == region}
    in_use = {compared(one.name) for one in known if one.retired_at is None}
    new = {key: name for key, name in wanted.items() if key not in in_use}
    for key, name in new.items():
        if key in mine:
            mine[key].retired_at = None
        else:
            keys = stored_keys(name)
            db.add(Label(region_code=region, kind=kind.value, name=name, search_keys=keys))
    if new:
        db.flush()
        note(db, f"region {region}", "label.add", by=by, now=now, region_code=region, sessions=len(new))
    return len(new)


def edit_label(db: Session, *, label: str, entry: LabelEntry, version: int, by: Actor, now: Now) -> None:
    """The label is called this, and so it is on the public pages of every class that bears it; or it is put away.

    Raises: StaleRecord when somebody saved it since this version; Refused with `name_missing`, `label_too_long` or
    `same_label`.
    """
    bear_it = ClassSession.id.in_(
        select(ClassSessionLabel.class_session_id)
        .join(Label, Label.id == ClassSessionLabel.label_id)
        .where(Label.public_id == label, Label.name != entry.name)
    )
    # Class sessions are locked first, as by whoever changes one of them.
    shown = in_feeds(db, bear_it, now=now)
    found = locked_as_seen(db, Label, Label.public_id == label, version=version, by=by)
    _check(entry.name, field="name")
    others = select(Label.name).where(
        Label.region_code == found.region_code, Label.kind == found.kind, Label.id != found.id
    )
    if compared(entry.name) in map(compared, db.scalars(others)):
        raise Refused("same_label", field="name", typed=entry.name)
    if found.name != entry.name:
        villages = db.scalars(
            select(ClassSession.region_code)
            .join(ClassSessionLabel, ClassSessionLabel.class_session_id == ClassSession.id)
            .where(ClassSessionLabel.label_id == found.id)
            .distinct()
        ).all()
        found.name, found.search_keys = entry.name, stored_keys(entry.name)
    else:
        villages = []
    if entry.is_retired != (found.retired_at is not None):
        found.retired_at = now.instant if entry.is_retired else None
    fields = [name for name in changed_fields(found) if name != "search_keys"]
    if fields:
        db.flush()
        touch_villages(db, villages, now=now)
        shown_anew(db, shown, now=now)
        note(db, found, "label.edit", by=by, now=now, fields=fields)


def _check(name: str, *, field: str) -> None:
    if not name:
        raise Refused("name_missing", field=field)
    if len(name) > LONGEST_LABEL:
        raise Refused("label_too_long", field=field, typed=name[:LONGEST_LABEL])
