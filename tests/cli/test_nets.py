# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train gcin and the other nets as a user runs them: to a prediction, and through interruptions."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

GCRISK = os.environ["GCRISK"]


def run(*arguments, code=0, cwd=None):
    done = subprocess.run([GCRISK, *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
                          check=False)
    assert done.returncode == code, done.stderr
    return done.stderr


def rows_of(path):
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nets")
    run("simulate", "--samples", 400, "--variants", 200, "--causal", 8, "--heritability", "0.7",
        "--format", "bed", "--out", "c", cwd=folder)
    run("ingest", "ehr", "--table", "c.clinical.csv", "--out", "e", cwd=folder)
    run("preprocess", "--bfile", "c", "--clinical", "e.clinical.tsv", "--pheno", "c.pheno.tsv",
        "--pheno-name", "disease", "--out", "study", cwd=folder)
    return folder


def test_gcin_convolves_many_variants_and_not_a_few(home):
    """The study has 200 variants, fewer than 257."""
    def layers(model, out, *words):
        run("train", model, "--study", "study", "--epochs", 1, *words, "--out", out, cwd=home)
        network = json.loads((home / out / "model.json").read_text())["state"]["spec"]
        branch = next(b for b in network["branches"] if b["input"] == "genotypes")
        return [layer["type"] for layer in branch["layers"]]

    assert layers("gcin", "gcin_few") == ["linear", "relu"]
    assert layers("gcin", "gcin_asked", "--conv-channels", "8") == [
        "conv1d", "relu", "max-pool", "linear", "relu"]
    assert layers("cnn", "cnn_few")[:2] == ["conv1d", "relu"]


@pytest.mark.parametrize("model", ["mlp", "cnn", "lstm", "gcin"])
def test_from_a_study_to_a_figure(home, model):
    text = run("train", model, "--study", "study", "--epochs", 6, "--out", model, cwd=home)
    assert "head.out: 1 numbers" in text and "weights in all" in text
    assert not (home / model / "checkpoints").exists()
    run("predict", "--model", model, "--study", "study", "--out", f"{model}.p", cwd=home)
    people = rows_of(home / f"{model}.p.predictions.tsv")
    assert len(people) == 400 and all(0 < float(p["RISK"]) < 1 for p in people)
    case = [float(p["SCORE"]) for p in people if p["OUTCOME"] == "1"]
    control = [float(p["SCORE"]) for p in people if p["OUTCOME"] == "0"]
    wins = sum((x > y) + 0.5 * (x == y) for x in case for y in control)
    assert wins / (len(case) * len(control)) > 0.6  # most of them were learned from
    history = rows_of(home / model / "history.tsv")
    assert [row["EPOCH"] for row in history] == [str(i + 1) for i in range(len(history))]
    assert float(history[-1]["TRAIN_LOSS"]) < float(history[0]["TRAIN_LOSS"])
    assert rows_of(home / model / "networks.tsv")[0]["EPOCHS"] == str(len(history))


def test_one_and_two_threads_give_the_same_bytes(home):
    for threads in (1, 2):
        run("train", "gcin", "--study", "study", "--epochs", 3, "--threads", threads, "--out",
            f"t{threads}", cwd=home)
    for name in ("model.json", "weights.safetensors"):
        assert (home / "t1" / name).read_bytes() == (home / "t2" / name).read_bytes(), name


LONG = ["train", "gcin", "--study", "study", "--epochs", "80", "--patience", "0", "--schedule",
        "plateau"]


@pytest.fixture(scope="module")
def uninterrupted(home):
    run(*LONG, "--out", "whole", cwd=home)
    return (home / "whole/weights.safetensors").read_bytes()


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGUSR1, 138)])
def test_an_interrupted_training_goes_on_to_the_same_weights(home, uninterrupted, number, code):
    out = f"cut{int(number)}"
    newest = home / out / "checkpoints/1/checkpoint"
    stopped = 0
    for _ in range(4):
        before = newest.stat().st_mtime_ns if newest.exists() else 0
        process = subprocess.Popen([GCRISK, *LONG, "--out", out], cwd=home,
                                   stderr=subprocess.DEVNULL)
        while process.poll() is None and (not newest.exists() or
                                          newest.stat().st_mtime_ns == before):
            time.sleep(0.002)
        process.send_signal(number)
        if process.wait() == 0:
            break
        assert process.returncode == code
        assert not (home / out / "model.json").exists()
        stopped += 1
    else:
        run(*LONG, "--out", out, cwd=home)
    assert stopped > 0
    assert (home / out / "weights.safetensors").read_bytes() == uninterrupted


