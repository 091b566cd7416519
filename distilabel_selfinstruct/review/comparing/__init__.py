"""Blind comparison of the answers of several models (paper, section 4.4)."""
