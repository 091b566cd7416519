"""From the options of a run to its bootstrapping loop: the one place where seeds, feedback, pool and rules meet."""

from distilabel_selfinstruct.bootstrap.loop import Bootstrap, BootstrapSettings, sampling_lag
from distilabel_selfinstruct.bootstrap.pool import TaskPool
from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.evaluation.contamination import EvaluationTexts, evaluation_texts
from distilabel_selfinstruct.parsing.filters import Rule, instruction_rules, rule_names, without
from distilabel_selfinstruct.prompts import PromptSet
from distilabel_selfinstruct.ratings.feedback import Feedback
from distilabel_selfinstruct.records import Reason, Stage
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from distilabel_selfinstruct.similarity import NoveltyIndex, resolve_tokenizer


def bootstrap_for(config: RunConfig, prompts: PromptSet, feedback: Feedback) -> Bootstrap:
    """The loop of a run, at its start.

    Args:
        config: the options of the run.
        prompts: what `config.prompts` names.
        feedback: what `config.human_feedback` names.

    Raises:
        ConfigError: an option has a value that cannot work.
        SeedTaskError: the seed file cannot be used, or holds too few tasks.
    """
    config = config.for_stage(Stage.INSTRUCTION_GENERATION)
    pool = TaskPool(
        load_seed_tasks(config.seed_tasks, config.language),
        NoveltyIndex(config.max_rouge_l, resolve_tokenizer(config.tokenizer, config.language, config.mode)),
        feedback=feedback,
        classification_only=config.classification_only,
    )
    settings = BootstrapSettings(
        num_instructions=config.num_instructions,
        num_prompt_instructions=config.num_prompt_instructions,
        num_prompt_generated=config.num_prompt_generated,
        classification_only=config.classification_only,
        mode=config.mode,
        language=config.language,
        rules=rules_for(config),
        prompt_form=config.effective_prompt_form,
        random_seed=config.random_seed,
        window=config.sampling_lag or sampling_lag(config.num_instructions, config.max_in_flight),
        patience=config.patience,
        min_acceptance=config.min_acceptance,
    )
    return Bootstrap(pool, prompts, settings)


def rules_for(config: RunConfig) -> tuple[Rule, ...]:
    """The filter rules for instructions, in the order in which they apply."""
    rules = instruction_rules(
        config.mode,
        config.language,
        min_words=config.min_words,
        max_words=config.max_words,
        forbidden_words=config.forbidden_words,
    )
    return (*without(rules, *rule_names(config.disabled_rules)), *_contamination(config))


def _contamination(config: RunConfig) -> tuple[Rule, ...]:
    """The rule that no instruction is one of an evaluation, where evaluations are named."""
    texts = texts_against(config)
    return (Rule(Reason.CONTAMINATED, texts.in_instruction),) if texts is not None else ()


def texts_against(config: RunConfig) -> EvaluationTexts | None:
    """The texts that must not be in the data; None if the run names none.

    Raises:
        InputFileError: a file of them cannot be read.
    """
    if not config.against:
        return None
    tokenizer = resolve_tokenizer(config.tokenizer, config.language, config.mode)
    return evaluation_texts(config.against, max_rouge_l=config.max_rouge_l, tokenizer=tokenizer)
