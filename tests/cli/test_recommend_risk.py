# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Safety rule 14: the model's risk in `gcrisk recommend` is a section of its own."""
import csv
import json
import math
import subprocess

import pytest
from recommend_cases import GCRISK

ASK = ["--drugs", "clopidogrel,simvastatin", "--index-date", "2026-01-01"]


def gcrisk(folder, *arguments, code=0):
    done = subprocess.run([GCRISK, *map(str, arguments)], cwd=folder, capture_output=True,
                          text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stderr


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def study(folder, name, outcome, *more):
    gcrisk(folder, "simulate", "--samples", 300, "--variants", 80, "--causal", 10, "--out", name,
           *more)
    gcrisk(folder, "ingest", "vcf", "--vcf", f"{name}.vcf.gz", "--out", f"{name}_g")
    gcrisk(folder, "ingest", "ehr", "--table", f"{name}.clinical.csv", "--out", f"{name}_c")
    gcrisk(folder, "preprocess", "--bfile", f"{name}_g", "--clinical", f"{name}_c.clinical.tsv",
           "--pheno", f"{name}.pheno.tsv", *outcome, "--out", f"{name}_s/")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("risk")
    study(folder, "c", ["--pheno-name", "disease"])
    gcrisk(folder, "train", "lr", "--study", "c_s/", "--lambda", 0.02, "--out", "lr/")
    gcrisk(folder, "predict", "--model", "lr/", "--vcf", "c.vcf.gz", "--clinical",
           "c_c.clinical.tsv", "--out", "lr_p")
    gcrisk(folder, "evaluate", "--model", "lr/", "--study", "c_s/", "--set", "test", "--bootstrap",
           20, "--out", "lr_e")
    return folder


def plan(folder, *options, out="out", name="c"):
    gcrisk(folder, "recommend", "--vcf", f"{name}.vcf.gz", "--sample", "sim00001", "--clinical",
           f"{name}_c.clinical.tsv", *ASK, *options, "--out", out, "--force")
    return json.loads((folder / f"{out}.plan.json").read_text())["people"][0]


def test_the_risk_is_that_of_predict_and_changes_no_action(made):
    predicted = next(r for r in rows(made / "lr_p.predictions.tsv") if r["#IID"] == "sim00001")
    without = plan(made, out="without")
    person = plan(made, "--model", "lr/", out="with")
    assert without["risks"] == []
    risk, = person["risks"]
    assert risk["risk"] == pytest.approx(float(predicted["RISK"]), rel=1e-5)
    assert risk["score"] == pytest.approx(float(predicted["SCORE"]), rel=1e-5)
    drugs = {"clopidogrel", "simvastatin"}
    assert ([i for i in person["items"] if i["about"] in drugs]
            == [i for i in without["items"] if i["about"] in drugs] != [])
    assert "horizon" not in risk and "interval" not in risk
    assert ("the model knows only its own population; in others the risk can be off"
            in risk["warnings"])
    # Nobody is told to change a gene, an age, or one level of a category.
    for part in risk["contributions"]:
        if ":" in part["feature"] or part["feature"] in ("age", "sex=male"):
            assert not part["modifiable"]
        if "=" in part["feature"]:
            assert "lower_risk_with" not in part
    page = (made / "with.plan.html").read_text()
    assert "A model&#39;s estimate; it changes no pharmacogenomic advice above." in page or (
        "A model's estimate; it changes no pharmacogenomic advice above." in page)


def test_what_was_observed_in_people_with_a_like_risk(made):
    risk, = plan(made, "--model", "lr/", "--calibration", "lr_e.calibration.tsv")["risks"]
    groups = [r for r in rows(made / "lr_e.calibration.tsv") if r["KIND"] == "group"]

    def distance(group):
        low, high = float(group["RISK_LO"]), float(group["RISK_HI"])
        return max(low - risk["risk"], risk["risk"] - high, 0)

    best = min(groups, key=distance)
    assert risk["calibration_group"] == {
        "group": f"predicted risk {float(best['RISK_LO']):.3g} to {float(best['RISK_HI']):.3g}",
        "observed": pytest.approx(float(best["OBSERVED"]), rel=1e-4),
        "people": pytest.approx(float(best["N"]))}
    assert risk["interval"] == {
        "low": pytest.approx(float(best["LO"]), rel=1e-4),
        "high": pytest.approx(float(best["HI"]), rel=1e-4),
        "from": "95 % interval of the share observed in people with a like prediction"}


@pytest.mark.parametrize("options, code, said", [
    (["--calibration", "lr_e.calibration.tsv", "--calibration", "lr_e.calibration.tsv"], 2,
     "--calibration names 2 tables, expected one for each of the 1 models, in their order"),
    (["--calibration", "lr_e.roc.tsv"], 4,
     "no calibration table, expected what evaluate writes"),
    (["--calibration", "nowhere.tsv"], 3, "nowhere.tsv"),
    (["--model", "c_s/"], 3, "c_s/")])
def test_what_a_model_and_its_table_must_be(made, options, code, said):
    model = [] if "--model" in options else ["--model", "lr/"]
    assert said in gcrisk(made, "recommend", "--vcf", "c.vcf.gz", "--sample", "sim00001",
                          "--clinical", "c_c.clinical.tsv", *ASK, *model, *options, "--out", "bad",
                          code=code)


def test_a_survival_model_says_by_when(made):
    study(made, "s", ["--pheno-name", "event", "--time-name", "time_years"], "--outcome",
          "survival", "--follow-up", 8)
    gcrisk(made, "train", "cox", "--study", "s_s/", "--horizon", 5, "--lambda", 0.05, "--out",
           "cox/")
    gcrisk(made, "predict", "--model", "cox/", "--vcf", "s.vcf.gz", "--clinical",
           "s_c.clinical.tsv", "--out", "cox_p")
    predicted = next(r for r in rows(made / "cox_p.predictions.tsv") if r["#IID"] == "sim00001")
    risk, = plan(made, "--model", "cox/", name="s")["risks"]
    assert risk["horizon"] == "by time 5, in the unit of the model's follow-up"
    assert risk["risk"] == pytest.approx(float(predicted["RISK"]), rel=1e-5)
    assert risk["survival"] == pytest.approx(1 - float(predicted["RISK"]), rel=1e-5)


def test_a_high_risk_opens_topics_and_states_its_threshold(made):
    high = max(rows(made / "lr_p.predictions.tsv"), key=lambda r: float(r["RISK"]))
    assert float(high["RISK"]) > 0.2 and not math.isnan(float(high["RISK"]))
    gcrisk(made, "recommend", "--vcf", "c.vcf.gz", "--sample", high["#IID"], "--clinical",
           "c_c.clinical.tsv", "--index-date", "2026-01-01", "--model", "lr/", "--out", "high",
           "--force")
    person = json.loads((made / "high.plan.json").read_text())["people"][0]
    diet = [i for i in person["items"] if i["about"] == "Mediterranean diet"]
    assert diet and any("by the model" in text and "threshold: at least 0.2" in text
                        for text in diet[0]["because"])
