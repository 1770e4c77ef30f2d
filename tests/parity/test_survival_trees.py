# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train rf and gbm on times to an event, beside scikit-survival and XGBoost."""
import csv
import json

import numpy as np
import pytest

xgboost = pytest.importorskip("xgboost")

from tree_cohort import Cohort


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp("survival"), "survival", n=2000, p=30)


def concordance(cohort, scores):
    """Harrell's C of the test set, all pairs."""
    time, event = cohort.time[~cohort.train], cohort.y[~cohort.train]
    before = (event[:, None] == 1) & ((time[:, None] < time[None, :])
                                      | ((time[:, None] == time[None, :]) & (event[None, :] == 0)))
    agree = (scores[:, None] > scores[None, :]) + 0.5 * (scores[:, None] == scores[None, :])
    return agree[before].mean()


def risks(cohort):
    with open(cohort.folder / "p.predictions.tsv", encoding="utf-8") as file:
        return np.array([float(row["RISK"]) for row in csv.DictReader(file, delimiter="\t")])


# C of 1,200 people, of whom 70 % have the event, moves by about 0.004 between forests of other
# random numbers; the allowance is 0.01 below the peer.
def test_a_survival_forest_ranks_as_well(cohort):
    ensemble = pytest.importorskip("sksurv.ensemble")
    outcome = np.array(list(zip(cohort.y == 1, cohort.time)), dtype=[("event", bool), ("time", float)])
    peer = ensemble.RandomSurvivalForest(100, min_samples_leaf=15, max_features="sqrt",
                                         low_memory=True, random_state=1, n_jobs=2)
    peer.fit(cohort.x[cohort.train], outcome[cohort.train])
    theirs = concordance(cohort, peer.predict(cohort.x[~cohort.train]))
    ours = concordance(cohort, cohort.predict("rf", "--trees", 100, "--min-leaf", 15))
    assert ours > theirs - 0.01


def test_boosting_of_hazards_ranks_as_well(cohort):
    signed = np.where(cohort.y == 1, cohort.time, -cohort.time)  # XGBoost's way to say censored
    settings = {"objective": "survival:cox", "tree_method": "hist", "max_depth": 3, "eta": 0.1}
    peer = xgboost.train(settings, xgboost.DMatrix(cohort.x[cohort.train], signed[cohort.train]), 60)
    theirs = concordance(cohort, peer.predict(xgboost.DMatrix(cohort.x[~cohort.train])))
    options = ["--rounds", 60, "--growth", "depth", "--max-depth", 3, "--max-leaves", 0]
    assert concordance(cohort, cohort.predict("gbm", *options)) > theirs - 0.01
    discrete = cohort.predict("gbm", "--survival-loss", "discrete", "--rounds", 40, "--max-leaves", 6)
    assert concordance(cohort, discrete) > theirs - 0.015


def test_xgboost_opens_the_hazards_and_gbm_opens_those_of_xgboost(cohort):
    ours = cohort.predict("gbm", "--rounds", 20)
    model = xgboost.Booster(model_file=cohort.folder / "model" / "xgboost.json")
    data = xgboost.DMatrix(cohort.x[~cohort.train], feature_names=model.feature_names)
    np.testing.assert_allclose(model.predict(data, output_margin=True), ours, rtol=1e-4, atol=2e-5)

    signed = np.where(cohort.y == 1, cohort.time, -cohort.time)
    peer = xgboost.train({"objective": "survival:cox", "max_depth": 3},
                         xgboost.DMatrix(cohort.x[cohort.train], signed[cohort.train],
                                         feature_names=model.feature_names), 10)
    peer.save_model(cohort.folder / "theirs.json")
    read = cohort.predict("gbm", "--from-xgboost", "theirs.json")
    np.testing.assert_allclose(read, peer.predict(data, output_margin=True), rtol=1e-4, atol=2e-5)


# RISK is the probability of the event by the horizon: its mean is the share who have it, for which
# the Kaplan-Meier estimate of the test set stands (standard error at most 0.015; three of them, and
# as much for what the models shrink).
@pytest.mark.parametrize("options", [["rf", "--trees", 100, "--min-leaf", 15],
                                     ["gbm", "--rounds", 60, "--max-leaves", 6],
                                     ["gbm", "--rounds", 40, "--max-leaves", 6, "--survival-loss",
                                      "discrete"]])
def test_the_mean_risk_is_the_share_with_the_event(cohort, options):
    horizon = float(np.median(cohort.time))
    cohort.predict(*options, "--horizon", horizon)
    time, event = cohort.time[~cohort.train], cohort.y[~cohort.train]
    free = 1.0
    for t in np.unique(time[(event == 1) & (time <= horizon)]):
        free *= 1 - ((time == t) & (event == 1)).sum() / (time >= t).sum()
    assert abs(risks(cohort).mean() - (1 - free)) < 0.09
    with open(cohort.folder / "model" / "model.json", encoding="utf-8") as file:
        assert json.load(file)["summary"]["horizon"] == horizon
