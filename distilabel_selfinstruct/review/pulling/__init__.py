"""From answers in Argilla to ratings and decisions on disk."""
