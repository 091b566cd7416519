"""Argilla itself: connection, datasets, settings, records and responses."""
