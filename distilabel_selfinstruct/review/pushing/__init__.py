"""From rows to records that people rate."""
