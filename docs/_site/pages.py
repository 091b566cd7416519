"""Pages of the documentation that are made from the code when the site is built: see `hooks` in mkdocs.yml."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.options import Panel, command_line, is_free_to_change, is_per_stage

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "distilabel_selfinstruct"

SECTIONS = ("Attributes", "Runtime parameters", "Input columns", "Output columns", "Examples")
"""The sections of a component's docstring that its page shows, in this order."""

INTERNAL = {
    "RunConfig": ("effective_batch_size", "for_stage", "keep_addresses", "addresses_in_file", "llms", "llm_in_words",
                  "models", "cost", "assumes_half_price"),
    "OpenAICompatibleLLM": ("aclose", "check", "client", "dialect", "leave_retries", "list_models", "on_note"),
    "RecordedLLM": ("replay",),
    "GeneratedTask": ("facts",),
    "Stage": ("asks_a_model",),
}  # fmt: skip
"""Members of public classes that only the package itself has a use for: the page on the Python API leaves them out."""

HEADING = re.compile(r"[A-Z][a-z]+(?: [a-z]+)?:")
"""A line that begins a section of a Google docstring."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those that are written by hand."""
    notebook = json.loads((ROOT / "docs" / "first_dataset.ipynb").read_text(encoding="utf-8"))
    for name, text in {
        "api.md": api_page(),
        "components.md": components_page(),
        "options.md": options_page(),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        "first_dataset.md": notebook_page(notebook),
    }.items():
        files.append(File.generated(config, name, content=text))
    return files


def public_names() -> Iterator[tuple[str, str]]:
    """Each public name with the module that `__init__.pyi` has it from, relative to the package."""
    for node in ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.name, str(node.module)


def section_of(name: str) -> str:
    """The section of the page on the Python API that a public name belongs to."""
    if name.endswith("Error"):
        return "Errors"
    if name.casefold().endswith("llm"):
        return "Models"
    return "Functions" if name.islower() else "Configuration and results"


def api_page() -> str:
    """The page on the Python API: mkdocstrings renders each public name. Steps have a page of their own."""
    lines = [
        "# Python API",
        "",
        "`import distilabel_selfinstruct as si` offers these names. The command calls the same functions.",
        "The steps, which are `si.InstructionGeneration` and others, are on the page [Components](components.md), the",
        "fields of `RunConfig` on [Options of a run](options.md), the values of `Reason` on",
        "[Reasons for a drop](reasons.md).",
    ]
    names = [one for one in public_names() if not one[1].endswith("steps")]
    for title in ("Functions", "Configuration and results", "Models", "Errors"):
        lines += ["", f"## {title}"]
        for name, module in names:
            if section_of(name) == title:
                # A function with the name of its module would be taken for the module.
                inner = f".{name}" if (PACKAGE / module.replace(".", "/") / f"{name}.py").is_file() else ""
                lines += ["", f"::: distilabel_selfinstruct.{module}.{name}{inner}"]
                if hidden := INTERNAL.get(name):
                    filters = ["!^_", "!^model_", f"!^({'|'.join(hidden)})$"]
                    lines += ["    options:", f"      filters: {json.dumps(filters)}"]
    return "\n".join(lines) + "\n"


