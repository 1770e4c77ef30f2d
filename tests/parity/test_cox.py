# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train cox beside lifelines (stored results) and statsmodels, from files to coefficients."""
import csv
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

hazard = pytest.importorskip("statsmodels.duration.hazard_regression")

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"


def gcrisk(folder, *arguments):
    done = subprocess.run([GCRISK, *map(str, arguments)], capture_output=True, text=True, cwd=folder,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def find(node, key):
    """The value of a key, wherever that is."""
    if isinstance(node, dict):
        if key in node:
            return node[key]
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        found = find(child, key)
        if found is not None:
            return found
    return None


class Patients:
    """A study with everybody in the training set."""

    def __init__(self, folder, names, x, time, event):
        self.folder, self.names, self.x = folder, names, np.asarray(x, float)
        self.time, self.event = np.asarray(time, float), np.asarray(event, int)
        ids = [f"p{i}" for i in range(len(time))]
        self.write("c.tsv", names, ids, self.x)
        self.write("y.tsv", ["event", "time"], ids, np.column_stack([self.event, self.time]))
        (folder / "split.tsv").write_text("#IID\tSET\n" + "".join(f"{i}\ttrain\n" for i in ids))
        gcrisk(folder, "preprocess", "--clinical", "c.tsv", "--pheno", "y.tsv", "--pheno-name", "event",
               "--time-name", "time", "--split-file", "split.tsv", "--scale", "none", "--out", "study/")

    def write(self, name, columns, ids, values):
        (self.folder / name).write_text("\t".join(["#IID", *columns]) + "\n" + "".join(
            "\t".join([i, *(f"{v:.17g}" for v in row)]) + "\n" for i, row in zip(ids, values)))

    def train(self, *options):
        self.log = gcrisk(self.folder, "train", "cox", "--study", "study/", *options, "--out", "model/",
                          "--force")
        self.model = json.loads((self.folder / "model" / "model.json").read_text())
        table = self.folder / "model" / "coefficients.tsv"
        rows = table.read_text().splitlines() if table.exists() else [""]
        header = rows[0].lstrip("#").split("\t")
        return {row["FEATURE"]: row for row in
                (dict(zip(header, line.split("\t"))) for line in rows[1:])}

    def weights(self):
        load = pytest.importorskip("safetensors.numpy").load_file
        return load(self.folder / "model" / "weights.safetensors")

    def risks(self):
        gcrisk(self.folder, "predict", "--model", "model/", "--study", "study/", "--out", "of", "--force")
        rows = [r.split("\t") for r in (self.folder / "of.predictions.tsv").read_text().splitlines()]
        at = rows[0].index("RISK")
        return {row[0]: float(row[at]) for row in rows[1:]}


def simulated(folder, n=300, seed=3):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(50, 10, n), rng.normal(size=n), rng.integers(0, 2, n),
                         rng.normal(size=n), rng.integers(1, 4, n)])
    eta = 0.04 * (x[:, 0] - 50) + 0.5 * x[:, 1] - 0.6 * x[:, 2]
    event_time = np.ceil(20 * rng.exponential(size=n) * np.exp(-eta) * x[:, 4])  # many ties
    leaves = np.ceil(60 * rng.random(n))
    return Patients(folder, ["age", "marker", "sex", "noise", "site"], x,
                    np.minimum(event_time, leaves), event_time <= leaves)


