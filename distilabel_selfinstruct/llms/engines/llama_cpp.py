"""llama.cpp's own server from the package `xllamacpp`: a program of its own.

Its one argument is a JSON object; see `main` for what it holds. The key is in the environment.
"""

import json
import os
import signal
import sys
from typing import Any

KEY_VARIABLE = "SELFINSTRUCT_SERVER_KEY"


def main() -> int:
    """Serve the model until a signal ends this process."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings["path"]
    params.model_alias = {settings["model"]}
    params.port = settings["port"]
    params.reuse_port = True  # the process that started this one holds the port
    params.api_keys = [os.environ.pop(KEY_VARIABLE)]
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["context"] * settings["slots"]
    params.cache_ram_mib = settings["prompt_cache_mib"]
    for processors in (params.cpuparams, params.cpuparams_batch):
        processors.n_threads = settings["threads"]
    params.swa_full = True  # else models with a sliding window read the shared beginning of prompts again and again
    params.ui = False
    # What a request does not ask for is not done: the server's own defaults would cut off unlikely tokens.
    params.sampling.top_k, params.sampling.min_p = 0, 0.0
    params.sampling.top_p, params.sampling.temp = 1.0, 1.0
    try:
        server = xllamacpp.Server(params)  # it serves in threads of its own
    except RuntimeError:  # it has written the reason
        return 1
    sys.stderr.write(f"listening at {server.listening_address}\n")
    sys.stderr.flush()
    while True:
        signal.pause()


if __name__ == "__main__":
    sys.exit(main())
