"""The task pool and the bootstrapping loop (paper, section 2.2). Knows no model and no clock."""
