"""The rows of a published dataset: their source, the choice of rows, and their form."""