def test_twenty_kills_at_random_moments_change_nothing(home):
    long = [*LONG, "--ensemble", "3", "--out"]
    begin = time.monotonic()
    run(*long, "killed.not", cwd=home)
    whole = time.monotonic() - begin
    moment = random.Random(20)
    checkpoints = home / "killed/checkpoints"
    kills = 0
    while kills < 20:
        process = subprocess.Popen([GCRISK, *long, "killed"], cwd=home, stderr=subprocess.DEVNULL)
        try:  # a sixteenth of the work at most, wherever that ends
            assert process.wait(moment.uniform(0, whole / 16)) == 0
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        kills += 1
        assert not (home / "killed/model.json").exists()
        # Each training has its newest checkpoint and the one before, and nothing half written: a
        # kill between link and rename leaves a whole file under a name that nobody reads.
        names = {re.sub(r"^\.checkpoint\.partial-\d+$", "checkpoint", file.name)
                 for file in checkpoints.glob("*/*")}
        assert names <= {"checkpoint", "checkpoint.previous"}
    assert kills == 20
    run(*long, "killed", cwd=home)
    for name in ("weights.safetensors", "history.tsv"):
        assert (home / "killed" / name).read_bytes() == (home / "killed.not" / name).read_bytes(), name
    assert not checkpoints.exists()


def test_a_network_of_ones_own(home):
    (home / "net.json").write_text(json.dumps({
        "branches": [{"input": "genotypes", "encoding": "onehot", "layers": [
            {"type": "conv1d", "channels": 4, "kernel": 7, "stride": 2}, {"type": "gelu"},
            {"type": "average-pool", "size": 5}]},
            {"input": "clinical", "layers": [{"type": "linear", "units": 8}, {"type": "tanh"}]}],
        "fusion": "gated", "fusion_units": 16,
        "head": [{"type": "linear", "units": 1}]}))
    text = run("train", "gcin", "--study", "study", "--epochs", 2, "--network", "net.json", "--out",
               "own", cwd=home)
    assert "fusion: 16 numbers" in text
    run("predict", "--model", "own", "--study", "study", "--set", "test", "--out", "own.p",
        cwd=home)

    def refused(change, code, expected):
        net = json.loads((home / "net.json").read_text())
        change(net)
        (home / "bad.json").write_text(json.dumps(net))
        text = run("train", "gcin", "--study", "study", "--network", "bad.json", "--out", "no",
                   code=code, cwd=home)
        assert expected in text

    first = lambda net: net["branches"][0]["layers"]
    refused(lambda net: first(net)[0].update(type="conv2d"), 4, "no layer is called 'conv2d'")
    refused(lambda net: first(net)[0].update(kernel=0), 4, "bad.json: layer genotypes.conv1d1")
    refused(lambda net: first(net)[2].update(size=500), 5,
            "layer genotypes.average-pool3 (average-pool): a window of 500 does not fit")
    refused(lambda net: net["head"][0].update(units=2), 5, "the outcome needs 1")
    refused(lambda net: net.pop("head"), 4, "not a network")
    refused(lambda net: net.update(fusion="sum"), 4, "expected concat or gated")


def test_devices_that_are_not_there_are_refused(home):
    text = run("train", "gcin", "--study", "study", "--device", "tpu", "--out", "no", code=2, cwd=home)
    assert "expected auto, cpu, cuda or cuda:N" in text
    text = run("train", "gcin", "--study", "study", "--device", "cuda", "--backend", "eigen", "--out",
               "no", code=9, cwd=home)
    assert "it runs on the CPU" in text


