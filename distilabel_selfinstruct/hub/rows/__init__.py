"""The rows of a published dataset: where they come from, which are published, and in which form."""
