"""Lists of units and campaigns are kept at a region, and classes bear what they offer."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.labelling import find_labels, labels_of_sessions, set_session_labels
from nightschool.actions.courses.labels import add_labels, edit_label
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.teaching import Label
from nightschool.models.trust import AuditEvent
from nightschool.rules.courses.labels import NO_LABELS, LabelEntry, LabelKind, Labels
from tests.factories import JIANLI, NOW, SHIWAN, TODAY, Cast, make_course, make_label, make_session

COUNTY = "511002000000"


def added(db: Session, cast: Cast, names: str, *, region: str = SHIWAN) -> int:
    return add_labels(db, region=region, kind=LabelKind.UNIT, names=names, by=cast.chen_actor, now=NOW)


def edited(db: Session, cast: Cast, label: Label, entry: LabelEntry, *, version: int | None = None) -> None:
    seen = label.version if version is None else version
    edit_label(db, label=label.public_id, entry=entry, version=seen, by=cast.chen_actor, now=NOW)


def named(db: Session) -> list[str]:
    return list(db.scalars(select(Label.name).where(Label.retired_at.is_(None)).order_by(Label.id)))


def test_names_are_added_once_and_what_is_kept_above_is_not_kept_twice(cast: Cast, db: Session) -> None:
    make_label(db, "县妇联", code=COUNTY)
    make_label(db, "村妇联", code=JIANLI)
    assert added(db, cast, "县妇联、农机站，农 机站\n村妇联") == 2
    assert added(db, cast, "农机站") == 0
    assert named(db) == ["县妇联", "村妇联", "农 机站", "村妇联"]
    line = db.scalars(select(AuditEvent).where(AuditEvent.action == "label.add")).one()
    assert line.details["sessions"] == 2


def test_what_was_put_away_is_offered_again(cast: Cast, db: Session) -> None:
    added(db, cast, "农机站")
    label = db.scalars(select(Label)).one()
    edited(db, cast, label, LabelEntry("农机站", is_retired=True))
    assert named(db) == []
    assert added(db, cast, "农机站") == 1
    assert named(db) == ["农机站"]


@pytest.mark.one_database
def test_a_name_that_cannot_be_kept_is_refused_with_all_the_others(cast: Cast, db: Session) -> None:
    for names, code in {" 、": "name_missing", f"农机站、{'站' * 61}": "label_too_long"}.items():
        with pytest.raises(Refused) as refused:
            added(db, cast, names)
        assert (refused.value.code, refused.value.field) == (code, "names")
    with pytest.raises(NotAllowed):
        added(db, cast, "农机站", region=JIANLI)
    assert named(db) == []
    assert added(db, cast, "站" * 60) == 1


@pytest.mark.one_database
def test_a_label_is_put_right_once_and_not_to_the_name_of_another(cast: Cast, db: Session) -> None:
    added(db, cast, "农机站、妇联")
    label = db.scalars(select(Label).order_by(Label.id)).first()
    assert label is not None
    edited(db, cast, label, LabelEntry("县农机站"))
    assert (label.name, "xiannongjizhan" in label.search_keys.split()) == ("县农机站", True)
    with pytest.raises(StaleRecord):
        edited(db, cast, label, LabelEntry("农机站"), version=label.version - 1)
    for name, code in {"": "name_missing", "站" * 61: "label_too_long", "妇 联": "same_label"}.items():
        with pytest.raises(Refused) as refused:
            edited(db, cast, label, LabelEntry(name))
        assert (refused.value.code, refused.value.field) == (code, "name")
        db.refresh(label)
    edited(db, cast, label, LabelEntry("县农机站"))
    assert len(db.scalars(select(AuditEvent).where(AuditEvent.action == "label.edit")).all()) == 1


@pytest.mark.one_database
def test_a_class_bears_what_its_village_is_offered_in_the_order_chosen(cast: Cast, db: Session) -> None:
    unit, other = make_label(db, "县妇联", code=COUNTY), make_label(db, "农机站", code=SHIWAN)
    campaign = make_label(db, "四好村", kind=LabelKind.CAMPAIGN, code=COUNTY)
    wanted = Labels((other.public_id, unit.public_id), (), (campaign.public_id,))
    found = find_labels(db, SHIWAN, wanted)
    assert found == Labels((other.id, unit.id), (), (campaign.id,))
    class_session = make_session(db, make_course(db), TODAY)
    set_session_labels(db, {class_session.id: found}, are_new=True)
    assert labels_of_sessions(db, [class_session.id]) == {class_session.id: found}
    set_session_labels(db, {class_session.id: Labels(helpers=(unit.id,))})
    assert labels_of_sessions(db, [class_session.id]) == {class_session.id: Labels(helpers=(unit.id,))}
    assert find_labels(db, SHIWAN, NO_LABELS) == NO_LABELS


@pytest.mark.one_database
def test_what_is_on_no_list_of_the_village_is_not_found(cast: Cast, db: Session) -> None:
    unit, elsewhere = (
        make_label(db, "县妇联", code=COUNTY),
        make_label(db, "农机站", code=JIANLI),
    )
    away = make_label(db, "科协", code=SHIWAN, retired_at=NOW.instant)
    for wanted in (
        Labels(hosts=(elsewhere.public_id,)),
        Labels(campaigns=(unit.public_id,)),
        Labels(helpers=("nobody",)),
        Labels(hosts=(away.public_id,)),
    ):
        with pytest.raises(NotFound):
            find_labels(db, SHIWAN, wanted)
    kept = find_labels(db, SHIWAN, Labels(hosts=(away.public_id,)), former=Labels(hosts=(away.id,)))
    assert kept == Labels(hosts=(away.id,))


@pytest.mark.one_database
def test_a_class_bears_eight_of_a_kind_at_most(cast: Cast, db: Session) -> None:
    units = tuple(make_label(db, f"单位{number}", code=SHIWAN).public_id for number in range(9))
    assert len(find_labels(db, SHIWAN, Labels(helpers=units[:8])).helpers) == 8
    with pytest.raises(Refused) as refused:
        find_labels(db, SHIWAN, Labels(helpers=units))
    assert (refused.value.code, refused.value.field) == ("too_many_labels", "hosts")
