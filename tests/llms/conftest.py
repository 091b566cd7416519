"""The environment of the tests of models."""

import pytest


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and addresses of whoever runs the tests stay out of them."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_API_KEY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
