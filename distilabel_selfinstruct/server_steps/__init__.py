"""The distilabel components that work with a server: people rate in Argilla, and the Hub holds the dataset."""

from distilabel_selfinstruct import host_fixes

host_fixes.apply()  # before the host's classes are subclassed

from distilabel_selfinstruct.server_steps.load_decisions import LoadDecisionsFromArgilla
from distilabel_selfinstruct.server_steps.publish import PublishToHub
from distilabel_selfinstruct.server_steps.to_argilla import SelfInstructToArgilla

__all__ = ["LoadDecisionsFromArgilla", "PublishToHub", "SelfInstructToArgilla"]
