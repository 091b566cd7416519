"""The files of a review on disk."""
