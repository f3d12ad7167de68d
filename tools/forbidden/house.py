# A bad line and a good one for each rule of house.yaml. Nothing here is ever run.
from sqlalchemy import func, select, text

# ruleid: statement-put-together
db.execute(text("SELECT id FROM learner WHERE name = '" + name + "'"))
# ruleid: statement-put-together
connection.exec_driver_sql(f"DELETE FROM {table}")
# ok: statement-put-together
db.execute(text("SELECT id FROM learner WHERE name = :name"), {"name": name})

# ruleid: clock-of-the-database
db.execute(select(ClassSession.id).where(ClassSession.starts_at < func.now()))
# ok: clock-of-the-database
db.execute(select(ClassSession.id).where(ClassSession.starts_at < now.instant))


@bp.get("/desk/<region_code:village>/seen")
def seen(village):
    # ruleid: looking-that-writes
    with writing() as db:
        note_seen(db, village)


@bp.post("/desk/<region_code:village>/seen")
def note(village):
    # ok: looking-that-writes
    with writing() as db:
        note_seen(db, village)


# ruleid: waits-for-ever
urlopen("https://weather.example/today")
# ok: waits-for-ever
urlopen("https://weather.example/today", timeout=5)

# ruleid: typed-text-in-the-log
_logger.warning("no such name: %s", form.login_name.data)
# ok: typed-text-in-the-log
_logger.warning("no such name")
