"""Access to Argilla: connection, datasets, settings, records and responses."""
