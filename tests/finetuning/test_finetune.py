"""A small model is really trained: whole rows or none, resumed where it was killed, and written down."""

import copy
import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import ConfigError, InputFileError, RunFolderError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.finetuning import finetune
from distilabel_selfinstruct.finetuning.memory import check_memory
from distilabel_selfinstruct.finetuning.progress import TrainingProgress, loss_curve
from tests.exporting.builders import INSTANCES, a_run
from tests.exporting.builders import instance as an_instance
from tests.gguf_files import gguf_file

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # transformers, torch and TRL warn of each other


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return a_run(tmp_path / "run", INSTANCES[:16])


def train(source: Path, base: Path, output: Path, **options: Any) -> Any:
    options = {"num_epochs": 1, "include_seeds": False, "device": "cpu", **options}
    return finetune(source, str(base), output, **options)


def test_a_killed_training_is_resumed_and_ends_as_if_nothing_had_happened(
    run: Path, base: Path, tmp_path: Path
) -> None:
    whole = train(run, base, tmp_path / "whole", method="full")
    assert [step.step for step in whole.steps] == [1, 2]

    def stop(progress: TrainingProgress) -> None:
        if progress.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(run, base, tmp_path / "killed", method="full", on_progress=stop)
    half = tmp_path / "killed" / "checkpoints" / "checkpoint-2"  # a process that is killed may leave such a folder
    half.mkdir(exist_ok=True)
    (half / "config.json").write_text("{")
    seen: list[TrainingProgress] = []
    resumed = train(run, base, tmp_path / "killed", method="full", on_progress=seen.append)
    assert [step.step for step in seen] == [2]
    one, two = (
        json.loads((folder / "finetune.json").read_text()) for folder in (tmp_path / "whole", tmp_path / "killed")
    )
    for name in ("tuned_sha256", "losses", "settings", "num_tokens", "num_trained_tokens", "status"):
        assert one[name] == two[name], name
    assert resumed.steps == whole.steps
    assert not (tmp_path / "killed" / "checkpoints").exists()
    seen.clear()
    assert train(run, base, tmp_path / "killed", method="full", on_progress=seen.append) == resumed
    assert not seen
    with pytest.raises(RunFolderError, match="random_seed was 42 and is now 7"):
        train(run, base, tmp_path / "killed", method="full", random_seed=7)


