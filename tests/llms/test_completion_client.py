"""`ask` with LLMs that lack something: a parameter, stop sequences, a finish reason, the will to answer."""

from typing import Any

import pytest
from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
from distilabel.models.llms.base import LLM, AsyncLLM
from distilabel.models.llms.utils import prepare_output
from pydantic import PrivateAttr

from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.testing import ScriptedLLM
from tests.llms.builders import asked, chat, requests_for

FIVE_TOKENS = Decoding(0.7, 0.5, 2.0, 0.0, 5, ("\n\n", "16."))
GREEDY = Decoding(0.0, 0.0, 0.0, 0.0, 5, ())


class InProcessLLM(LLM):
    """A synchronous LLM that repeats the end of its prompt and keeps the batches and options that it was given.

    It raises for a batch that holds `refuses`, and says nothing about why it ended.
    """

    refuses: str = ""
    num_outputs_lost: int = 0

    _batches: list[list[Any]] = PrivateAttr(default_factory=list)
    _options: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def model_name(self) -> str:
        return "in-process"

    def generate(
        self,
        inputs: list[Any],
        num_generations: int = 1,
        max_new_tokens: int = 128,
        temperature: float = 1.0,
        repetition_penalty: float = 1.1,
        top_p: float = 1.0,
        do_sample: bool = True,
    ) -> list[Any]:
        self._options = {
            "num_generations": num_generations,
            "max_new_tokens": max_new_tokens,
            "temperature": temperature,
            "repetition_penalty": repetition_penalty,
            "top_p": top_p,
            "do_sample": do_sample,
        }
        self._batches.append(inputs)
        texts = [messages[-1]["content"] for messages in inputs]
        if self.refuses and self.refuses in texts:
            raise RuntimeError(f"out of memory at {self.refuses}")
        outputs = [prepare_output([text], input_tokens=[1], output_tokens=[len(text.split())]) for text in texts]
        return outputs[self.num_outputs_lost :]


class OllamaLikeLLM(AsyncLLM):
    """An asynchronous LLM whose sampling parameters go into `options`, as those of the host's `OllamaLLM` do."""

    _options: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def model_name(self) -> str:
        return "ollama-like"

    async def agenerate(self, input: Any, num_generations: int = 1, options: dict[str, Any] | None = None) -> Any:
        self._options = options or {}
        return prepare_output([str(input)] * num_generations)


class OddLLM(LLM):
    """Answers with whatever it was given, which need not be what the host asks for."""

    output: Any = None

    @property
    def model_name(self) -> str:
        return "odd"

    def generate(self, inputs: list[Any], num_generations: int = 1) -> Any:
        return [self.output for _ in inputs for _ in range(num_generations)]


class OfflineLLM(LLM):
    """Says that its answers are not there yet."""

    @property
    def model_name(self) -> str:
        return "offline"

    def generate(self, inputs: list[Any], num_generations: int = 1) -> Any:
        raise DistilabelOfflineBatchGenerationNotFinishedException(jobs_ids=("1",))


# --- stop sequences and ends


def test_text_is_cut_at_a_stop_sequence_where_the_llm_takes_none() -> None:
    (completion,) = asked(InProcessLLM(), requests_for("one\n\ntwo 16. three"), decoding=FIVE_TOKENS)
    assert (completion.text, completion.finish_reason) == ("one", "stop")


def test_text_is_cut_at_the_first_of_several_stop_sequences() -> None:
    (completion,) = asked(InProcessLLM(), requests_for("one 16. two\n\nthree"), decoding=FIVE_TOKENS)
    assert completion.text == "one "


def test_text_without_a_stop_sequence_stays_as_it_is() -> None:
    (completion,) = asked(InProcessLLM(), requests_for("one\ntwo"), decoding=FIVE_TOKENS)
    assert (completion.text, completion.finish_reason) == ("one\ntwo", None)


def test_text_at_the_token_limit_counts_as_cut_off_where_the_llm_gives_no_reason() -> None:
    (completion,) = asked(InProcessLLM(), requests_for("1 2 3 4 5"), decoding=FIVE_TOKENS)
    assert completion.truncated


