"""Of the log of a server that did not start, the cause is said and not what came of it."""

import pytest

from distilabel_selfinstruct.llms.local.server_log import ServerLog

TRANSFORMERS = """Traceback (most recent call last):
  File "auto.py", line 1, in from_pretrained
KeyError: 'odder'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "auto.py", line 2, in from_pretrained
ValueError: The checkpoint has model type `odder`, which is not known.

Update Transformers."""

LLAMA_CPP = """0.00.020.416 I srv    load_model: loading model
0.00.317.174 E llama_model_load: error loading model:   unknown model architecture: 'odder'
0.00.317.215 E llama_model_load_from_file_impl: failed to load model
0.00.624.423 I srv    operator(): operator(): cleaning up before exit..."""

HUB = """Traceback (most recent call last):
  File "hub.py", line 1, in load
transformers.utils.hub.RepositoryNotFoundError: 404. (key my-key)
Not found: x.
Check it.
If it is private, log in."""


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            TRANSFORMERS,
            "says: ValueError: The checkpoint has model type `odder`, which is not known. / Update Transformers.",
        ),
        (LLAMA_CPP, "says: llama_model_load: error loading model: unknown model architecture: 'odder'."),
        (
            HUB,
            "says: transformers.utils.hub.RepositoryNotFoundError: 404. (key ***) / Not found: x. / Check it.",
        ),
        ("one\ntwo\n\nthree\nfour", "ends with: two / three / four."),
        ("", "ends with: nothing."),
    ],
)
def test_the_cause_is_said(log: str, said: str) -> None:
    kept = ServerLog("my-key")
    kept.write(b"ValueError: of the first start\n")
    kept.begin()
    for line in log.splitlines(keepends=True):
        kept.write(line.encode())
    assert kept.cause == f"Its log {said}"
