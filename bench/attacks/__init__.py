"""Campaigns of `bench.attack`: each module has `run(town, is_short)`, which hands out what it measured."""
