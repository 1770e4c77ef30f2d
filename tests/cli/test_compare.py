# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""compare: the table is what its folds say, and is the same whatever happened on the way."""
import json
import random
import signal
import subprocess
import time

import pytest
from chain import GCRISK, auroc, rows, run

MODELS = ["--models", "lr,rf,tree", "--inputs", "all,clinical", "--select", "chi2:30", "--cv", "4",
          "--set", "rf.trees=20", "--set", "lr.lambda=0.02", "--bootstrap", "100",
          "--no-provenance"]
TABLES = [".tsv", ".json", ".md", ".html"]


@pytest.fixture(scope="module", name="folder")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    run(folder, "simulate", "--samples", 400, "--variants", 300, "--causal", 15, "--heritability",
        0.5, "--format", "bed", "--prevalence", 0.3, "--out", "cohort")
    run(folder, "ingest", "ehr", "--table", "cohort.clinical.csv", "--out", "people")
    run(folder, "preprocess", "--bfile", "cohort", "--clinical", "people.clinical.tsv", "--pheno",
        "cohort.pheno.tsv", "--pheno-name", "disease", "--out", "study/")
    run(folder, "compare", "--study", "study/", *MODELS, "--out", "table")
    return folder


def same_tables(folder, name):
    for suffix in TABLES:
        one = (folder / f"table{suffix}").read_text()
        assert one == (folder / f"{name}{suffix}").read_text(), suffix


def test_figures_are_those_of_the_held_out_people(folder):
    table = {(row["MODEL"], row["INPUTS"]): row for row in rows(folder / "table.tsv")}
    assert len(table) == 6
    for (model, inputs), row in table.items():
        cells = [rows(folder / f"table.cells/{model}.{inputs}.r1.f{k}.tsv") for k in range(1, 5)]
        people = [person for cell in cells for person in cell]
        assert len({person["#IID"] for person in people}) == len(people) == 400
        expected = auroc([float(p["RISK"]) for p in people if p["OUTCOME"] == "1"],
                         [float(p["RISK"]) for p in people if p["OUTCOME"] == "0"])
        assert float(row["AUROC"]) == pytest.approx(expected, abs=1e-5)
        brier = sum((float(p["RISK"]) - float(p["OUTCOME"])) ** 2 for p in people) / len(people)
        assert float(row["BRIER"]) == pytest.approx(brier, abs=1e-5)
        assert float(row["AUROC_LO"]) < expected < float(row["AUROC_HI"])


def test_all_models_have_the_same_folds(folder):
    for k in range(1, 5):
        ids = [[row["#IID"] for row in rows(folder / f"table.cells/{model}.r1.f{k}.tsv")]
               for model in ("lr.all", "rf.all", "tree.clinical")]
        assert ids[0] == ids[1] == ids[2]


def test_value_of_the_genome_is_the_difference_of_the_two_rows(folder):
    found = json.loads((folder / "table.json").read_text())
    table = {(row["MODEL"], row["INPUTS"]): row for row in rows(folder / "table.tsv")}
    assert [g["model"] for g in found["value_of_the_genome"]] == ["lr", "rf", "tree"]
    for value in found["value_of_the_genome"]:
        difference = float(table[value["model"], "all"]["AUROC"]) - float(
            table[value["model"], "clinical"]["AUROC"])
        assert value["auroc"]["difference"] == pytest.approx(difference, abs=1e-5)
    # Half of the liability's variance is genetic: the sentence has to see it.
    assert found["value_of_the_genome"][0]["sentence"].startswith(
        "With lr, genotypes raise the AUROC above that of the clinical columns by 0.")


def test_certificate(folder):
    found = json.loads((folder / "table.json").read_text())["certificate"]
    assert found["people_on_both_sides"] == 0
    assert found["folds"] == len(set(found["trained_on"])) == 4
    # No leak: the area of a model that learned from shuffled outcomes is a coin's. With about 120
    # cases its standard error is 0.03.
    assert 0.4 < found["permuted_outcome"]["value"] < 0.6


def test_two_threads_give_the_same_bytes(folder):
    run(folder, "compare", "--study", "study/", *MODELS, "--threads", 1, "--out", "one")
    same_tables(folder, "one")


def test_tasks_joined_are_the_whole(folder):
    for task in (2, 1, 3):
        run(folder, "compare", "--study", "study/", *MODELS, "--task", f"{task}/3", "--out", "parts")
        assert not (folder / "parts.tsv").exists()
    told = run(folder, "compare", "--study", "study/", *MODELS, "--out", "parts")
    assert "0 cells fitted, 28 taken up" in told
    same_tables(folder, "parts")