def test_a_loss_that_is_not_finite_names_its_batch(home):
    text = run("train", "mlp", "--study", "study", "--learning-rate", "1e30", "--out", "no", code=6,
               cwd=home)
    assert "the loss is not finite at epoch 1, batch" in text


def test_a_window_has_to_be_a_number(home):
    for window in ("none", "0", "8,8"):
        text = run("train", "lstm", "--study", "study", "--window", window, "--out", "no", code=2,
                   cwd=home)
        assert f"--window {window}: expected auto, or a whole number of variants" in text


def arrays_of(folder):
    safetensors = pytest.importorskip("safetensors.numpy")
    return safetensors.load_file(folder / "weights.safetensors")


CONVOLUTIONS = ("--conv-channels", "16,32")


@pytest.fixture(scope="module")
def base(home):
    """A net of all variants, and lists of some of them, the second one in another order."""
    run("train", "gcin", *CONVOLUTIONS, "--study", "study", "--epochs", 2, "--out", "base", cwd=home)
    rows = (home / "base/variants.tsv").read_text().splitlines()[1:]
    ids = [row.split("\t")[2] for row in rows]
    (home / "some.txt").write_text("\n".join(ids[20:140]) + "\n")
    return home


def test_a_net_begins_with_another_and_frozen_branches_stay(base):
    text = run("train", "gcin", *CONVOLUTIONS, "--study", "study", "--epochs", 1, "--init", "base", "--freeze",
               "genotypes,fusion", "--out", "tuned", cwd=base)
    assert "begun with base: 14 of 14 arrays whole, 209 of 209 variants and columns found" in text
    before, after = arrays_of(base / "base"), arrays_of(base / "tuned")
    for name in before:
        if name.startswith("member1/"):
            same = (before[name] == after[name]).all()
            assert same == name.startswith("member1/genotypes."), name
    # With steps too small to change a weight of order 0.1 the net is the one it began with.
    run("train", "gcin", *CONVOLUTIONS, "--study", "study", "--epochs", 1, "--init", "base", "--learning-rate",
        "1e-12", "--weight-decay", "0", "--out", "same", cwd=base)
    same = arrays_of(base / "same")
    assert all((abs(before[name] - same[name]) < 1e-6).all() for name in before)


def test_other_variants_and_columns_are_matched_by_name(base):
    text = run("train", "mlp", "--study", "study", "--epochs", 1, "--variants", "some.txt", "--out",
               "few", cwd=base)
    text = run("train", "mlp", "--study", "study", "--epochs", 1, "--init", "few", "--learning-rate",
               "1e-12", "--weight-decay", "0", "--out", "many", cwd=base)
    assert "129 of 209 variants and columns found by name" in text
    assert "not whole in it, begun at random: head.dense1.weight" in text
    # All variants and columns lie side by side in front of the first dense layer.
    text = run("train", "gcin", *CONVOLUTIONS, "--study", "study", "--epochs", 1, "--variants", "some.txt", "--init",
               "base", "--learning-rate", "1e-12", "--weight-decay", "0", "--out", "part", cwd=base)
    before, after = arrays_of(base / "base"), arrays_of(base / "part")
    assert "129 of 129 variants and columns found by name" in text
    for name, taken in (("genotypes.conv1.weight", True), ("clinical.dense1.weight", True),
                        ("genotypes.dense1.weight", False)):
        x, y = before[f"member1/{name}"], after[f"member1/{name}"]
        assert (x.shape == y.shape and abs(x - y).max() < 1e-6) == taken, name


def test_beginnings_that_do_not_fit_are_refused(base):
    def refused(code, expected, *words):
        text = run("train", "gcin", *CONVOLUTIONS, "--study", "study", *words, "--out", "no", code=code, cwd=base)
        assert expected in text and "hint: " in text

    refused(2, "--freeze genotypes: there are no weights to keep", "--freeze", "genotypes")
    text = run("train", "gcin", *CONVOLUTIONS, "--study", "study", "--init", "base", "--freeze", "genes", "--out",
               "no", code=2, cwd=base)
    assert "the net has no such branch, expected clinical, fusion, genotypes, head" in text
    refused(5, "--freeze: the array genotypes.dense1.weight was not found whole", "--init", "base",
            "--variants", "some.txt", "--freeze", "genotypes")
    run("train", "lr", "--study", "study", "--out", "no_net", cwd=base)
    refused(5, "--init no_net: is a model of train lr, not a net", "--init", "no_net")
    refused(9, "the eigen backend has single precision alone", "--precision", "mixed", "--backend",
            "eigen")


