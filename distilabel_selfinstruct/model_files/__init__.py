"""Files that hold a model: what a GGUF file says of itself, names of packaged models, and what lies in usual caches."""

from distilabel_selfinstruct.model_files.digests import digest_of
from distilabel_selfinstruct.model_files.gguf import GGUFFile, read_gguf
from distilabel_selfinstruct.model_files.loading import loading_fault
from distilabel_selfinstruct.model_files.naming import NamedFile, find_gguf
from distilabel_selfinstruct.model_files.packaged import PACKAGED_MODELS, PackagedModel, check_digest

__all__ = [
    "PACKAGED_MODELS",
    "GGUFFile",
    "NamedFile",
    "PackagedModel",
    "check_digest",
    "digest_of",
    "find_gguf",
    "loading_fault",
    "read_gguf",
]