def test_lora_writes_a_whole_model_that_answers_and_its_adapter(run: Path, base: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    result = train(run, base, tmp_path / "tuned", learning_rate=0.1)
    tuned, before = (AutoModelForCausalLM.from_pretrained(folder) for folder in (result.folder, base))
    changed = {name for name, value in tuned.state_dict().items() if not value.equal(before.state_dict()[name])}
    assert changed
    assert all(".self_attn." in name or ".mlp." in name for name in changed)
    assert (result.folder / "adapter" / "adapter_config.json").is_file()
    assert AutoTokenizer.from_pretrained(result.folder).eos_token == "<|endoftext|>"
    assert "<polyline" in (result.folder / "loss.svg").read_text()


def test_rows_that_do_not_fit_are_named_and_can_be_left_out(base: Path, tmp_path: Path) -> None:
    rows = [*INSTANCES[:6], an_instance(90, output="word " * 300), an_instance(91, output="a<|endoftext|>b")]
    run = a_run(tmp_path / "run", rows)
    with pytest.raises(InputFileError, match="2 of 8 rows cannot be trained on whole") as caught:
        train(run, base, tmp_path / "tuned")
    assert "tokens, and the model reads 256" in str(caught.value)
    assert "has the end token <|endoftext|> within its completion" in str(caught.value)
    listed = list(jsonl.read(tmp_path / "tuned" / "unfit.jsonl"))
    assert {row["completion"].split()[0] for row in listed} == {"word", "a<|endoftext|>b"}
    lines: list[str] = []
    result = train(run, base, tmp_path / "tuned", leave_out_unfit=True, tell=lines.append)
    assert result.num_rows == 6
    assert lines[0].endswith("They are left out.")


def test_a_subset_of_rows_that_are_no_run_is_refused(base: Path, tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [{"instruction": "Name a sea.", "output": "North Sea"}])
    with pytest.raises(ConfigError, match=r"`instructions` counts those that a run generated, and .* is no run"):
        train(tmp_path / "rows.jsonl", base, tmp_path / "tuned", instructions=1)


def test_columns_are_named_as_for_export(base: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a|b\nName a sea.|North Sea\n")
    with pytest.raises(InputFileError, match="name the one that holds it with `columns`"):
        train(tmp_path / "rows.csv", base, tmp_path / "tuned")
    columns = {"instruction": "a", "output": "b"}
    result = train(tmp_path / "rows.csv", base, tmp_path / "tuned", columns=columns, delimiter="|")
    assert result.num_rows == 1


def test_the_command_says_what_it_checked_and_what_it_wrote(base: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    jsonl.write(file, [{"prompt": f"Say {number}.\n\n", "completion": str(number)} for number in range(8)])
    arguments = [file, "--model", base, "--output", tmp_path / "tuned", "--num-epochs", "1", "--device", "cpu"]
    jsonl.write(tmp_path / "scored.jsonl", [{"instruction": "Say 3.", "input": "", "output": "3"}])
    arguments += ["--against", tmp_path / "scored.jsonl"]
    result = CliRunner().invoke(app, ["finetune", *map(str, arguments)], catch_exceptions=False)
    assert "1 of 8 rows hold texts of scored, so a score there is of what the model has seen" in result.stdout
    assert json.loads((tmp_path / "tuned" / "finetune.json").read_text())["contamination"]["num_contaminated"] == 1
    assert "All 8 rows are trained on whole: 16 of" in result.stdout
    assert f"(--llm transformers:{tmp_path / 'tuned'})" in result.stdout
    assert (tmp_path / "tuned" / "rows.jsonl").read_text() == file.read_text()


def test_models_and_folders_that_cannot_work_are_named(run: Path, base: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no model in '\./nowhere'"):
        finetune(run, "./nowhere", tmp_path / "a")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"holds no model: config\.json is missing"):
        train(run, tmp_path / "empty", tmp_path / "a")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="holds no training"):
        train(run, base, tmp_path / "other")


def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["finetune", str(tmp_path), "--output", str(tmp_path / "tuned"), "--model"]
    for package, model, feature in (
        ("gguf", str(gguf_file(tmp_path / "tiny.gguf")), "Fine-tuning a GGUF file"),
        ("trl", str(base), "Fine-tuning"),
    ):
        monkeypatch.setitem(sys.modules, package, None)  # as Python has it where there is none
        result = CliRunner().invoke(app, [*arguments, model])
        said = f"{feature} needs an extra: pip install 'distilabel-selfinstruct[finetune]'."
        assert str(result.exception) == said
    assert not (tmp_path / "tuned").exists()


def test_a_base_model_that_may_stop_by_itself_already_is_named(base: Path, tmp_path: Path, tokenizer: Any) -> None:
    chat = shutil.copytree(base, tmp_path / "chat")
    tokenizer = copy.deepcopy(tokenizer)
    tokenizer.chat_template = "{% for message in messages %}{{ message.content }}{% endfor %}"
    tokenizer.save_pretrained(chat)
    jsonl.write(tmp_path / "rows.jsonl", [{"prompt": "Say it.\n\n", "completion": "it"}])
    lines: list[str] = []
    train(tmp_path / "rows.jsonl", chat, tmp_path / "tuned", tell=lines.append)
    assert any(line.startswith(f"{chat} has a chat template: if it was tuned to follow inst") for line in lines)


@contextmanager
def allowed(num_bytes: int) -> Iterator[None]:
    """Take no more memory than so much beyond what is taken."""
    resource, torch = importlib.import_module("resource"), importlib.import_module("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # those that start need memory too, and end the process if there is none
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + num_bytes, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        torch.set_num_threads(threads)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to such a limit")
def test_a_process_without_memory_says_what_it_is_for_and_what_to_do(tokenizer: Any, tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=2**15, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=512, bos_token_id=None, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    wide = tmp_path / "wide"  # 50 MB of weights, and as much again for 80 tokens
    LlamaForCausalLM(config).save_pretrained(wide)
    tokenizer.save_pretrained(wide)
    jsonl.write(tmp_path / "rows.jsonl", [{"prompt": "Say it.", "completion": "word " * 150}])
    with ExitStack() as limits:

        def tell(text: str) -> None:
            if text.startswith("All"):
                limits.enter_context(allowed(60_000_000))

        with pytest.raises(ConfigError, match="to train with one row at a time: use shorter rows, or a smaller model"):
            train(tmp_path / "rows.jsonl", wide, tmp_path / "tuned", tell=tell)
    with allowed(20_000_000), pytest.raises(ConfigError, match=f"The memory does not suffice to load {wide}: use a sm"):
        train(tmp_path / "rows.jsonl", wide, tmp_path / "tuned")


def test_weights_that_cannot_all_be_trained_here_are_refused_before() -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(hidden_size=2**16, intermediate_size=2**24, num_attention_heads=64, num_hidden_layers=1)
    with torch.device("meta"):  # which has sizes and no numbers
        model = LlamaForCausalLM(config)
    check_memory(model, "lora", on_gpu=False)
    check_memory(model, "full", on_gpu=True)
    with pytest.raises(ConfigError, match=r"takes [\d,.]+ GB beside them, and [\d,.]+ GB are free: use `method=lora`"):
        check_memory(model, "full", on_gpu=False)


def test_a_curve_of_no_steps_and_of_very_many_is_a_picture() -> None:
    assert "<polyline" in loss_curve([], "none")
    many = loss_curve([TrainingProgress(step, 9_000, 1 / (step + 1)) for step in range(9_000)], "a <b>")
    assert len(many) < 20_000
    assert "a &lt;b&gt;" in many
