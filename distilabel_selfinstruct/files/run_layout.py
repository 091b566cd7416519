"""The one list of the files of a run: paths within its output folder, and names within the folder of a step."""

DESCRIPTION = "run.json"
PIPELINE = "pipeline.yaml"
INSTRUCTIONS = "instructions.jsonl"
INSTANCES = "instances.jsonl"
REJECTIONS = "rejections.jsonl"
DATASET = "dataset"
STATE = "state"
"""The journals, a folder for each step."""

SERVERS = "servers"
SERVER_LOGS = f"{STATE}/{SERVERS}"
"""What servers wrote that the run started for models on this machine, a file for each."""

CACHE = "cache"
"""What distilabel needs while the run works, and nobody afterwards."""

PREDICTION_STATE = ".state"
"""At the end of the name of a file of predictions: the folder beside it with the journal."""

PREDICTION = "prediction.json"
"""Within this folder: with which settings the predictions are made."""

TRAINING = "finetune.json"
"""Within the folder of a model that was fine-tuned: what was done."""

REGENERATION = "regeneration"
"""Within the description of a run: which model rewrote its outputs, and how. Its own stages have no journal."""

PREVIEW = "preview"
"""Within the description of a run: only a preview was made of it, of so many instructions. It has a journal only."""

PREFERENCES = "preferences.jsonl"
"""Pairs of outputs, new and old, of a run whose outputs were regenerated."""

REPORT_PAGE = "report.html"
REPORT_FIGURES = "report.json"
ENTRIES_PAGE = "show.html"
EXPORT = "export"

REVIEW = "review"
"""What people said: the one folder that no model can make again."""

RATINGS = f"{REVIEW}/ratings.jsonl"
REPLACED_RATINGS = f"{REVIEW}/replaced_ratings.jsonl"
DECISIONS = f"{REVIEW}/decisions.jsonl"
PUSHED = f"{REVIEW}/push.json"
PULLED = f"{REVIEW}/pull.json"
PUSH_LOCK = f"{REVIEW}/push.lock"
REPLACED_ROWS = f"{REVIEW}/replaced_rows.jsonl"
"""Rows of the run that were pushed, or may have been, and that another run has replaced: the texts of their ratings."""

# Within `STATE`, in the folder of each step: see `journal`.
COMPLETIONS = "completions.jsonl"
STEP_RESULTS = "results.jsonl"
STEP_REJECTIONS = "rejections.jsonl"
END = "end.jsonl"
NOTES = "notes.jsonl"
DAMAGED = "damaged.jsonl"
"""Lines of `COMPLETIONS` and `NOTES` that could not be read: see `journal.damage`."""

REFUSED = "refused"
"""This file has a byte for each request that the server refused since it had too many."""

BATCHES = "batches.jsonl"
BATCH_REQUESTS = "batches"
"""The requests of open batches, a file for each: see `journal.batch_ledger`."""

LOCK = "lock"
"""Held by the one process that may write to the folder it stands in."""

LEASES = f"{LOCK}.*"
"""The records of a lock that is a lease, and `*.lock.*` those of a file: see `files.leases`."""

LEASED = "leased"
"""Within `STATE`: all processes of the run lock its folders and files by leases."""

STOP = "stop"
"""Within `STATE`: this file asks all steps to stop sending requests, and holds the reason."""

SHARED = "shared"
"""Within `STATE`, of a run on several machines: a word by which each of them knows that it sees this very folder."""

ABANDON = "abandon"
"""Within `STATE`: asks all steps not to wait for the requests in flight."""

REQUEST_PACE = "requests_per_minute"
TEXT_PACE = "tokens_per_minute"
"""Within `STATE`: when any step may send the next request, so that a limit on the pace is kept by all together."""

SPENDING = "spending.json"
"""Within `STATE`: the limits on tokens and cost, what was used, and what is reserved for requests in flight."""

SENT = "sent"
"""Within `STATE`: this file has a byte for each request that any step has sent, so that their limit is kept exactly."""

CACHE_TAG = "CACHEDIR.TAG"
"""Within `CACHE`: says that the folder is ours to remove, and to programs for backups that it need not be kept."""

OF_A_RUN = (
    *(DESCRIPTION, PIPELINE, INSTRUCTIONS, INSTANCES, REJECTIONS, REPORT_PAGE, REPORT_FIGURES, ENTRIES_PAGE),
    *(f"{DATASET}/{name}" for name in ("dataset_dict.json", "train/*.json", "train/*.arrow")),
    *(f"{STATE}/{name}" for name in (STOP, f"{STOP}.*", SHARED, ABANDON, REQUEST_PACE, TEXT_PACE, SENT, SPENDING)),
    *(f"{STATE}/{name}" for name in (LEASED, f"*.{LEASES}")),
    *(f"{STATE}/*/{name}" for name in (LOCK, LEASES, COMPLETIONS, STEP_RESULTS, STEP_REJECTIONS, END, NOTES, DAMAGED)),
    *(f"{STATE}/*/{name}" for name in (REFUSED, BATCHES)),
    f"{STATE}/*/{BATCH_REQUESTS}/*.jsonl",
    f"{SERVER_LOGS}/*.log",
)
"""Patterns of all files that a run and its report write, within its folder. What people said is not among them."""

FOLDERS_OF_A_RUN = (f"{STATE}/*/{BATCH_REQUESTS}", f"{STATE}/*", STATE, f"{DATASET}/train", DATASET, EXPORT)
"""Patterns of the folders in which these files stand, the inner ones first."""
