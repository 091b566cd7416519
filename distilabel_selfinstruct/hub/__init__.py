"""A run as a dataset repository on the Hugging Face Hub: its files, its card, and the upload."""

from distilabel_selfinstruct.hub.build import Repository, build
from distilabel_selfinstruct.hub.card.licenses import License, find_license
from distilabel_selfinstruct.hub.contents import Contents
from distilabel_selfinstruct.hub.publishing import PublishResult, publish, publish_source
from distilabel_selfinstruct.hub.rows.source import Source, row_source, run_source
from distilabel_selfinstruct.hub.upload.commit import Uploaded

__all__ = [
    "Contents",
    "License",
    "PublishResult",
    "Repository",
    "Source",
    "Uploaded",
    "build",
    "find_license",
    "publish",
    "publish_source",
    "row_source",
    "run_source",
]
