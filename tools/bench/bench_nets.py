# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Epochs of nets on the CPU beside PyTorch: same network, batch of 32, two threads.

needs a build with -DGCRISK_BENCH=ON, and GCRISK_PYTHON with torch
"""
import os
import pathlib

from measure import Race

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = os.environ.get("GCRISK_PYTHON", "python3")
EPOCHS = "3"


def races(folder):
    bench = pathlib.Path(os.environ["GCRISK"]).parent / "nets_epochs"
    sizes = {"gcin": ("2,000 variants + 20", "≥ 2.5×"), "cnn": ("2,000 variants", "≥ 2.5×"),
             "lstm": ("50 steps of 40", "≥ 1.5×")}
    for which, (size, aim) in sizes.items():
        yield Race(f"{which}, {EPOCHS} epochs", f"8,000 × {size}", [str(bench), which, "8000", EPOCHS],
                   [PYTHON, str(HERE / "peer_torch_nets.py"), which, "8000", EPOCHS],
                   "PyTorch, eager, 2 threads", aim, runs=1)
