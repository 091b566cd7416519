"""People rate the data in Argilla: settings and guidelines, push, pull. Importing this package imports no argilla."""
