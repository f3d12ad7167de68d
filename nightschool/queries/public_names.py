"""What villagers may call a teacher: on public pages and papers a name that is not public never leaves the database."""

from sqlalchemy import case

from nightschool.models.people import Teacher

# The name; empty where it is not to be written; NULL where an outer join found no teacher.
PUBLIC_NAME = case((Teacher.name_is_public, Teacher.name), (Teacher.id.is_not(None), "")).label("public_name")
