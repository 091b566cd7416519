"""Files on disk: JSON Lines, whole-file writes, locks, tables, and the one list of the files of a run."""
