# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Nets trained by several processes, started here with the variables that torchrun sets."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest
from chain import GCRISK, run

MODULE = pathlib.Path(GCRISK).parent.parent / "lib/libgcrisk_torch.so"
needs_torch = pytest.mark.skipif(not MODULE.exists(), reason="built without GCRISK_TORCH")
TORCH = ["--backend", "torch", "--device", "cpu", "--threads", 1]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    run(folder, "simulate", "--samples", 400, "--variants", 120, "--causal", 8, "--heritability", "0.7",
        "--format", "bed", "--out", "c")
    run(folder, "ingest", "ehr", "--table", "c.clinical.csv", "--out", "e")
    run(folder, "preprocess", "--bfile", "c", "--clinical", "e.clinical.tsv", "--pheno", "c.pheno.tsv",
        "--pheno-name", "disease", "--out", "study")
    run(folder, "simulate", "--samples", 300, "--variants", 60, "--causal", 8, "--outcome", "survival",
        "--format", "bed", "--out", "s")
    run(folder, "preprocess", "--bfile", "s", "--pheno", "s.pheno.tsv", "--pheno-name", "event",
        "--time-name", "time_years", "--out", "followed")
    return folder


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(folder, *words, n=2, own=None, port=None):
    """n processes of one command; `own`: further options of each."""
    place = {"WORLD_SIZE": str(n), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port or free_port())}
    return [subprocess.Popen([GCRISK, "train", *map(str, [*words, *(own[rank] if own else [])])],
                             cwd=folder, text=True, stderr=subprocess.PIPE,
                             env={**os.environ, **place, "RANK": str(rank), "LOCAL_RANK": str(rank)})
            for rank in range(n)]


def end(processes):
    """Statuses, and what each process said."""
    said = [process.communicate(timeout=120)[1] for process in processes]
    return [process.returncode for process in processes], said


def arrays_of(folder):
    safetensors = pytest.importorskip("safetensors.numpy")
    return safetensors.load_file(folder / "weights.safetensors")


def largest_difference(a, b):
    assert a.keys() == b.keys()
    return max(abs(a[name] - b[name]).max() for name in a if a[name].size > 0)


@needs_torch
@pytest.mark.parametrize("n, words", [
    # 280 people to learn from: the last batch of 31 has one, for whom only one process works.
    (2, ["gcin", "--study", "study", "--batch-size", 31, "--modality-dropout", "0.2", "--clip-norm",
         "0.5"]),
    (3, ["lstm", "--study", "study", "--batch-size", 64, "--ensemble", 2, "--schedule", "plateau"]),
    # Who is at risk is asked of the whole batch, not of a process's part.
    (2, ["mlp", "--study", "followed", "--survival-loss", "cox"])])
def test_several_processes_train_the_net_of_one(home, n, words):
    words = [*words, "--epochs", 3, "--patience", 2, *TORCH]
    name = words[0]
    run(home, "train", *words, "--out", f"{name}.one")
    codes, said = end(start(home, *words, "--out", f"{name}.many", n=n))
    assert codes == [0] * n, said
    assert f"training in {n} processes (WORLD_SIZE), which meet at 127.0.0.1:" in said[0]
    assert "wrote" in said[0] and all("wrote" not in text for text in said[1:])
    one, many = arrays_of(home / f"{name}.one"), arrays_of(home / f"{name}.many")
    if "cox" in words:  # a shift of all scores changes nothing: its derivative is rounding alone
        del one["member1/head.out.bias"], many["member1/head.out.bias"]
    assert largest_difference(one, many) <= 2e-6
    assert not (home / f"{name}.many/checkpoints").exists()
    assert json.loads((home / f"{name}.many/run.json").read_text())["notes"]["processes"] == n


