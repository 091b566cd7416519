"""A preview of a run: a few instructions through all stages. Only the journal is kept, and the run reuses it."""

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import ConfigError, RunFolderError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.running.folder import RunFolder


def check_preview(folder: RunFolder, preview: int | None, *, fresh: bool, extend: bool) -> None:
    """Check that a preview has a folder for itself: a new one, that of a preview before, or one that starts over.

    Args:
        folder: the folder of the run.
        preview: how many instructions to show; None for the run itself, which is not checked.
        fresh: the run in the folder is replaced.
        extend: the run in the folder is to grow.

    Raises:
        ConfigError: the number is not positive, or a run is to be extended.
        RunFolderError: the folder holds a run.
    """
    if preview is None:
        return
    if preview < 1:
        raise ConfigError(f"`preview` is {preview}: it must be at least 1.")
    if extend:
        raise ConfigError("`preview` is for a run that has not begun and takes no `extend`: leave one of them out.")
    if not fresh and folder.description.exists() and run_layout.PREVIEW not in described_run(folder.path)[0]:
        raise RunFolderError(
            f"{folder.path} holds a run, so there is no preview to make: `selfinstruct show {folder.path}` shows its "
            "rows. Give another folder.",
            folder.path,
        )


def previewed(config: RunConfig, preview: int) -> RunConfig:
    """The options with which the preview of a run works.

    Its requests are those that the run sends first, so `sampling_lag` must be that of the run. They are sent directly:
    nobody waits hours for a batch to see five rows.
    """
    return config.model_copy(update={"num_instructions": min(preview, config.num_instructions), "batch": False})


def reason_of_end(preview: int) -> str:
    """Why a run is not finished of which a preview was made, as a sentence."""
    shown = "1 instruction" if preview == 1 else f"{preview:,} instructions"
    return f"This was a preview of {shown}. Run the same command without `preview` for the whole run."
