"""The folder of a review on disk."""
