"""The crash-safe record of a run: completions, what became of them, and the stop file."""
