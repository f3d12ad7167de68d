"""Measurements. They stand beside the tests and are never part of them; see README.md."""