@needs_torch
@pytest.mark.skipif(shutil.which("mpirun") is None, reason="no mpirun")
def test_mpirun_starts_them_as_well(home):
    words = ["gcin", "--study", "study", "--epochs", 2, *TORCH]
    run(home, "train", *words, "--out", "alone")
    environment = {**os.environ, "MASTER_PORT": str(free_port()), "OMPI_ALLOW_RUN_AS_ROOT": "1",
                   "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1"}
    done = subprocess.run(["mpirun", "-n", "2", GCRISK, "train", *map(str, words), "--out", "mpi"],
                          cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "training in 2 processes (OMPI_COMM_WORLD_SIZE)" in done.stderr
    assert largest_difference(arrays_of(home / "alone"), arrays_of(home / "mpi")) <= 2e-6


@needs_torch
def test_a_signal_to_one_process_stops_all_and_they_go_on_from_there(home):
    words = ["gcin", "--study", "study", "--epochs", 8, "--patience", 0, *TORCH]
    assert end(start(home, *words, "--out", "whole"))[0] == [0, 0]
    newest = home / "cut/checkpoints/1/checkpoint"
    processes = start(home, *words, "--out", "cut")
    while not newest.exists() and all(process.poll() is None for process in processes):
        time.sleep(0.002)
    processes[1].send_signal(signal.SIGUSR1)
    assert end(processes)[0] == [138, 138]
    codes, said = end(start(home, *words, own=[["--out", "cut"], ["--out", "elsewhere"]]))
    assert codes == [5, 5]
    assert "the processes that train together found different checkpoints in elsewhere/" in said[1]
    codes, said = end(start(home, *words, "--out", "cut"))
    assert codes == [0, 0] and "going on from the checkpoint" in said[0]
    # Between processes on one machine nothing is left to chance.
    assert (home / "cut/weights.safetensors").read_bytes() == \
        (home / "whole/weights.safetensors").read_bytes()


@needs_torch
def test_a_process_that_is_killed_ends_the_others(home):
    processes = start(home, "gcin", "--study", "study", "--epochs", 400, "--patience", 0, *TORCH, "--out",
                      "lost")
    while not (home / "lost/checkpoints/1/checkpoint").exists():
        assert all(process.poll() is None for process in processes)
        time.sleep(0.002)
    processes[1].kill()
    codes, said = end(processes)
    assert codes == [9, -signal.SIGKILL]
    assert "process 1 of 2 has lost another one: " in said[0]
    assert "hint: see what the one that ended first said; the same command goes on" in said[0]


@needs_torch
def test_processes_that_are_not_at_one_are_refused(home):
    codes, said = end(start(home, "mlp", "--study", "study", "--epochs", 1, *TORCH, "--out", "no",
                            own=[["--seed", 1], ["--seed", 2]]))
    assert codes == [5, 5]
    for text in said:
        assert "the processes that train together were given different data or options" in text
        assert "hint: start all of them alike" in text
    assert not (home / "no/model.json").exists()


@needs_torch
def test_a_layer_that_needs_whole_batches_is_refused(home):
    (home / "normal.json").write_text(json.dumps({
        "branches": [{"input": "clinical", "layers": [
            {"type": "linear", "units": 4}, {"type": "batch-norm"}]}],
        "head": [{"type": "linear", "units": 1}]}))
    codes, said = end(start(home, "mlp", "--study", "study", "--network", "normal.json", *TORCH,
                            "--out", "no"))
    assert codes == [5, 5]
    assert "(batch-norm): it needs whole batches, 2 processes have a part of them each" in said[0]
    assert "hint: take layer-norm, or start one process" in said[0]


@needs_torch
def test_a_place_that_is_taken_is_named(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first, second = start(home, "mlp", "--study", "study", *TORCH, "--out", "no", port=port)
        said = first.communicate(timeout=60)[1]
        second.kill()  # it would wait for minutes that somebody answers there
        second.communicate()
    assert first.returncode == 9
    assert f"process 1 of 2 has not met the others at 127.0.0.1:{port}: " in said
    assert "hint: see that all were started, and set MASTER_ADDR and MASTER_PORT" in said


@pytest.mark.parametrize("words, code, expected", [
    (["lr"], 2, "train lr: WORLD_SIZE says that 2 processes were started, expected one"),
    (["mlp", "--backend", "eigen"], 9,
     "--backend eigen: it trains in one process, WORLD_SIZE says 2")])
def test_what_trains_in_one_process_is_refused_in_several(home, words, code, expected):
    codes, said = end(start(home, *words, "--study", "study", "--out", "no"))
    assert codes == [code, code]
    assert all(expected in text and "hint: " in text for text in said)
    assert not (home / "no/run.json").exists()


def test_a_world_without_a_rank_is_refused(home):
    done = subprocess.run([GCRISK, "train", "lr", "--study", "study", "--out", "no"], cwd=home,
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "WORLD_SIZE": "4"})
    assert done.returncode == 2
    assert "WORLD_SIZE=4 says that there are several processes, but not which this is" in done.stderr


def test_a_complete_model_is_refused_before_the_training(home):
    run(home, "train", "lr", "--study", "study", "--out", "there")
    said = run(home, "train", "mlp", "--study", "study", "--epochs", 200, "--out", "there", code=2)
    assert "a complete result stands there" in said and "weights in all" not in said
