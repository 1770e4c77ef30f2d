# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk doctor`: facts about the machine that other programs confirm."""
import json
import os
import shutil
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]


def facts(*words, **environment):
    for name in ["SLURM_CPUS_PER_TASK", "OMP_NUM_THREADS", "SLURM_MEM_PER_NODE",
                 "SLURM_MEM_PER_CPU"]:
        environment.setdefault(name, None)
    full = {**os.environ, **environment}
    done = subprocess.run([GCRISK, "doctor", "--json", *map(str, words)], capture_output=True,
                          text=True, check=True,
                          env={k: v for k, v in full.items() if v is not None})
    return json.loads(done.stdout)


def test_threads_are_the_smallest_allowance_with_its_reason():
    assert facts()["threads"]["allowed"] <= len(os.sched_getaffinity(0))
    one = facts(SLURM_CPUS_PER_TASK="1", OMP_NUM_THREADS="4")["threads"]
    if len(os.sched_getaffinity(0)) > 1:
        assert one["because_of"] == "SLURM_CPUS_PER_TASK"
    assert one["allowed"] == 1
    assert one["environment"] == {"SLURM_CPUS_PER_TASK": "1", "OMP_NUM_THREADS": "4"}


def test_memory_is_what_slurm_gave():
    memory = facts(SLURM_MEM_PER_NODE="1500")["memory"]
    assert memory["allowed_bytes"] == 1500 * 1024 * 1024
    assert memory["because_of"] == "SLURM_MEM_PER_NODE"


def test_disk_is_that_of_out(tmp_path):
    disk = facts("--out", tmp_path / "new" / "run")["disk"][0]
    assert disk["folder"] == str(tmp_path)
    assert abs(disk["free_bytes"] - shutil.disk_usage(tmp_path).free) < 1 << 30
    assert list(tmp_path.iterdir()) == []


def test_cpu_level_is_one_that_the_cpu_has():
    cpu = facts()["cpu"]
    assert cpu["level_in_use"] in cpu["levels_supported"]
    with open("/proc/cpuinfo") as file:
        flags = next(line for line in file if line.startswith("flags")).split()
    assert ("x86-64-v3" in cpu["levels_supported"]) == ("avx2" in flags and "fma" in flags)
    assert os.path.exists(cpu["library"])


def test_libraries_are_the_loaded_ones():
    libraries = facts()["libraries"]
    assert libraries["htslib"].split()[0].count(".") >= 1
    pkg_config = shutil.which("pkg-config")
    if not pkg_config:
        pytest.skip("pkg-config is not installed")
    version = subprocess.run([pkg_config, "--modversion", "libzstd"], capture_output=True,
                             text=True).stdout.strip()
    assert libraries["zstd"] == version


def test_lines_for_people_say_the_same_and_the_status_is_0():
    done = subprocess.run([GCRISK, "doctor", "--quiet"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    assert "backend eigen" in done.stdout and "everything, on the CPU" in done.stdout
    assert "level in use" in done.stdout and "free for results" in done.stdout
    assert all(len(line) < 200 for line in done.stdout.splitlines())


def test_backend_torch_is_explained():
    torch = facts()["backends"][1]
    assert torch["name"] == "torch"
    assert os.path.dirname(torch["module"]) == os.path.dirname(facts()["cpu"]["library"])
    if torch["available"]:
        assert torch["libtorch"][0].isdigit() and torch["libtorch"] in torch["meaning"]
        if not os.path.exists("/proc/driver/nvidia/version"):
            assert torch["cuda_devices"] == []
            assert "this machine has no NVIDIA driver" in torch["meaning"]
    else:
        assert "is absent); --device cuda is refused, nothing else is lost" in torch["meaning"]
