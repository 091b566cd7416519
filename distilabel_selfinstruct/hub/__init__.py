"""A run as a dataset repository on the Hugging Face Hub: its files, its card, and the way there."""

from distilabel_selfinstruct.hub.build import Contents, Repository, build, check_languages
from distilabel_selfinstruct.hub.card.licenses import License, find_license
from distilabel_selfinstruct.hub.publish import Published, check_repo_id, publish
from distilabel_selfinstruct.hub.rows.source import Source, row_source, run_source
from distilabel_selfinstruct.hub.upload.commit import Uploaded

__all__ = [
    "Contents",
    "License",
    "Published",
    "Repository",
    "Source",
    "Uploaded",
    "build",
    "check_languages",
    "check_repo_id",
    "find_license",
    "publish",
    "row_source",
    "run_source",
]
