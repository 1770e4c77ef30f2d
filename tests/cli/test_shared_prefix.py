# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Two commands under one prefix: both results stay complete, and neither loses a file."""
import json

import pytest
from chain import run


@pytest.fixture(scope="module", name="folder")
def chain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prefix")
    run(folder, "simulate", "--samples", 200, "--variants", 40, "--causal", 5, "--format", "bed",
        "--out", "cohort")
    run(folder, "preprocess", "--bfile", "cohort", "--pheno", "cohort.pheno.tsv", "--pheno-name",
        "disease", "--out", "study/")
    run(folder, "train", "lr", "--study", "study/", "--lambda", 0.05, "--out", "model/")
    run(folder, "predict", "--model", "model/", "--study", "study/", "--set", "test", "--out", "x")
    run(folder, "evaluate", "--predictions", "x.predictions.tsv", "--bootstrap", 20, "--out", "x")
    return folder


def command_of(path):
    return json.loads(path.read_text())["command"]


def test_both_manifests_stand(folder):
    assert command_of(folder / "x.run.json") == "evaluate"
    assert command_of(folder / "x.predict.run.json") == "predict"
    assert "gcrisk predict" in (folder / "x.predict.log").read_text()
    assert "gcrisk evaluate" in (folder / "x.log").read_text()
    for name in ("x.run.json", "x.predict.run.json"):
        run(folder, "verify", name)


def test_what_was_simulated_is_still_known(folder):
    assert "simulated data" in (folder / "x.html").read_text()


@pytest.mark.parametrize("command, manifest", [
    (["evaluate", "--predictions", "x.predictions.tsv"], "x.run.json"),
    (["predict", "--model", "model/", "--study", "study/"], "x.predict.run.json")])
def test_a_complete_result_needs_force(folder, command, manifest):
    told = run(folder, *command, "--out", "x", code=2)
    assert f"--out x: a complete result stands there ({manifest})" in told
    assert (folder / manifest).exists()


def test_a_file_of_another_result_is_not_replaced(folder):
    before = (folder / "x.html").read_text()
    told = run(folder, "select", "--bfile", "cohort", "--pheno", "cohort.pheno.tsv", "--pheno-name",
               "disease", "--out", "x", "--force", code=2)
    assert "--out x: x.html belongs to a result of gcrisk evaluate (" in told
    assert (folder / "x.html").read_text() == before
    assert command_of(folder / "x.evaluate.run.json") == "evaluate"


def test_forced_again_both_are_there(folder):
    run(folder, "predict", "--model", "model/", "--study", "study/", "--set", "test", "--out", "x",
        "--force")
    assert command_of(folder / "x.run.json") == "predict"
    assert not (folder / "x.predict.run.json").exists()
    assert command_of(folder / "x.evaluate.run.json") == "evaluate"
