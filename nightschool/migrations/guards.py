"""What the database itself refuses, beyond constraints: overlapping bookings, and changed history.

SQLite's batch mode drops a table's triggers without a word. So a migration that rebuilds one of these tables ends with
`put_up`, and so does one that brings a change of this file; a test finds the guards that were lost on the way.
"""

from alembic import op

APPEND_ONLY = ("mark_event", "audit_event")

_OVERLAP_WHEN = """
    SELECT 1 FROM booking AS held
    WHERE held.resource_kind = NEW.resource_kind AND held.resource_id = NEW.resource_id AND held.day = NEW.day
      AND held.starts < NEW.ends AND NEW.starts < held.ends AND held.id IS NOT NEW.id
"""

# Of a change of a mark one thing may go: who of the family came, when the learner is erased.
_BUT = {
    ("mark_event", "update"): """ WHEN OLD.came_instead = '' OR NEW.came_instead <> '' OR NEW.id IS NOT OLD.id
            OR NEW.submission_id IS NOT OLD.submission_id OR NEW.class_session_id IS NOT OLD.class_session_id
            OR NEW.learner_id IS NOT OLD.learner_id OR NEW.status IS NOT OLD.status
            OR NEW.before IS NOT OLD.before"""
}

SQLITE = {
    "booking_overlap": f"""
        CREATE TRIGGER booking_overlap BEFORE INSERT ON booking WHEN EXISTS ({_OVERLAP_WHEN})
        BEGIN SELECT RAISE(ABORT, 'booking_overlap'); END""",
    "booking_overlap_update": f"""
        CREATE TRIGGER booking_overlap_update BEFORE UPDATE ON booking WHEN EXISTS ({_OVERLAP_WHEN})
        BEGIN SELECT RAISE(ABORT, 'booking_overlap'); END""",
    **{
        f"{table}_append_only_{verb}": f"""
        CREATE TRIGGER {table}_append_only_{verb} BEFORE {verb.upper()} ON {table}{_BUT.get((table, verb), "")}
        BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END"""
        for table in APPEND_ONLY
        for verb in ("update", "delete")
    },
}

POSTGRESQL = {
    "booking_overlap": """
        ALTER TABLE booking ADD CONSTRAINT booking_overlap EXCLUDE USING gist (
            resource_kind WITH =, resource_id WITH =, day WITH =, int4range(starts, ends) WITH &&)""",
    **{
        f"{table}_append_only": f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_change()"""
        for table in APPEND_ONLY
    },
}

_POSTGRESQL_FIRST = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'mark_event' AND to_jsonb(OLD)->>'came_instead' <> ''
              AND to_jsonb(NEW) = to_jsonb(OLD) || '{"came_instead": ""}' THEN
               RETURN NEW;
           END IF;
           RAISE EXCEPTION '%_append_only', TG_TABLE_NAME
               USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
       END $$""",
)

EXPECTED = {"sqlite": frozenset(SQLITE), "postgresql": frozenset(POSTGRESQL)}


def put_up(*, may_erase: bool = True) -> None:
    """Every guard stands on this database; those that stood before are made anew.

    `may_erase`: False before people could be erased. SQLite drops no column that a guard speaks of.
    """
    take_down()
    if op.get_bind().dialect.name == "sqlite":
        but = _BUT["mark_event", "update"]
        statements = tuple(one if may_erase else one.replace(but, "") for one in SQLITE.values())
    else:
        statements = (*_POSTGRESQL_FIRST, *POSTGRESQL.values())
    for statement in statements:
        op.execute(statement)


def take_down() -> None:
    """No guard stands on this database."""
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
    else:
        op.execute("ALTER TABLE IF EXISTS booking DROP CONSTRAINT IF EXISTS booking_overlap")
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