def test_text_below_the_limit_of_generation_kwargs_counts_as_whole() -> None:
    llm = InProcessLLM(generation_kwargs={"max_new_tokens": 100})
    (completion,) = asked(llm, requests_for("1 2 3 4 5 6"), decoding=FIVE_TOKENS)
    assert not completion.truncated


def test_text_at_the_limit_of_generation_kwargs_counts_as_cut_off() -> None:
    llm = InProcessLLM(generation_kwargs={"max_new_tokens": 3})
    (completion,) = asked(llm, requests_for("1 2 3"), decoding=FIVE_TOKENS)
    assert completion.truncated


# --- parameters


def test_parameters_that_the_llm_lacks_are_named_once_per_decoding() -> None:
    warnings: list[str] = []
    asked(InProcessLLM(), requests_for("one", "two", "three"), decoding=FIVE_TOKENS, warnings=warnings)
    assert warnings == ["InProcessLLM takes no presence_penalty: sampling differs from the paper's."]


def test_a_parameter_at_zero_that_the_llm_lacks_needs_no_warning() -> None:
    warnings: list[str] = []
    asked(InProcessLLM(), requests_for("one"), decoding=GREEDY, warnings=warnings)
    assert warnings == []


def test_temperature_zero_switches_sampling_off_where_the_llm_has_a_switch() -> None:
    llm = InProcessLLM()
    asked(llm, requests_for("one"), decoding=GREEDY)
    assert (llm._options["do_sample"], llm._options["temperature"]) == (False, 1.0)


def test_temperature_above_zero_samples() -> None:
    llm = InProcessLLM()
    asked(llm, requests_for("one"), decoding=FIVE_TOKENS)
    assert (llm._options["do_sample"], llm._options["temperature"]) == (True, 0.7)


def test_temperature_of_generation_kwargs_samples_where_the_paper_does_not() -> None:
    llm = InProcessLLM(generation_kwargs={"temperature": 0.9})
    asked(llm, requests_for("one"), decoding=GREEDY)
    assert (llm._options["do_sample"], llm._options["temperature"]) == (True, 0.9)


def test_generation_kwargs_win_over_the_decoding() -> None:
    llm = InProcessLLM(generation_kwargs={"top_p": 0.25})
    asked(llm, requests_for("one"), decoding=FIVE_TOKENS)
    assert llm._options["top_p"] == 0.25


def test_sampling_parameters_go_into_the_options_of_ollama() -> None:
    llm = OllamaLikeLLM()
    asked(llm, requests_for(chat("one")), decoding=FIVE_TOKENS)
    assert llm._options == {
        "num_predict": 5,
        "temperature": 0.7,
        "top_p": 0.5,
        "presence_penalty": 2.0,
        "frequency_penalty": 0.0,
        "stop": ["\n\n", "16."],
    }


def test_options_of_generation_kwargs_are_added_to_those_of_the_decoding() -> None:
    llm = OllamaLikeLLM(generation_kwargs={"options": {"seed": 1}})
    asked(llm, requests_for(chat("one")), decoding=FIVE_TOKENS)
    assert (llm._options.get("seed"), llm._options.get("num_predict")) == (1, 5)


# --- batches of a synchronous LLM


def test_a_synchronous_llm_gets_all_requests_at_once() -> None:
    llm = InProcessLLM()
    asked(llm, requests_for("one", "two", "three"), decoding=FIVE_TOKENS, max_in_flight=1)
    assert [len(batch) for batch in llm._batches] == [3]


def test_a_string_prompt_reaches_a_synchronous_llm_as_one_message() -> None:
    llm = InProcessLLM()
    asked(llm, requests_for("one"), decoding=FIVE_TOKENS)
    assert llm._batches == [[[{"role": "user", "content": "one"}]]]


def test_chat_messages_reach_a_synchronous_llm_as_they_are() -> None:
    llm = InProcessLLM()
    messages = [{"role": "system", "content": "Be brief."}, *chat("one")]
    asked(llm, requests_for(messages), decoding=FIVE_TOKENS)
    assert llm._batches == [[messages]]


