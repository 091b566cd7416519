"""Every exception this package raises, in one tree.

SelfInstructError
├── ConfigError            an option or a configuration file is wrong
│   ├── MissingExtraError  an optional dependency is not installed
│   └── MissingKeyError    an API key is not set
├── SeedTaskError          a seed file cannot be used
├── RecordingError         a recording cannot be read or has no answer left
├── RunFolderError         an output folder cannot be used for this run
│   └── JournalError       the journal of a step is in use, damaged or cannot be written
├── ModelError             the model cannot be reached or refuses to answer
├── InputFileError         a user's data file cannot be read
├── ReviewError            Argilla cannot be reached, refuses, or holds something else than was expected
│   └── ArgillaServerError the embedded Argilla server cannot be installed or started
├── PublishError           the Hub cannot be reached or refuses, or the dataset is not fit to be published
└── PipelineError          distilabel ended a pipeline without all of its rows

Each message is one sentence that names the value, where it stood and the remedy. What a model answers is never
an exception: it is kept, or rejected with a `records.Reason`.
"""


class SelfInstructError(Exception):
    """Base class: `except SelfInstructError` catches whatever a user can put right."""


class ConfigError(SelfInstructError):
    """An option, an attribute of a step or a configuration file has a value that cannot work."""


class MissingExtraError(ConfigError):
    """An optional dependency is needed and not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'distilabel-selfinstruct[{extra}]'.")


class MissingKeyError(ConfigError):
    """A hosted model was asked for and the variable that holds its API key is not set."""

    def __init__(self, provider: str, variable: str) -> None:
        super().__init__(f"The provider {provider!r} needs an API key: set the environment variable {variable}.")


class SeedTaskError(SelfInstructError):
    """A seed file is unreadable, or holds too few or malformed tasks."""


class RecordingError(SelfInstructError):
    """A recording of completions is unreadable, or is asked for more than it holds."""


class RunFolderError(SelfInstructError):
    """An output folder cannot be written, or holds another run."""


class JournalError(RunFolderError):
    """The journal of a step is held by another process, has a damaged record or cannot be written."""


class ModelError(SelfInstructError):
    """No answer can be had from the model: a wrong address, key or name. Found before the first request is paid."""


class InputFileError(SelfInstructError):
    """A data file given on the command line cannot be read as rows."""


class ReviewError(SelfInstructError):
    """Argilla cannot be reached or refuses, or a dataset there is not what was pushed."""


class ArgillaServerError(ReviewError):
    """The embedded Argilla server cannot be installed, started or found."""


class PublishError(SelfInstructError):
    """The Hub cannot be reached or refuses, or what was to be published lacks something that only the user knows."""


class PipelineError(SelfInstructError):
    """A distilabel pipeline ended early or with fewer rows than went in."""
