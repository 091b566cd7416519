"""A run from configuration to finished output folder."""
