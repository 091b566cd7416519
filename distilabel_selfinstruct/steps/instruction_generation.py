"""Stage 1 of Self-Instruct: new instructions, bootstrapped from a pool."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from distilabel.steps.tasks.base import GeneratorTask
from pydantic import PrivateAttr
from typing_extensions import override

from distilabel_selfinstruct.bootstrap.loop import GeneratedInstruction
from distilabel_selfinstruct.bootstrap_factory import bootstrap_for, rules_for
from distilabel_selfinstruct.config.step_fields import config_of, run_option
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.parsing.filtered import read_instructions
from distilabel_selfinstruct.parsing.filters import Rule
from distilabel_selfinstruct.ratings.feedback import Feedback, load_feedback
from distilabel_selfinstruct.records import Completion, RequestStatus, Stage, TokenizerName
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.steps.journaled_step import RuntimeParameter
from distilabel_selfinstruct.steps.prompted_task import PromptedTask

if TYPE_CHECKING:
    from distilabel.typing import GeneratorStepOutput

    from distilabel_selfinstruct.host_fixes.contracts import RunsAhead


@cites_self_instruct
class InstructionGeneration(PromptedTask, GeneratorTask):
    """Generate instructions with the bootstrapping loop of Self-Instruct.

    Each prompt shows instructions sampled from the pool, 6 human-written and 2 machine-generated. A new instruction
    enters the pool, and leaves this step as a row, if it passes the rules and its ROUGE-L with every instruction in
    the pool is at most `max_rouge_l`. The pool grows as it generates, so the whole loop lives in this step.

    Attributes:
        llm: any distilabel LLM.
        prompts: a packaged language, or the path of a folder of prompts.
        prompt_form: `completion` for base models, `chat` for instruction-tuned ones.
        mode: `default`, or `strict` to read completions as the reference implementation does.
        language: BCP-47 tag of the instructions; chooses the words that the rules reject.
        tokenizer: the name of a tokenizer, or `auto`: that of the language, in strict mode `rouge_score`.
        classification_only: generate classification tasks only.
        forbidden_words: words that no instruction may hold, in place of the language's own list.
        disabled_rules: filter rules to switch off, by the reason that they give, as in `asks_for_program`.
        against: files with tasks of evaluations: instructions that are alike, or hold their texts, are dropped.
        num_prompt_instructions: instructions shown in a prompt.
        num_prompt_generated: how many of these may be machine-generated.

    Runtime parameters:
        - `decoding`: sampling parameters that override the paper's, such as `temperature`. Defaults to none.
        - `num_instructions`: how many instructions to admit. Defaults to `100`.
        - `seed_tasks`: path of a seed file. Defaults to the 175 packaged seed tasks.
        - `human_feedback`: path of ratings, or of a run: samples what people rated A, never D. Defaults to none.
        - `max_rouge_l`: the highest ROUGE-L that counts as new, from 0 to 1. Defaults to `0.7`.
        - `random_seed`: fixes the sampling of prompts. Defaults to `42`.
        - `max_in_flight`: requests that an asynchronous LLM works on at a time. Defaults to `auto`: is found.
        - `request_retries`: how often a request that fails while others are answered is sent again. Defaults to `6`.
        - `requests_per_minute`: the most that all steps with this `state_dir` send. Defaults to no limit.
        - `tokens_per_minute`: the same for tokens, in and out. Defaults to no limit.
        - `max_wait_minutes`: the longest wait for a server that answers nothing. Defaults to `15`.
        - `sampling_lag`: how many requests earlier a prompt sees the pool, so that requests need not wait for each
            other. Results depend on it, but not on `max_in_flight`. Defaults to `0`: chosen from the two sizes.
        - `batch`: whether requests are sent in batches, at a lower price; needs `state_dir`. Defaults to `False`.
        - `max_requests`: the most requests that all steps with this `state_dir` send. Defaults to no limit.
        - `patience`: requests in a row that admit nothing before the loop gives up. Defaults to `50`.
        - `min_acceptance`: share of candidates, in as many requests, below which it gives up. Defaults to `0.02`.
        - `min_words`: the fewest words of an instruction. Defaults to `4`.
        - `max_words`: the most words of an instruction. Defaults to `150`.
        - `state_dir`: folder for the journal. Defaults to none.
        - `batch_size`: rows per batch. Defaults to `50`.

    Output columns:
        - instruction (`str`): an admitted instruction.
        - nearest_instruction (`str`): the instruction in the pool most similar to it when it was admitted.
        - nearest_rouge_l (`float`): their ROUGE-L F1, from 0 to 1.
        - request (`int`): number of the request that it came from, counted from 0.
        - model_name (`str`): the model.

    Categories:
        - text-generation

    References:
        - [Self-Instruct](https://arxiv.org/abs/2212.10560)

    Examples:
        Generate ten instructions from a recording:

        ```python
        from distilabel_selfinstruct.llms import RecordedLLM
        from distilabel_selfinstruct.steps import InstructionGeneration

        generation = InstructionGeneration(llm=RecordedLLM(), num_instructions=10)
        generation.load()
        rows, is_last = next(generation.process())
        ```
    """

    num_instructions: RuntimeParameter[int] = run_option("num_instructions")
    seed_tasks: RuntimeParameter[str] | None = run_option("seed_tasks")
    human_feedback: RuntimeParameter[str] | None = run_option("human_feedback")
    max_rouge_l: RuntimeParameter[float] = run_option("max_rouge_l")
    random_seed: RuntimeParameter[int] = run_option("random_seed")
    patience: RuntimeParameter[int] = run_option("patience")
    min_acceptance: RuntimeParameter[float] = run_option("min_acceptance")
    sampling_lag: RuntimeParameter[int] = run_option("sampling_lag")
    min_words: RuntimeParameter[int] = run_option("min_words")
    max_words: RuntimeParameter[int] = run_option("max_words")
    tokenizer: TokenizerName = run_option("tokenizer")
    classification_only: bool = run_option("classification_only")
    forbidden_words: list[str] | None = run_option("forbidden_words")
    disabled_rules: list[str] = run_option("disabled_rules")
    against: list[str] = run_option("against")
    num_prompt_instructions: int = run_option("num_prompt_instructions")
    num_prompt_generated: int = run_option("num_prompt_generated")

    _feedback: Feedback = PrivateAttr(default_factory=Feedback)
    _rules: tuple[Rule, ...] = PrivateAttr(default=())

    @override
    def load(self) -> None:
        """Load the LLM, the prompts and the human feedback.

        Raises:
            ConfigError: the prompts or `decoding` cannot be used, or more than one generation per input is asked for.
            InputFileError: the human feedback cannot be read.
        """
        self._feedback = load_feedback(self.human_feedback)
        self._rules = rules_for(config_of(self))
        super().load()

    @property
    def stage(self) -> Stage:
        """The first stage."""
        return Stage.INSTRUCTION_GENERATION

    @property
    def runs_ahead(self) -> bool:
        """The next batch is generated while the steps after this one still work."""
        return True

    @property
    def outputs(self) -> list[str]:
        """The columns of an admitted instruction."""
        return ["instruction", "nearest_instruction", "nearest_rouge_l", "request", "model_name"]

    @override
    def format_output(self, output: str | None, input: dict[str, Any] | None = None) -> dict[str, Any]:
        """The instructions in one completion, before the comparison with the pool."""
        parsed = read_instructions(Completion(output), mode=self.mode, language=self.language, rules=self._rules)
        return {"instructions": list(parsed.kept)}

    @override
    def process(self, offset: int = 0) -> "GeneratorStepOutput":
        """Yield batches of `batch_size` admitted instructions until the loop is over; the last one may be smaller.

        Args:
            offset: how many rows to leave out at the start.
        """
        bootstrap = bootstrap_for(config_of(self), self._prompt_set, self._feedback)
        batch_size = self.batch_size or 1
        rows: list[dict[str, Any]] = []
        requests: Counter[RequestStatus] = Counter()
        warned = False
        while not bootstrap.stop_reason:
            for request in bootstrap.next_requests():
                self.client.submit(request)
            request, completion = self.client.wait()
            requests[completion.status] += 1
            outcome = bootstrap.receive(request, completion)
            self._journal.record_rejections(
                outcome.rejected, stage=Stage.INSTRUCTION_GENERATION.value, request=request.number
            )
            if bootstrap.is_collapsing and not warned:
                warned = True
                self._take_note(_collapse(bootstrap.recent_acceptance or 0.0))
            admitted = [self._row(generated, completion.model) for generated in outcome.admitted]
            self._journal.record_results(admitted)
            skipped = min(offset, len(admitted))
            offset -= skipped
            rows += admitted[skipped:]
            # One row is held back, so that the last batch is never empty.
            while len(rows) > batch_size:
                yield rows[:batch_size], False
                rows = rows[batch_size:]
        self.client.drain()
        self._journal.record_end(bootstrap.stop_reason, requests)
        self._logger.info(f"{self.name} is done: {bootstrap.stop_reason}")
        yield rows, True

    def _row(self, generated: GeneratedInstruction, model: str) -> dict[str, Any]:
        return {
            "instruction": generated.instruction,
            "nearest_instruction": generated.nearest_instruction,
            "nearest_rouge_l": generated.nearest_rouge_l,
            "request": generated.request,
            "model_name": model,
        }


if TYPE_CHECKING:
    # mypy checks here what the class cannot inherit.
    def _runs_ahead(generator: InstructionGeneration) -> RunsAhead:
        return generator


def _collapse(acceptance: float) -> Note:
    return Note(
        NoteKind.QUALITY,
        "acceptance",
        f"Only {acceptance:.1%} of the latest candidates are admitted: this stage is likely to end before it has all. "
        "Its rejections say why.",
    )
