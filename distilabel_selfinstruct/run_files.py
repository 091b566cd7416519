"""What lies where in the output folder of a run, from that folder."""

DESCRIPTION = "run.json"
PIPELINE = "pipeline.yaml"
INSTRUCTIONS = "instructions.jsonl"
INSTANCES = "instances.jsonl"
REJECTIONS = "rejections.jsonl"
DATASET = "dataset"
STATE = "state"
"""The journals, a folder for each step."""

CACHE = "cache"
"""What distilabel needs while the run works."""

REPORT_PAGE = "report.html"
REPORT_FIGURES = "report.json"
EXPORT = "export"

REVIEW = "review"
"""What people said: the one folder that no model can make anew."""

RATINGS = f"{REVIEW}/ratings.jsonl"
REPLACED_RATINGS = f"{REVIEW}/replaced_ratings.jsonl"
DECISIONS = f"{REVIEW}/decisions.jsonl"
PUSHED = f"{REVIEW}/push.json"
PULLED = f"{REVIEW}/pull.json"
