"""Nightschool: the course manager for farmers' night schools.

A village-owned notebook: coordinators schedule courses and take registers in it once, villagers read the timetable
without an account, townships and counties see what was held and why something was not. Rules decide, models remember,
queries look, actions change, formats write out, web talks.
"""
