"""A dataset repository on the Hub, as the last step of a pipeline."""

from typing import TYPE_CHECKING, Any

from distilabel.steps import GlobalStep, StepInput
from pydantic import Field, PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.config.faults import CheckedOptions
from distilabel_selfinstruct.errors import SelfInstructError
from distilabel_selfinstruct.host_fixes.orphans import die_with_parent
from distilabel_selfinstruct.hub import Contents, find_license, publish_source, row_source
from distilabel_selfinstruct.ratings.decision_file import parse_included
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import RuntimeParameter

if TYPE_CHECKING:
    from distilabel.typing import StepOutput


@cites_self_instruct
class PublishToHub(CheckedOptions, GlobalStep):
    """Publish instances as a dataset with a card, in one commit, and hand all rows on.

    The token is `HF_TOKEN`, or that of `hf auth login`. If the Hub refuses or cannot be reached, the log says why, and
    all rows are handed on. Publishing equal rows again makes no commit. Publish a run of `selfinstruct run` with
    `selfinstruct publish` instead, whose card also says how the run was made.

    Attributes:
        repo_id: the name on the Hub, `OWNER/NAME`. A repository is made if there is none.
        license: the SPDX identifier of the license.
        license_name: the name of a license that is `other`.
        license_link: the address of its text.
        languages: BCP-47 tags of the texts.
        include: `undecided` or `dropped`: rows to publish beside those that people kept.
        unreviewed: publish rows that nobody has reviewed: they have no column `verdict`.
        private: whether only the owners may read it.
        overwrite: delete other files in the repository, and overwrite what people edited.

    Runtime parameters:
        - `to_folder`: a new folder to write the repository to. The Hub is not asked then. Defaults to none.

    Input columns:
        - instruction (`str`): the instruction.
        - input (`str`, optional): the input. Defaults to none.
        - output (`str`): the output to use.
        - is_classification (`bool`, optional): whether it is a classification task.
        - verdict (`str`, optional): what people decided, as `LoadDecisionsFromArgilla` loads it.
        - original_output (`str`, optional): the output as it was rated.
        - corrected (`bool`, optional): whether a rater wrote the output.
        - model_name (`str`, optional): the model that wrote it.

    Output columns:
        - published (`bool`): whether the row is in the dataset.

    Categories:
        - save

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Write the repository to a folder, to look at it first:

        ```python
        from distilabel_selfinstruct.server_steps import PublishToHub

        to_hub = PublishToHub(repo_id="acme/opposites", license="mit", unreviewed=True, to_folder="opposites")
        to_hub.load()
        row = {"instruction": "Name the opposite.", "input": "cold", "output": "hot"}
        rows = next(to_hub.process([row]))
        ```
    """

    to_folder: RuntimeParameter[str] = Field(
        default="", description="A new folder to write the repository to; empty: it goes to the Hub."
    )
    repo_id: str
    license: str
    license_name: str = ""
    license_link: str = ""
    languages: list[str] = Field(default_factory=list)
    include: list[str] = Field(default_factory=list)
    unreviewed: bool = False
    private: bool = False
    overwrite: bool = False

    _contents: Contents = PrivateAttr()

    @property
    def inputs(self) -> dict[str, bool]:
        """An instance, and what people decided about it."""
        return {
            "instruction": True,
            "input": False,
            "output": True,
            "is_classification": False,
            "verdict": False,
            "original_output": False,
            "corrected": False,
            "model_name": False,
        }

    @property
    def outputs(self) -> list[str]:
        """Whether the row was published."""
        return ["published"]

    def load(self) -> None:
        """Check the name, the license, the languages and the decisions, before anything is paid for.

        Raises:
            ConfigError: one of them cannot work.
        """
        super().load()
        die_with_parent()
        self._contents = Contents(
            repo_id=self.repo_id,
            license=find_license(self.license, name=self.license_name, link=self.license_link),
            languages=tuple(self.languages),
            include=parse_included(self.include),
            unreviewed=self.unreviewed,
        )

    @override
    def process(self, *inputs: StepInput) -> "StepOutput":
        """Publish the rows that may be published and yield all of them."""
        rows: list[Any] = [row for batch in inputs for row in batch]
        whole = [row for row in rows if _is_instance(row)]
        try:
            result = publish_source(
                row_source(whole),
                self._contents,
                private=self.private,
                overwrite=self.overwrite,
                to=self.to_folder or None,
            )
        except SelfInstructError as error:
            self._logger.warning(f"{self.name}: nothing was published. {error}")
            published = {"": False}
        else:
            location = result.uploaded.url if result.uploaded else str(result.folder)
            self._logger.info(f"{self.name}: {result.num_rows['instances']:,} instances are in {location}.")
            published = dict.fromkeys(("kept", "", *self.include), True)
        yield [
            {**row, "published": _is_instance(row) and published.get(row.get("verdict") or "", False)}
            if isinstance(row, dict)
            else row
            for row in rows
        ]


def _is_instance(row: Any) -> bool:
    """Whether the row is whole. Rows of a failed batch are None or hold None."""
    return isinstance(row, dict) and isinstance(row.get("instruction"), str) and isinstance(row.get("output"), str)