def components() -> Iterator[tuple[str, str]]:
    """Each step with its docstring, in the order of the methods of the paper, then the others."""
    names = [name for name, module in public_names() if module.endswith("steps")]
    classes = {
        node.name: ast.get_docstring(node) or ""
        for path in sorted(PACKAGE.glob("*steps/*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    first = ("InstructionGeneration", "ClassificationTaskIdentification", "InstanceGeneration", "InstanceFiltering")
    for name in sorted(names, key=lambda name: (name not in first, first.index(name) if name in first else 0)):
        yield name, classes[name]


def sections_of(docstring: str) -> dict[str, str]:
    """The parts of a Google docstring by heading; the part before the first heading has the key `""`."""
    parts: dict[str, list[str]] = {"": []}
    heading = ""
    for line in docstring.splitlines():
        if HEADING.fullmatch(line):
            heading = line[:-1]
            parts[heading] = []
        else:
            parts[heading].append(line.removeprefix("    ") if heading else line)
    return {name: "\n".join(lines).strip() for name, lines in parts.items()}


def entries(text: str) -> Iterator[tuple[str, str]]:
    """The names of a section with their descriptions; a continued line is joined to the line before."""
    joined: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and joined:
            joined[-1] += f" {line.strip()}"
        elif line.strip():
            joined.append(line.removeprefix("- "))
    for line in joined:
        name, _, description = line.partition(": ")
        yield name.replace("`", ""), description


def component_text(name: str, docstring: str) -> str:
    """What the gallery says of one component: what it does, its columns and parameters, and its example."""
    parts = sections_of(docstring)
    summary, _, rest = parts[""].partition("\n")
    category = parts.get("Categories", "").removeprefix("- ")
    lines = [f"## {name}", "", f"**{summary}**", "", rest.strip(), "", f"Category: {category}"]
    columns = [
        f"| {side} | {_in_code(column)} | {description} |"
        for side, heading in (("in", "Input columns"), ("out", "Output columns"))
        for column, description in entries(parts.get(heading, ""))
    ]
    lines += ["", "| | column | what it holds |", "|---|---|---|", *columns]
    example = parts.get("Examples", "")
    if example:
        lines += ["", example]
    options = [
        f"| `{option}` | {kind} | {description} |"
        for kind, heading in (("attribute", "Attributes"), ("runtime parameter", "Runtime parameters"))
        for option, description in entries(parts.get(heading, ""))
    ]
    if options:
        lines += ["", f'??? note "Options of {name}"', "", "    | option | kind | what it is |", "    |---|---|---|"]
        lines += [f"    {line}" for line in options]
    return "\n".join(lines)


def _in_code(name: str) -> str:
    """A name as code, and what stands in brackets after it as text: the type of a column."""
    first, space, rest = name.partition(" ")
    return f"`{first}`{space}{rest}"


def components_page() -> str:
    """The gallery: every distilabel component of the package."""
    intro = (
        "# Components\n\nEach component is a distilabel step that works alone, with any distilabel `LLM`: see\n"
        "[your own pipeline](pipeline.md). A runtime parameter can also be set when a pipeline runs.\n"
    )
    return "\n".join([intro, *(f"{component_text(*one)}\n" for one in components())])


def options_page() -> str:
    """The options of a run, from their one declaration, in the groups of the command's help."""
    lines = [
        "# Options of a run",
        "",
        "`selfinstruct run` takes these as flags, a file for `--config` under their names, and `si.RunConfig` as",
        "arguments. An option marked *stage* may differ in each stage: see [Models](models.md#a-model-for-each-stage).",
        "An option marked *free* may change when a run is resumed.",
    ]
    for panel in Panel:
        lines += ["", f"## {panel.value}", "", "| name | default | what it is | |", "|---|---|---|---|"]
        for name, field in RunConfig.model_fields.items():
            shown = command_line(field)
            if shown is not None and shown.panel is panel:
                default = field.get_default(call_default_factory=True)
                value = "" if default in (None, [], {}) else f"`{str(default).lower()}`"
                marks = [word for word, has in (("stage", is_per_stage), ("free", is_free_to_change)) if has(field)]
                text = (field.description or "").replace("|", "\\|")
                lines.append(f"| `{name}` | {value} | {text} | {', '.join(marks)} |")
    return "\n".join(lines) + "\n"


def notebook_page(notebook: dict[str, Any]) -> str:
    """The cells of a notebook as a page: texts as they are, code and what it prints in fences."""
    parts = []
    for cell in notebook["cells"]:
        text = _joined(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
        printed = "".join(_joined(output["text"]) for output in cell.get("outputs", []))
        if printed:
            parts.append(f"```text\n{printed.rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def _joined(text: str | list[str]) -> str:
    """A text of a notebook, which holds it whole or as a list of lines."""
    return text if isinstance(text, str) else "".join(text)
