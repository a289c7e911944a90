"""Retention: once a day what was kept long enough is erased; what, when and why is kept (O18, L13, S33)."""
