"""The bugs of the host that this package fixes: place, symptom and the test that reproduces each."""

from __future__ import annotations

from dataclasses import dataclass

HOST_VERSION = "1.5.3"


@dataclass(frozen=True)
class HostFix:
    """One bug: name, place in the host (`distilabel/<file>:<line>`), what happens, pytest node id."""

    name: str
    host_location: str
    symptom: str
    test: str


_EMPTY = "tests/host_fixes/test_empty_batches.py::"
_FLOW = "tests/host_fixes/test_batch_flow.py::"
_FEATURES = "tests/host_fixes/test_host_features.py::"
_FAILING = "tests/host_fixes/test_failing_steps.py::"
_COLUMNS = "tests/host_fixes/test_columns.py::"
_AROUND = "tests/host_fixes/test_around_the_run.py::"

FIXES: tuple[HostFix, ...] = (
    # batch_flow
    HostFix(
        "empty last batch",
        "pipeline/batch_manager.py:552",
        "a step whose last output batch is empty, with a step after it: hangs",
        _EMPTY + "test_last_batch_of_a_step_may_be_empty",
    ),
    HostFix(
        "global step with an empty predecessor",
        "pipeline/batch_manager.py:508",
        "a global step of which a predecessor has no rows: hangs",
        _EMPTY + "test_global_step_gets_the_rows_of_one_predecessor_when_the_other_has_none",
    ),
    HostFix(
        "batches of replicas out of order",
        "pipeline/batch_manager.py:592",
        "the last batch arrives before one of a slower replica: its rows are lost",
        _FLOW + "test_rows_come_out_in_order_with_one_last_batch",
    ),
    HostFix(
        "idle replicas before a global step",
        "pipeline/base.py:1349",
        "a step with replicas before a global step: hangs",
        _EMPTY + "test_slow_replica_loses_no_row_before_a_global_step",
    ),
    # stalled
    HostFix(
        "unequal predecessors",
        "pipeline/batch_manager.py:508",
        "two predecessors with unequal numbers of rows: hangs; with the fix, an error",
        _FAILING + "test_predecessors_with_unequal_numbers_of_rows_end_with_an_error",
    ),
    HostFix(
        "routes that are not joined",
        "pipeline/batch_manager.py:788",
        "a routing function whose routes do not come together: hangs with all work done",
        _EMPTY + "test_routes_that_do_not_come_together_end",
    ),
    HostFix(
        "steps one after the other",
        "pipeline/base.py:1634",
        "`load_groups` that load a step after its generator has finished: the generator is not asked, hangs",
        _FEATURES + "test_steps_may_be_loaded_one_after_the_other",
    ),
    HostFix(
        "routing functions on Python 3.13",
        "pipeline/routing_batch_function.py:303",
        "no rows and no error: the local variables kept with a routing function cannot be written",
        _FEATURES + "test_routes_may_be_joined_again",
    ),
    # step_worker
    HostFix(
        "exception in a generator",
        "pipeline/step_wrapper.py:195",
        "hangs; with the fix, the rows before it are kept and the run raises at its end",
        _FAILING + "test_rows_before_an_exception_in_a_generator_are_kept",
    ),
    HostFix(
        "generator that just ends",
        "pipeline/step_wrapper.py:177",
        "a generator that ends without `last_batch=True`, or with an empty last batch: hangs",
        _FAILING + "test_generator_may_end_without_a_last_batch_of_rows",
    ),
    HostFix(
        "only the first yield counts",
        "pipeline/step_wrapper.py:243",
        "a step that yields more than once per batch: rows lost; that never yields: rows of None",
        _FAILING + "test_every_yield_counts",
    ),
    HostFix(
        "exception in a step",
        "pipeline/step_wrapper.py:260",
        "a batch of None rows and a warning; with the fix, also an error at the end of the run",
        _FAILING + "test_batch_whose_step_raises_goes_on_with_none_and_the_run_raises_at_its_end",
    ),
    HostFix(
        "exception in a global step",
        "pipeline/local.py:346",
        "an empty Distiset and a normal return; with the fix, rows with None and an error",
        _FAILING + "test_rows_of_a_global_step_that_raises_are_kept_with_none",
    ),
    HostFix(
        "rows that cannot be pickled",
        "pipeline/step_wrapper.py:292",
        "hangs; with the fix, rows with None and an error",
        _FAILING + "test_rows_that_cannot_leave_the_worker_become_none",
    ),
    HostFix(
        "exception in unload",
        "pipeline/step_wrapper.py:125",
        "hangs; with the fix, all rows and an error",
        _FAILING + "test_exception_in_unload_loses_no_row",
    ),
    # run_report
    HostFix(
        "step that cannot be pickled",
        "pipeline/local.py:286",
        "hangs; with the fix, an error",
        _FAILING + "test_step_that_cannot_be_sent_to_a_worker_ends_the_run",
    ),
    HostFix(
        "exception between steps",
        "pipeline/base.py:1058",
        "an exception in the thread that moves batches: `run` returns the rows so far as if they were all",
        _COLUMNS + "test_global_step_hands_on_columns_that_arrow_cannot_hold",
    ),
    HostFix(
        "Ctrl-C after a run",
        "pipeline/base.py:1924",
        "the host keeps the handler for Ctrl-C, which then stops nothing",
        _AROUND + "test_interrupt_after_a_run_is_the_programs_own_again",
    ),
    # worker_watch
    HostFix(
        "dead worker",
        "pipeline/local.py:286",
        "a worker process that dies: hangs; with the fix, finished rows are kept and the run raises",
        _FAILING + "test_dead_worker_of_a_step_ends_the_run_and_keeps_finished_rows",
    ),
    HostFix(
        "dead worker while loading",
        "pipeline/base.py:1364",
        "a worker process that dies while its step is loaded: hangs; with the fix, an error",
        _FAILING + "test_worker_that_dies_while_loading_ends_the_run",
    ),
    # run_report
    HostFix(
        "orphaned processes",
        "pipeline/local.py:226",
        "after `kill -9` workers go on asking the model, and the process with the queues stays for ever",
        "tests/running/test_resume.py::test_a_killed_run_goes_on_as_if_nothing_had_happened",
    ),
    # write_buffer, batch_files
    HostFix(
        "columns that change",
        "pipeline/write_buffer.py:143",
        "a column that is None or [] first, gains keys or changes type after 50 rows: raises or loses values",
        _COLUMNS + "test_column_may_change_after_the_first_file",
    ),
    HostFix(
        "columns before a global step",
        "pipeline/batch.py:205",
        "a column that the first row lacks is dropped; one of mixed types ends the run with no rows",
        _COLUMNS + "test_global_step_hands_on_columns_that_arrow_cannot_hold",
    ),
    HostFix(
        "values that JSON lacks",
        "utils/serialization.py:106",
        "large integers, dates or lone surrogates in a row: the run ends with the rows so far",
        _COLUMNS + "test_column_may_change_after_the_first_file",
    ),
    # saved_dataset
    HostFix(
        "folders with files",
        "distiset.py:529",
        "`Distiset.load_from_disk` of a folder that `datasets` saved: raises",
        "tests/host_fixes/test_saved_dataset.py::test_a_folder_saved_by_datasets_loads_as_a_distiset",
    ),
    # run_ahead, step_worker
    HostFix(
        "steps that wait for each other",
        "pipeline/base.py:1778",
        "a generator is idle while the step after it works, and a step between two batches",
        "tests/running/test_overlap.py::test_the_stages_keep_the_model_busy_at_the_same_time",
    ),
    # no_cache
    HostFix(
        "cache without use",
        "pipeline/base.py:1657",
        "with `use_cache=False`, each batch costs 35 ms and more for a cache that is never read",
        "tests/host_fixes/test_no_cache.py::test_a_run_without_cache_writes_the_pipeline_and_no_buffers",
    ),
    # signatures
    HostFix(
        "lists that start with None",
        "mixins/signature.py:63",
        "a step or LLM with such an attribute: raises when the pipeline starts",
        "tests/steps/test_serialisation.py::test_a_script_that_starts_with_a_failure_has_a_signature",
    ),
    # docstrings
    HostFix(
        "docstrings on Python 3.13",
        "utils/docstring.py:190",
        "examples and citations of a step keep their indentation and do not run",
        "tests/steps/test_docstrings.py::test_the_citation_is_found_whole",
    ),
    # what the host does to the process
    HostFix(
        "logging after a run",
        "utils/logging.py:100",
        "each log record after `run` prints a traceback; the program's own handlers are gone",
        _AROUND + "test_logging_after_a_run_goes_where_it_went_before",
    ),
    HostFix(
        "tracebacks with local variables",
        "__init__.py:19",
        "importing the host shows secrets in tracebacks; undone by `restore_plain_tracebacks` only",
        _AROUND + "test_tracebacks_show_no_local_variables_once_they_are_restored",
    ),
    HostFix(
        "warnings at import",
        "mixins/runtime_parameters.py:37",
        "183 warnings of pydantic about the host's fields",
        _AROUND + "test_import_after_the_fixes_prints_no_warning_of_the_host",
    ),
    HostFix(
        "citations from the network",
        "utils/docstring.py:240",
        "fetching the citation of a step has no time-out",
        _AROUND + "test_citation_that_does_not_come_is_given_up",
    ),
    # what the host does to rows and to pipeline.yaml
    HostFix(
        "overridden columns in the wrong rows",
        "steps/base.py:673",
        "input mappings onto an existing column and another number of rows out: values of other rows",
        _AROUND + "test_overridden_column_comes_back_to_its_own_row",
    ),
    HostFix(
        "secrets in pipeline.yaml",
        "utils/serialization.py:197",
        "a secret under another name than `api_key` is written in plain text",
        _AROUND + "test_secret_under_any_name_is_not_written",
    ),
    HostFix(
        "fields missing from pipeline.yaml",
        "utils/serialization.py:197",
        "fields named `key`, `api`, `k`, … are not written",
        _AROUND + "test_fields_with_short_names_are_written",
    ),
)