LIBRARY = pathlib.Path(GCRISK).parent.parent / "lib"
MODULE = LIBRARY / "libgcrisk_torch.so"
needs_torch = pytest.mark.skipif(not MODULE.exists(), reason="built without GCRISK_TORCH")


@needs_torch
@pytest.mark.parametrize("model", ["mlp", "cnn", "lstm", "gcin"])
def test_both_backends_train_the_same_net(home, model):
    risks = {}
    for backend in ("eigen", "torch"):
        # The module is looked for beside the library: what lies here is not it.
        folder = home / backend
        folder.mkdir(exist_ok=True)
        (folder / "libgcrisk_torch.so").write_text("not a library")
        run("train", model, "--study", "../study", "--epochs", 1, "--patience", 0, "--device", "cpu",
            "--backend", backend, "--out", model, cwd=folder)
        run("predict", "--model", model, "--study", "../study", "--out", f"{model}.p", cwd=folder)
        risks[backend] = [float(p["RISK"]) for p in rows_of(folder / f"{model}.p.predictions.tsv")]
    assert len(risks["eigen"]) == 400
    # Nine steps of Adam: 280 people to learn from, 32 a batch.
    assert max(abs(a - b) for a, b in zip(risks["eigen"], risks["torch"])) < 1e-3


@needs_torch
def test_a_training_by_libtorch_goes_on_where_it_was_stopped(home):
    command = ["train", "gcin", "--study", "study", "--epochs", "12", "--patience", "0", "--backend",
               "torch", "--device", "cpu", "--threads", "1"]
    run(*command, "--out", "torch.whole", cwd=home)
    newest = home / "torch.cut/checkpoints/1/checkpoint"
    process = subprocess.Popen([GCRISK, *command, "--out", "torch.cut"], cwd=home,
                               stderr=subprocess.DEVNULL)
    while process.poll() is None and not newest.exists():
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 143
    assert "going on from the checkpoint" in run(*command, "--out", "torch.cut", cwd=home)
    assert (home / "torch.cut/weights.safetensors").read_bytes() == \
        (home / "torch.whole/weights.safetensors").read_bytes()


@needs_torch
@pytest.mark.skipif(os.path.exists("/proc/driver/nvidia/version"), reason="there is a GPU")
def test_cuda_without_a_gpu_is_refused(home):
    for words in (["--device", "cuda"], ["--device", "cuda:1", "--backend", "torch"]):
        text = run("train", "cnn", "--study", "study", *words, "--out", "no", code=9, cwd=home)
        assert "this machine has no NVIDIA driver" in text and "use --device cpu" in text


@pytest.mark.parametrize("module, expected", [
    (None, "this build has no torch backend"), ("no library", "cannot be loaded")])
def test_without_its_module_torch_is_refused_and_nothing_else(home, tmp_path, module, expected):
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    shutil.copy(GCRISK, tmp_path / "bin")
    for file in LIBRARY.glob("libgcrisk.so*"):
        shutil.copy(file, tmp_path / "lib", follow_symlinks=False)
    if module is not None:
        (tmp_path / "lib/libgcrisk_torch.so").write_text(module)
    words = [str(tmp_path / "bin/gcrisk"), "train", "mlp", "--study", "study", "--epochs", "1"]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path / "lib")}

    def outcome(*more):
        done = subprocess.run([*words, *more], cwd=home, env=environment, capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stderr

    status, text = outcome("--backend", "torch", "--out", str(tmp_path / "no"))
    assert status == 9 and expected in text and "hint: " in text
    assert outcome("--backend", "auto", "--out", str(tmp_path / "net"))[0] == 0
