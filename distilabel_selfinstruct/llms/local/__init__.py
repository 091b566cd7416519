"""Servers of ours: a model on this machine, in a child process, loaded once for all who ask it."""
