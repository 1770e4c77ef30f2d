# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train tree and train rf beside scikit-learn, from files to predictions."""
import json

import numpy as np
import pytest

metrics = pytest.importorskip("sklearn.metrics")
ensemble = pytest.importorskip("sklearn.ensemble")
tree = pytest.importorskip("sklearn.tree")

from tree_cohort import Cohort


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp("binary"), "binary")


@pytest.fixture(scope="module")
def continuous(tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp("continuous"), "continuous")


def test_a_classification_tree_is_the_same_split_for_split(tmp_path):
    cohort = Cohort(tmp_path, "binary", seed=5)
    x = cohort.dosage.astype(float)
    peer = tree.DecisionTreeClassifier(max_depth=4, min_samples_leaf=20, random_state=0)
    peer.fit(x[cohort.train], cohort.y[cohort.train])
    ours = cohort.predict("tree", "--inputs", "genotypes", "--max-depth", 4, "--min-leaf", 20)
    np.testing.assert_allclose(ours, peer.predict_proba(x[~cohort.train])[:, 1], atol=1e-6)


def test_an_entropy_tree_is_the_same_split_for_split(tmp_path):
    cohort = Cohort(tmp_path, "binary", seed=6)
    x = cohort.dosage.astype(float)
    peer = tree.DecisionTreeClassifier(criterion="entropy", max_depth=4, min_samples_leaf=20,
                                       random_state=0)
    peer.fit(x[cohort.train], cohort.y[cohort.train])
    ours = cohort.predict("tree", "--inputs", "genotypes", "--max-depth", 4, "--min-leaf", 20,
                          "--criterion", "entropy")
    np.testing.assert_allclose(ours, peer.predict_proba(x[~cohort.train])[:, 1], atol=1e-6)


def test_a_regression_tree_is_the_same_split_for_split(continuous):
    x = continuous.dosage.astype(float)
    peer = tree.DecisionTreeRegressor(max_depth=4, min_samples_leaf=20, random_state=0)
    peer.fit(x[continuous.train], continuous.y[continuous.train])
    ours = continuous.predict("tree", "--inputs", "genotypes", "--max-depth", 4, "--min-leaf", 20)
    np.testing.assert_allclose(ours, peer.predict(x[~continuous.train]), rtol=1e-5, atol=1e-6)


# Two forests differ by their random numbers alone. The AUROC of 500 trees on 2,400 people moves
# by about 0.002 between seeds; the allowance is 0.005 below the peer.
@pytest.mark.parametrize("options, settings", [
    ([], {}),
    (["--min-leaf", 10, "--class-weight", "balanced"],
     {"min_samples_leaf": 10, "class_weight": "balanced"}),
    (["--criterion", "entropy", "--mtry", "0.3"], {"criterion": "entropy", "max_features": 0.3}),
])
def test_a_forest_separates_as_well(binary, options, settings):
    peer = ensemble.RandomForestClassifier(500, random_state=1, n_jobs=2, **settings)
    peer.fit(binary.x[binary.train], binary.y[binary.train])
    theirs = metrics.roc_auc_score(binary.y[~binary.train],
                                   peer.predict_proba(binary.x[~binary.train])[:, 1])
    ours = metrics.roc_auc_score(binary.y[~binary.train], binary.predict("rf", *options))
    assert ours > theirs - 0.005


def test_extremely_randomised_trees_separate_as_well(binary):
    peer = ensemble.ExtraTreesClassifier(500, random_state=1, n_jobs=2, bootstrap=True)
    peer.fit(binary.x[binary.train], binary.y[binary.train])
    theirs = metrics.roc_auc_score(binary.y[~binary.train],
                                   peer.predict_proba(binary.x[~binary.train])[:, 1])
    ours = metrics.roc_auc_score(binary.y[~binary.train], binary.predict("rf", "--extra-trees"))
    assert ours > theirs - 0.005


# The out-of-bag error of 1,600 people: two forests see the same people, so they differ far less
# than its sampling error, sqrt(0.2 × 0.8 / 1600) = 0.01.
def test_the_out_of_bag_error_is_within_its_sampling_error(binary):
    peer = ensemble.RandomForestClassifier(500, random_state=1, n_jobs=2, oob_score=True)
    peer.fit(binary.x[binary.train], binary.y[binary.train])
    binary.predict("rf")
    with open(binary.folder / "model" / "model.json", encoding="utf-8") as file:
        ours = json.load(file)["summary"]["out_of_bag"]["error"]
    assert abs(ours - (1 - peer.oob_score_)) < 0.01


def test_a_regression_forest_explains_as_much(continuous):
    peer = ensemble.RandomForestRegressor(300, max_features=1 / 3, random_state=1, n_jobs=2)
    peer.fit(continuous.x[continuous.train], continuous.y[continuous.train])
    truth = continuous.y[~continuous.train]
    theirs = metrics.r2_score(truth, peer.predict(continuous.x[~continuous.train]))
    ours = metrics.r2_score(truth, continuous.predict("rf", "--trees", 300, "--mtry", "third"))
    assert ours > theirs - 0.01
