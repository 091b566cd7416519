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
    if not has_gpu(xllamacpp):
        # On processors flash attention adds up a prompt in another way where its beginning is in the cache, so an
        # answer would depend on what was asked before it. (With weights whose kernels differ by the number of tokens,
        # such as Q4_K and Q8_0, it still can.) Without it the tokens of an answer take no more time.
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    # Else models with a sliding window read half of each prompt again where the stages take turns (Gemma, measured).
    params.swa_full = True
    params.ui = False
    # What a request does not ask for is not done: the server's own defaults would cut off unlikely tokens. One thing
    # no request can change: the penalties look at the last 64 tokens, those at the end of the prompt among them.
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


def has_gpu(xllamacpp: Any) -> bool:
    """Whether the engine computes on a graphics card."""
    kinds = xllamacpp.ggml_backend_dev_type
    cards = (kinds.GGML_BACKEND_DEVICE_TYPE_GPU, kinds.GGML_BACKEND_DEVICE_TYPE_IGPU)
    return any(device["type"] in cards for device in xllamacpp.get_device_info())


if __name__ == "__main__":
    sys.exit(main())
