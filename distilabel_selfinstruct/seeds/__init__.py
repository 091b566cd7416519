"""Seed tasks: load and check them (paper, section 2.1)."""
