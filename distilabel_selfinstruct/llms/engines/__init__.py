"""Programs of their own that serve a model. They import nothing of this package, so they start at once."""