def test_kills_at_random_moments_change_nothing(folder):
    draw = random.Random(1)
    kills = 0
    for _ in range(8):
        process = subprocess.Popen([GCRISK, "compare", "--study", "study/", *MODELS, "--out",
                                    "killed"], cwd=folder, stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.02, 0.25))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        if process.wait() == 0:
            break
    assert kills > 0
    if not (folder / "killed.run.json").exists():
        run(folder, "compare", "--study", "study/", *MODELS, "--out", "killed")
    same_tables(folder, "killed")


def test_other_options_are_fitted_anew(folder):
    told = run(folder, "compare", "--study", "study/", *MODELS, "--task", "1/2", "--out", "options")
    assert "14 cells fitted, 0 taken up" in told
    other = [value.replace("rf.trees=20", "rf.trees=21") for value in MODELS]
    told = run(folder, "compare", "--study", "study/", *other, "--task", "1/2", "--out", "options")
    assert "4 cells fitted, 10 taken up" in told  # 8 cells of rf, half of them in this part


def test_published_figures_stand_beside_ours(folder):
    """78 % accuracy of logistic regression and 0.45 of log loss are Dhaliwal's table 4.1."""
    run(folder, "compare", "--study", "study/", "--models", "lr", "--set", "lr.lambda=0.02", "--cv",
        3, "--no-permuted", "--bootstrap", 100, "--paper", "dhaliwal2024", "--out", "paper")
    ours = rows(folder / "paper.tsv")[0]
    figures = {(row["#MODEL"], row["METRIC"]): row for row in rows(folder / "paper.paper.tsv")
               if row["METRIC"] != "NA"}
    accuracy = figures["logistic regression", "accuracy"]
    assert accuracy["PUBLISHED"] == "0.78" and accuracy["OURS"] == ours["ACCURACY"]
    inside = float(ours["ACCURACY_LO"]) <= 0.78 <= float(ours["ACCURACY_HI"])
    assert accuracy["VERDICT"] == ("within" if inside else "outside")
    assert figures["logistic regression", "log_loss"]["PUBLISHED"] == "0.45"
    assert figures["CNN", "accuracy"]["VERDICT"] == "cannot be judged: no row cnn.all"
    hours = [row for row in rows(folder / "paper.paper.tsv") if row["NOTE"] == "hours of training"]
    assert len(hours) == 6
    assert all(row["VERDICT"].startswith("cannot be judged") for row in hours)


def test_every_shipped_table_can_be_read(folder):
    for name, figures in [("taneja", 17), ("kalusivalingam", 3), ("boopathi_raj_murganoor", 4)]:
        run(folder, "compare", "--study", "study/", "--models", "lr", "--set", "lr.lambda=0.02",
            "--cv", 2, "--no-permuted", "--bootstrap", 0, "--paper", name, "--out", name)
        assert len(rows(folder / f"{name}.paper.tsv")) == figures


def test_tuning_says_what_it_chose(folder):
    run(folder, "compare", "--study", "study/", "--models", "tree", "--cv", 3, "--tune", "random:3",
        "--no-permuted", "--bootstrap", 0, "--out", "tuned")
    cells = [json.loads((folder / f"tuned.cells/tree.all.r1.f{k}.json").read_text())
             for k in (1, 2, 3)]
    assert any("=" in cell["tuned"] for cell in cells)


def test_a_model_that_fails_leaves_its_row(folder):
    run(folder, "preprocess", "--clinical", "people.clinical.tsv", "--pheno", "cohort.pheno.tsv",
        "--pheno-name", "disease", "--impute", "none", "--out", "holes/")
    run(folder, "compare", "--study", "holes/", "--models", "lr,tree", "--cv", 3, "--no-permuted",
        "--bootstrap", 0, "--out", "failing")
    lr, tree = rows(folder / "failing.tsv")
    assert lr["AUROC"] == "NA" and "missing" in lr["FAILURE"]
    assert tree["FAILURE"] == "NA" and float(tree["AUROC"]) > 0.4


@pytest.mark.parametrize("options, finding", [
    (["--models", "lr,forest"], "forest"),
    (["--select", "chi2"], "--select chi2: expected none, or a method and how many variants"),
    (["--task", "4/3"], "--task 4/3: expected I/N with I from 1 to N"),
    (["--set", "trees=3"], "--set trees=3: expected MODEL.OPTION=VALUE"),
    (["--set", "gbm.trees=3"], "--set gbm.trees=3: gbm is not among --models"),
    (["--tune", "often"], "--tune often: expected none, grid or random:N"),
    (["--tune", "grid", "--validation", "0"], "--tune needs people to choose by"),
    (["--paper", "smith"], "--paper smith: neither a file nor a table that is known"),
    (["--inputs", "molecular"], "--inputs molecular: the study has none"),
])
def test_options_that_make_no_sense_are_refused(folder, options, finding):
    told = run(folder, "compare", "--study", "study/", "--models", "lr", *options, "--out", "none",
               code=2)
    assert finding in told
