# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""evaluate as a user runs it: outputs, thresholds, subgroups, comparison and refusals."""
import csv
import json
import math
import os
import random
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]


def run(*arguments, code=0, cwd=None, stdin=None):
    done = subprocess.run([GCRISK, "evaluate", *map(str, arguments)], capture_output=True,
                          text=True, cwd=cwd, input=stdin, check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    return done.stderr


def said(text):
    return [line for line in text.splitlines() if ": threads " not in line]


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def metric(path, name, subgroup="all", model=None):
    return next(row for row in rows_of(path) if row["METRIC"] == name
                and row["SUBGROUP"] == subgroup and model in (None, row["MODEL"]))


def cohort(n=300, seed=1, noise=0.0):
    """(id, set, outcome, risk): risks are the true ones, noise makes them worse."""
    rng = random.Random(seed)
    people = []
    for i in range(n):
        lp = rng.gauss(-0.5, 1.5)
        y = int(rng.random() < 1 / (1 + math.exp(-lp)))
        risk = 1 / (1 + math.exp(-(lp + rng.gauss(0, 1) * noise)))
        people.append((f"P{i:04d}", ["train", "validation", "test"][i % 3], y, round(risk, 6)))
    return people


def write(path, people, with_set=True):
    with open(path, "w", encoding="utf-8") as file:
        file.write("#IID\tSET\tOUTCOME\tRISK\n" if with_set else "#IID\tOUTCOME\tRISK\n")
        for iid, name, y, risk in people:
            file.write("\t".join(map(str, (iid, name, y, risk) if with_set else (iid, y, risk)))
                       + "\n")
    return path


def test_writes_every_table_and_the_page(tmp_path):
    write(tmp_path / "lr.predictions.tsv", cohort())
    text = run("--predictions", "lr.predictions.tsv", "--out", "lr", "--bootstrap", 200,
               cwd=tmp_path)
    for suffix in ("metrics.tsv", "metrics.json", "roc.tsv", "pr.tsv", "calibration.tsv",
                   "decision.tsv", "thresholds.tsv", "confusion.tsv", "html", "run.json", "log"):
        assert (tmp_path / f"lr.{suffix}").stat().st_size > 0, suffix
    header = (tmp_path / "lr.metrics.tsv").read_text().splitlines()[0]
    assert header == "MODEL\tOUTCOME\tSET\tSUBGROUP\tMETRIC\tN\tEVENTS\tVALUE\tLO\tHI\tMETHOD"
    row = metric(tmp_path / "lr.metrics.tsv", "auroc")
    assert (row["MODEL"], row["SET"], row["N"], row["METHOD"]) == ("lr", "test", "100", "delong")
    assert float(row["LO"]) < float(row["VALUE"]) < float(row["HI"])
    assert metric(tmp_path / "lr.metrics.tsv", "brier")["METHOD"] == "bootstrap"
    assert "lr, 100 people in set test: AUROC" in text
    page = (tmp_path / "lr.html").read_text()
    assert page.startswith("<!doctype html>") and "For research use." in page
    assert page.count("<svg class=\"chart\"") == 5
    data = json.loads((tmp_path / "lr.metrics.json").read_text())
    assert data["models"][0]["threshold"] == {"value": 0.5, "rule": "0.5", "chosen_on": "given"}


def test_a_curve_and_a_table_of_four_cells_by_hand(tmp_path):
    # Thresholds .8 .4 .35 .1; at 0.5 one true positive, one false negative, two true negatives.
    write(tmp_path / "p.tsv", [("a", "", 0, .1), ("b", "", 0, .4), ("c", "", 1, .35), ("d", "", 1, .8)],
          with_set=False)
    run("--predictions", "p.tsv", "--out", "o", "--bootstrap", 0, cwd=tmp_path)
    roc = [(r["THRESHOLD"], r["SENSITIVITY"], r["FPR"]) for r in rows_of(tmp_path / "o.roc.tsv")]
    assert roc == [("inf", "0", "0"), ("0.8", "0.5", "0"), ("0.4", "0.5", "0.5"), ("0.35", "1", "0.5"),
                   ("0.1", "1", "1")]
    cells = {(r["TRUTH"], r["PREDICTED"]): r["N"] for r in rows_of(tmp_path / "o.confusion.tsv")}
    assert cells == {("0", "0"): "2", ("0", "1"): "0", ("1", "0"): "1", ("1", "1"): "1"}
    assert metric(tmp_path / "o.metrics.tsv", "auroc")["VALUE"] == "0.75"
    assert metric(tmp_path / "o.metrics.tsv", "auroc")["SET"] == "all"
    # tp/n - fp/n * odds: .25 at 0.5.
    in_use = [r for r in rows_of(tmp_path / "o.thresholds.tsv") if r["IN_USE"] == "1"]
    assert [(r["THRESHOLD"], r["NET_BENEFIT"]) for r in in_use] == [("0.5", "0.25")]


def test_one_and_two_threads_give_the_same_bytes(tmp_path):
    write(tmp_path / "a.tsv", cohort())
    write(tmp_path / "b.tsv", cohort(noise=1.0))
    for threads in (1, 2):
        run("--predictions", "a.tsv", "--against", "b.tsv", "--bootstrap", 150, "--threads", threads,
            "--out", f"t{threads}/o", "--no-provenance", cwd=tmp_path)
    for path in sorted((tmp_path / "t1").iterdir()):
        if path.suffix == ".log" or path.name.endswith("run.json"):
            continue
        assert path.read_bytes() == (tmp_path / "t2" / path.name).read_bytes(), path.name


def test_threshold_is_chosen_on_the_validation_people(tmp_path):
    people = cohort(600)
    write(tmp_path / "p.tsv", people)
    run("--predictions", "p.tsv", "--threshold", "sens=0.9", "--out", "o", "--bootstrap", 0,
        cwd=tmp_path)
    story = json.loads((tmp_path / "o.metrics.json").read_text())["models"][0]["threshold"]
    assert story["chosen_on"] == "validation"
    # The highest threshold that finds 90 % of the cases of the validation people.
    cases = sorted((r for _, s, y, r in people if s == "validation" and y == 1), reverse=True)
    assert story["value"] == cases[math.ceil(0.9 * len(cases)) - 1]


def test_threshold_chosen_on_the_judged_people_is_said_aloud(tmp_path):
    write(tmp_path / "p.tsv", cohort(), with_set=False)
    text = run("--predictions", "p.tsv", "--threshold", "youden", "--out", "o", "--bootstrap", 0,
               cwd=tmp_path)
    assert ("the threshold of p (youden) was chosen on the same people that it is judged on"
            in text)
    assert "are too favourable" in (tmp_path / "o.html").read_text()


def test_judging_the_training_people_is_said_aloud(tmp_path):
    write(tmp_path / "p.tsv", cohort())
    text = run("--predictions", "p.tsv", "--set", "train", "--out", "o", "--bootstrap", 0,
               cwd=tmp_path)
    assert "which the model has seen" in text


def test_subgroups_add_up_and_small_ones_are_marked(tmp_path):
    people = cohort()
    write(tmp_path / "p.tsv", people)
    with open(tmp_path / "c.tsv", "w", encoding="utf-8") as file:
        file.write("#IID\tsex\tage\n")
        for i, (iid, *_) in enumerate(people):
            sex = "other" if i % 50 == 2 else ("female" if i % 2 else "male")
            file.write(f"{iid}\t{sex}\t{20 + i % 61}\n")
    text = run("--predictions", "p.tsv", "--clinical", "c.tsv", "--group-by", "sex,age", "--out",
               "o", "--bootstrap", 0, cwd=tmp_path)
    rows = [r for r in rows_of(tmp_path / "o.metrics.tsv") if r["METRIC"] == "brier"]
    sexes = {r["SUBGROUP"]: int(r["N"]) for r in rows if r["SUBGROUP"].startswith("sex=")}
    assert set(sexes) == {"sex=female", "sex=male", "sex=other"} and sum(sexes.values()) == 100
    ages = [int(r["N"]) for r in rows if r["SUBGROUP"].startswith("age=[")]
    assert len(ages) == 4 and sum(ages) == 100
    groups = json.loads((tmp_path / "o.metrics.json").read_text())["subgroups"]
    assert [g["few_people"] for g in groups if g["level"] == "other"] == [True]
    assert "fewer than ten people of a kind" in text


def test_two_models_are_compared_on_the_people_of_both(tmp_path):
    first = cohort()
    write(tmp_path / "good.tsv", first)
    write(tmp_path / "poor.tsv", list(reversed(cohort(noise=2.0)))[30:])
    run("--predictions", "good.tsv", "--against", "poor.tsv", "--out", "o", "--bootstrap", 200,
        cwd=tmp_path)
    rows = {r["METRIC"]: r for r in rows_of(tmp_path / "o.against.tsv")}
    assert rows["auroc"]["METHOD"] == "delong-paired" and float(rows["auroc"]["DIFFERENCE"]) > 0
    assert 0 <= float(rows["accuracy_mcnemar"]["P"]) <= 1
    assert float(rows["idi"]["LO"]) < float(rows["idi"]["DIFFERENCE"]) < float(rows["idi"]["HI"])
    n = {metric(tmp_path / "o.metrics.tsv", "auroc", model=m)["N"] for m in ("good", "poor")}
    assert n == {"90"}


def test_scores_without_risks_have_no_calibration(tmp_path):
    with open(tmp_path / "p.tsv", "w", encoding="utf-8") as file:
        file.write("#IID\tOUTCOME\tSCORE\n")
        for iid, _, y, risk in cohort():
            file.write(f"{iid}\t{y}\t{math.log(risk / (1 - risk)):.6f}\n")
    text = run("--predictions", "p.tsv", "--out", "o", "--bootstrap", 100, cwd=tmp_path)
    names = {r["METRIC"] for r in rows_of(tmp_path / "o.metrics.tsv")}
    assert names == {"auroc", "auprc"}
    assert "scores without risks" in text


def test_reads_standard_input_and_dry_run_writes_nothing(tmp_path):
    write(tmp_path / "p.tsv", cohort())
    run("--predictions", "-", "--out", "o", "--bootstrap", 0, cwd=tmp_path,
        stdin=(tmp_path / "p.tsv").read_text())
    assert metric(tmp_path / "o.metrics.tsv", "auroc")["MODEL"] == "stdin"
    run("--predictions", "p.tsv", "--out", "d", "--dry-run", cwd=tmp_path)
    assert not list(tmp_path.glob("d.*"))


REFUSALS = [
    (["--out", "o"], 2,
     "predictions are missing: expected --predictions FILE, or --model MODEL/ with --study STUDY/"),
    (["--predictions", "p.tsv", "--model", "m", "--out", "o"], 2,
     "--predictions and --model exclude each other"),
    (["--model", "m", "--out", "o"], 2, "--model needs people: expected --study STUDY/ beside it"),
    (["--predictions", "p.tsv", "--study", "s", "--out", "o"], 2,
     "--study goes with --model, not with --predictions"),
    (["--predictions", "p.tsv", "--threshold", "2", "--out", "o"], 2,
     "--threshold 2: expected a risk in (0, 1), youden, sens=0.9 or spec=0.9"),
    (["--predictions", "p.tsv", "--set", "holdout", "--out", "o"], 6,
     "p.tsv: no row has SET holdout, the file has: test, train, validation"),
    (["--predictions", "p.tsv", "--group-by", "sex", "--out", "o"], 2,
     "--group-by needs the table that has the columns"),
    (["--predictions", "absent.tsv", "--out", "o"], 3, "absent.tsv"),
    (["--predictions", "cases.tsv", "--out", "o"], 6,
     "cases.tsv: all 3 people in set all are cases, controls are needed too"),
    (["--predictions", "controls.tsv", "--out", "o"], 6,
     "controls.tsv: none of the 3 people in set all is a case"),
    (["--predictions", "wild.tsv", "--out", "o"], 5,
     "a RISK of 1.5 is not a probability, expected a number in [0, 1]"),
    (["--predictions", "twice.tsv", "--out", "o"], 5,
     "twice.tsv: 1 people stand twice with different values (a), expected one row a person"),
    (["--predictions", "p.tsv", "--against", "strangers.tsv", "--out", "o"], 5,
     "strangers.tsv: nobody in it is in the first file (first IDs: Q1 and P0000)"),
    (["--predictions", "p.tsv", "--against", "other.tsv", "--out", "o"], 5,
     "other.tsv: P0000 has another outcome"),
]


@pytest.mark.parametrize("arguments, code, sentence", REFUSALS, ids=[r[2][:40] for r in REFUSALS])
def test_refuses_with_one_sentence(tmp_path, arguments, code, sentence):
    people = cohort()
    write(tmp_path / "p.tsv", people)
    write(tmp_path / "cases.tsv", [("a", "", 1, .1), ("b", "", 1, .2), ("c", "", 1, .3)], False)
    write(tmp_path / "controls.tsv", [("a", "", 0, .1), ("b", "", 0, .2), ("c", "", 0, .3)], False)
    write(tmp_path / "wild.tsv", [("a", "", 1, .1), ("b", "", 0, 1.5)], False)
    write(tmp_path / "twice.tsv", [("a", "", 1, .1), ("a", "", 0, .5), ("b", "", 0, .5)], False)
    write(tmp_path / "strangers.tsv", [("Q1", "test", 1, .1), ("Q2", "test", 0, .5)])
    write(tmp_path / "other.tsv", [(p[0], p[1], 1 - p[2], p[3]) for p in people])
    text = run(*arguments, code=code, cwd=tmp_path)
    assert sentence in text
    assert not list(tmp_path.glob("o.*"))


def test_a_model_on_a_study_is_judged_as_its_predictions_are(tmp_path):
    def gcrisk(*arguments):
        done = subprocess.run([GCRISK, *map(str, arguments)], cwd=tmp_path, capture_output=True,
                              text=True, check=False)
        assert done.returncode == 0, done.stderr

    gcrisk("simulate", "--samples", 300, "--variants", 200, "--causal", 10, "--heritability",
           "0.5", "--format", "bed", "--out", "c")
    gcrisk("ingest", "ehr", "--table", "c.clinical.csv", "--out", "e")
    gcrisk("preprocess", "--bfile", "c", "--clinical", "e.clinical.tsv", "--pheno", "c.pheno.tsv",
           "--pheno-name", "disease", "--out", "study")
    gcrisk("train", "lr", "--study", "study", "--lambda", "0.02", "--out", "model")
    gcrisk("predict", "--model", "model", "--study", "study", "--out", "p")
    run("--predictions", "p.predictions.tsv", "--name", "model", "--out", "a", "--bootstrap", 0, cwd=tmp_path)
    run("--model", "model", "--study", "study", "--out", "b", "--bootstrap", 0, cwd=tmp_path)
    # Predictions in a file have nine digits, six are written here.
    for one, other in zip(rows_of(tmp_path / "a.metrics.tsv"), rows_of(tmp_path / "b.metrics.tsv")):
        assert one["METRIC"] == other["METRIC"] and one["OUTCOME"] == "disease"
        assert one["MODEL"] == other["MODEL"] == "model" and one["SET"] == "test"
        if "NA" not in (one["VALUE"], other["VALUE"]):
            assert float(one["VALUE"]) == pytest.approx(float(other["VALUE"]), rel=1e-5, abs=1e-9)
    for page in ("a.html", "b.html"):
        assert "simulated data" in (tmp_path / page).read_text()
