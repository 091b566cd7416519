"""Describing a step looks its parameters up once, and gives what the host gives."""

import inspect
from typing import Any

import pytest
from pydantic import Field

from distilabel_selfinstruct import host_fixes

host_fixes.apply()

from distilabel.mixins.runtime_parameters import RuntimeParameter, RuntimeParametersMixin, RuntimeParametersModelMixin

from distilabel_selfinstruct.host_fixes import names_for_each_field

lookups: list[object] = []


class Model(RuntimeParametersModelMixin):
    generation_kwargs: RuntimeParameter[dict[str, Any]] = Field(default={}, description="How it answers.")
    seed: RuntimeParameter[int] = 1

    @property
    def generate_parameters(self) -> list[inspect.Parameter]:
        lookups.append(self)
        return super().generate_parameters

    def generate(self, inputs: list[str], temperature: float, num_generations: int = 1, top_p: float = 1.0) -> None:
        """Answer.

        Args:
            inputs: prompts.
            temperature: how much to vary.
        """


class Described(RuntimeParametersMixin):
    one: RuntimeParameter[int] = 1
    two: RuntimeParameter[int] | None = None
    three: int = 3
    model: Model = Field(default_factory=Model)
    models: list[Model] = Field(default_factory=lambda: [Model(), Model()])


def test_the_names_of_a_step_are_looked_up_once():
    described = Described()
    lookups.clear()
    described.get_runtime_parameters_info()
    assert len(lookups) == len(described.models) + 1


def test_what_is_told_of_a_step_is_what_the_host_tells():
    assert Described().get_runtime_parameters_info() == [
        {"name": "one", "optional": True},
        {"name": "two", "optional": True},
        {"name": "model", "runtime_parameters_info": MODEL},
        {"name": "models", "runtime_parameters_info": {"0": MODEL, "1": MODEL}},
    ]


MODEL = [
    {
        "name": "generation_kwargs",
        "description": "How it answers.",
        "keys": [
            {"name": "temperature", "optional": False, "description": "how much to vary."},
            {"name": "top_p", "optional": True},
        ],
    },
    {"name": "seed", "optional": True},
]


def test_names_that_change_afterwards_are_seen():
    described = Described()
    described.get_runtime_parameters_info()
    described.models.append(Model())
    assert set(described.runtime_parameters_names["models"]) == {"0", "1", "2"}
    assert set(described.get_runtime_parameters_info()[-1]["runtime_parameters_info"]) == {"0", "1", "2"}


def test_nothing_is_remembered_of_a_step_that_cannot_be_described():
    class Broken(Model):
        def get_runtime_parameters_info(self) -> Any:
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Described(model=Broken()).get_runtime_parameters_info()
    assert names_for_each_field._known.get() is None


def test_a_model_that_changes_the_names_it_gets_can_be_described():
    class Mixture(Model):  # as the host's MixtureOfAgentsLLM does
        @property
        def runtime_parameters_names(self) -> dict[str, Any]:
            names = super().runtime_parameters_names
            del names["generation_kwargs"]
            return names

    described = Described(model=Mixture(), models=[Model()])
    *_, mixture, models = described.get_runtime_parameters_info()
    assert mixture["runtime_parameters_info"] == [{"name": "seed", "optional": True}]
    assert models["runtime_parameters_info"] == {"0": MODEL}
