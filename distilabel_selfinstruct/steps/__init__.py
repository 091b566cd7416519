"""The distilabel components that make and filter data. Importing them applies the fixes of the host."""

from distilabel_selfinstruct import host_fixes

host_fixes.apply()  # before the host's classes are subclassed

from distilabel_selfinstruct.steps.classification import ClassificationTaskIdentification
from distilabel_selfinstruct.steps.format_sft import FormatInstancesSFT
from distilabel_selfinstruct.steps.instance_filtering import InstanceFiltering
from distilabel_selfinstruct.steps.instance_generation import InstanceGeneration
from distilabel_selfinstruct.steps.instruction_generation import InstructionGeneration
from distilabel_selfinstruct.steps.novelty_filter import RougeLNoveltyFilter
from distilabel_selfinstruct.steps.regeneration import RegenerateOutputs
from distilabel_selfinstruct.steps.to_json_lines import RowsToJsonLines

__all__ = [
    "ClassificationTaskIdentification",
    "FormatInstancesSFT",
    "InstanceFiltering",
    "InstanceGeneration",
    "InstructionGeneration",
    "RegenerateOutputs",
    "RougeLNoveltyFilter",
    "RowsToJsonLines",
]