def test_coefficients_and_errors_are_those_of_lifelines(tmp_path):
    oracle = DATA / "oracles" / "survival_logistic.lifelines_sklearn.json"
    if not oracle.exists():
        pytest.skip("the shared data are absent")
    wanted = json.loads(oracle.read_text())["whas500_cox_efron"]
    with open(DATA / "survival" / "whas500.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = list(wanted["coef"])
    patients = Patients(tmp_path, names, [[float(r[n]) for n in names] for r in rows],
                        [float(r["lenfol_days"]) for r in rows], [int(float(r["fstat"])) for r in rows])
    patients.train("--lambda", 0)
    found = patients.weights()["coefficients"][:, 0]
    # lifelines stops where its steps are small: its derivative by sho is still 4e-4 there, and its
    # likelihood lower than ours in the ninth digit. The other three agree to 2e-7.
    np.testing.assert_allclose(found, list(wanted["coef"].values()), rtol=5e-5)
    np.testing.assert_allclose(found[[0, 1, 3]], [wanted["coef"][k] for k in ("age", "bmi", "chf")],
                               rtol=1e-6)
    table = patients.train("--lambda", 0)
    for name in names:
        assert float(table[name]["SE"]) == pytest.approx(wanted["se"][name], rel=1e-5)  # six digits
    value = find(patients.model, "log_likelihood")
    assert wanted["log_likelihood"] <= value < wanted["log_likelihood"] + 1e-7


@pytest.mark.parametrize("stratified", [False, True])
def test_ties_and_strata_are_those_of_statsmodels(tmp_path, stratified):
    patients = simulated(tmp_path)
    used = 4 if stratified else 5
    peer = hazard.PHReg(patients.time, patients.x[:, :used], status=patients.event, ties="efron",
                        strata=patients.x[:, 4] if stratified else None)
    # Its own search ends early: Newton's method to the end, on its derivatives.
    beta = np.zeros(used)
    for _ in range(30):
        beta -= np.linalg.solve(peer.hessian(beta), peer.score(beta))
    table = patients.train("--lambda", 0, *(["--strata", "site"] if stratified else []))
    found = patients.weights()["coefficients"][:, 0]
    np.testing.assert_allclose(found[:used], beta, rtol=1e-6)
    if stratified:
        assert found[4] == 0
    errors = np.sqrt(np.diag(np.linalg.inv(-peer.hessian(beta))))
    for name, se in zip(patients.names[:used], errors):
        assert float(table[name]["SE"]) == pytest.approx(se, rel=1e-5)
    assert all(0 < risk < 1 for risk in patients.risks().values())


@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_elastic_nets_meet_the_conditions_of_their_optimum(tmp_path, alpha):
    patients = simulated(tmp_path)
    lam = 0.05
    patients.train("--lambda", lam, "--alpha", alpha)
    sd = patients.x.std(axis=0)
    beta = patients.weights()["coefficients"][:, 0] * sd
    peer = hazard.PHReg(patients.time, (patients.x - patients.x.mean(axis=0)) / sd,
                        status=patients.event, ties="efron")
    slope = peer.score(beta) / len(patients.time)
    for j, b in enumerate(beta):
        if b == 0:
            assert abs(slope[j]) <= lam * alpha * (1 + 1e-6)
        else:
            assert slope[j] == pytest.approx(lam * (alpha * np.sign(b) + (1 - alpha) * b), abs=1e-8)
    assert np.count_nonzero(beta) > 0


# Everybody with the marker has the event before everybody without: the likelihood grows for ever.
def test_a_monotone_likelihood_is_answered_with_firth(tmp_path):
    rng = np.random.default_rng(5)
    marker = np.repeat([1, 0], 20)
    time = np.concatenate([1 + rng.permutation(20), 30 + rng.permutation(20)])
    patients = Patients(tmp_path, ["marker", "noise"], np.column_stack([marker, rng.normal(size=40)]),
                        time, time < time.max())
    table = patients.train("--lambda", 0)
    assert "is monotone: it has no maximum; Firth's penalised likelihood is used" in patients.log
    peer = hazard.PHReg(patients.time, patients.x, status=patients.event, ties="efron")

    def penalised(beta):
        return peer.loglike(beta) + 0.5 * np.linalg.slogdet(-peer.hessian(beta))[1]

    best = patients.weights()["coefficients"][:, 0]
    assert 1 < float(table["marker"]["BETA"]) < 10
    for j in range(2):
        step = np.eye(2)[j] * 1e-4
        slope = (penalised(best + step) - penalised(best - step)) / 2e-4
        assert abs(slope) < 1e-4


# Without features that matter the risk by time t is 1 - exp(-H(t)), H the sum over event times of
# the expected hazards: for 4 people with events at 1, 2 and 3 and a coefficient of 0 it is
# 1/4 + 1/3 by time 2.
def test_the_risk_by_a_horizon_is_that_of_the_baseline_hazard(tmp_path):
    patients = Patients(tmp_path, ["x"], [[1], [2], [2], [1]], [1, 2, 3, 4], [1, 1, 1, 0])
    patients.train("--lambda", 10, "--horizon", 2)
    for risk in patients.risks().values():
        assert risk == pytest.approx(1 - np.exp(-(1 / 4 + 1 / 3)), rel=1e-5)
