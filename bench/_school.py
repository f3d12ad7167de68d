"""So many villages, each with a coordinator and a class of yesterday to record: `python bench/_school.py URL VILLAGES`.

Run in the folder of any version of the application, whose models it uses; prints what phones need to know, as JSON:
village, login, class and people of each.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

from nightschool.database import Database
from nightschool.rules.access import Role
from tests import factories

PEOPLE = 12


def main() -> None:
    database, now = Database(sys.argv[1], sealer=factories.SEALER), datetime.now(UTC)
    day, made = now.astimezone(factories.ZONE).date() - timedelta(days=1), []
    with database.writing() as db:
        factories.make_places(db)
        for number in range(int(sys.argv[2])):
            village = f"511002105{300 + number:03d}"
            factories.make_region(db, village)
            people = [
                factories.make_learner(db, village, name=f"村民{one}").public_id for one in range(PEOPLE)
            ]
            course = factories.make_course(db, village, starts=0, ends=60)
            held = factories.make_session(db, course, day, starts=0, ends=60, booked=False).public_id
            account = factories.make_account(
                db, f"c{number}", f"联络员{number}", Role.COORDINATOR, village
            ).id
            made.append((village, account, held, people))
    phones = [
        (village, factories.make_login(database, account, at=now), held, people)
        for village, account, held, people in made
    ]
    print(json.dumps(phones))


if __name__ == "__main__":
    main()
