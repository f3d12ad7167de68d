"""What changes anything. Whoever imports any of it keeps the tallies, whatever way they change class sessions."""

import nightschool.actions.tallies  # noqa: F401  # it listens to what is flushed and committed
