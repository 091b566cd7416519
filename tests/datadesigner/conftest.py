"""Data Designer is in an environment of its own, where `make check-datadesigner` runs these tests."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("data_designer") else ["test_plugins.py"]
