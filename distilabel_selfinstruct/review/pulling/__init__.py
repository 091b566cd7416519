"""From responses in Argilla to ratings and decisions on disk."""