def test_a_batch_that_raises_is_asked_again_one_by_one() -> None:
    llm = InProcessLLM(refuses="two")
    completions = asked(llm, requests_for("one", "two", "three"), decoding=FIVE_TOKENS)
    assert [completion.text for completion in completions] == ["one", None, "three"]
    assert completions[1].error == "RuntimeError: out of memory at two"
    assert [len(batch) for batch in llm._batches] == [3, 1, 1, 1]


def test_fewer_outputs_than_inputs_are_never_given_to_the_wrong_requests() -> None:
    completions = asked(InProcessLLM(num_outputs_lost=1), requests_for("one", "two"), decoding=FIVE_TOKENS)
    assert [completion.text for completion in completions] == [None, None]
    assert all("outputs" in completion.error for completion in completions)


@pytest.mark.parametrize("output", [None, {}, {"generations": []}, {"generations": None}, "text", []])
def test_an_output_without_a_generation_is_a_failure(output: Any) -> None:
    (completion,) = asked(OddLLM(output=output), requests_for("one"))
    assert (completion.text, completion.error) == (None, "the answer holds no generation")


@pytest.mark.parametrize("generation", [None, 7, ["text"]])
def test_a_generation_that_is_no_text_is_a_failure(generation: Any) -> None:
    (completion,) = asked(OddLLM(output={"generations": [generation]}), requests_for("one"))
    assert (completion.text, completion.error.split(" (")[0]) == (None, "the answer holds no text")


def test_an_output_without_statistics_counts_no_tokens() -> None:
    (completion,) = asked(OddLLM(output={"generations": ["text"]}), requests_for("one"))
    assert (completion.text, completion.input_tokens, completion.output_tokens) == ("text", 0, 0)


def test_statistics_of_none_count_no_tokens() -> None:
    output = {"generations": ["text"], "statistics": {"input_tokens": None, "output_tokens": [None]}}
    (completion,) = asked(OddLLM(output=output), requests_for("one"))
    assert completion.text == "text"


def test_answers_that_are_not_there_yet_stop_the_run_as_the_host_wants_it() -> None:
    with pytest.raises(DistilabelOfflineBatchGenerationNotFinishedException):
        asked(OfflineLLM(), requests_for("one"))


def test_no_requests_are_no_completions() -> None:
    llm = InProcessLLM()
    assert (asked(llm, []), llm._batches) == ([], [])


# --- the scripted LLM


def a_script(*responses: str | None, **options: Any) -> ScriptedLLM:
    llm = ScriptedLLM(responses=list(responses), **options)
    llm.load()
    return llm


def test_a_script_answers_in_order_and_then_from_the_start() -> None:
    completions = asked(a_script("one", "two"), requests_for("a", "b", "c"))
    assert [completion.text for completion in completions] == ["one", "two", "one"]


def test_a_script_starts_again_when_it_is_loaded_again() -> None:
    llm = a_script("one", "two")
    asked(llm, requests_for("a"))
    llm.load()
    assert asked(llm, requests_for("a"))[0].text == "one"


def test_none_in_a_script_is_a_failed_request() -> None:
    completions = asked(a_script(None, "two"), requests_for("a", "b"))
    assert [(one.text, bool(one.error)) for one in completions] == [(None, True), ("two", False)]


def test_a_script_gives_its_finish_reason_and_name() -> None:
    (completion,) = asked(a_script("one", finish_reason="length", name="fake"), requests_for("a"))
    assert (completion.finish_reason, completion.model) == ("length", "fake")


def test_a_script_is_cut_at_stop_sequences_as_a_server_would() -> None:
    (completion,) = asked(a_script("one\n\ntwo"), requests_for("a"), decoding=FIVE_TOKENS)
    assert completion.text == "one"


def test_an_empty_script_answers_nothing() -> None:
    completions = asked(a_script(), requests_for("a", "b"))
    assert [completion.text for completion in completions] == [None, None]
