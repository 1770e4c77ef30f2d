# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""tools/bench/cuda_check as far as a machine without a GPU allows."""
import os
import pathlib
import subprocess
import sys

import pytest

BUILD = pathlib.Path(os.environ["GCRISK"]).parent.parent
SCRIPT = pathlib.Path(os.environ["GCRISK_SOURCE"]) / "tools/bench/cuda_check"
MODULE = BUILD / "lib/libgcrisk_torch.so"


def check(*words):
    return subprocess.run([sys.executable, SCRIPT, "--build", BUILD, *words], capture_output=True,
                          text=True, check=False,
                          env={**os.environ, "GCRISK_PYTHON": "/bin/false"})


@pytest.mark.skipif(os.path.exists("/proc/driver/nvidia/version"), reason="there is a GPU")
def test_without_a_gpu_it_says_what_is_missing():
    done = check()
    assert done.returncode == 2
    expected = "this machine has no NVIDIA driver" if MODULE.exists() else "no torch backend"
    assert expected in done.stderr and "hint: tools/setup --torch --cuda" in done.stderr


@pytest.mark.skipif(not MODULE.exists(), reason="built without GCRISK_TORCH")
def test_on_the_cpu_it_runs_to_the_end(tmp_path):
    done = check("--device", "cpu", "--people", "400", "--epochs", "3", "--out", tmp_path / "tables.md")
    assert done.returncode == 0, done.stderr
    tables = (tmp_path / "tables.md").read_text()
    assert "Parity with the Eigen backend: [  PASSED  ]" in tables
    for preset in ("mlp", "cnn", "lstm", "gcin"):
        assert f"| {preset} | 0." in tables
    assert "Speed: not measured" in tables
