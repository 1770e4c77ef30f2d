# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train gbm beside LightGBM and XGBoost, from files to predictions."""
import json

import numpy as np
import pytest

metrics = pytest.importorskip("sklearn.metrics")
lightgbm = pytest.importorskip("lightgbm")
xgboost = pytest.importorskip("xgboost")

from tree_cohort import Cohort


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp("binary"), "binary")


@pytest.fixture(scope="module")
def continuous(tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp("continuous"), "continuous")


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp("classes"), "classes")


def softmax(margins):
    shares = np.exp(margins - margins.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def scores(model, data):
    """As cohort.predict has them: risks of classes, else the margin."""
    margins = model.predict(data, output_margin=True)
    return softmax(margins) if margins.ndim == 2 else margins


def lightgbm_scores(cohort, rounds, **settings):
    settings = {"num_leaves": 31, "learning_rate": 0.1, "lambda_l2": 1, "min_data_in_leaf": 1,
                "min_sum_hessian_in_leaf": 1, "num_threads": 2, "verbose": -1, **settings}
    data = lightgbm.Dataset(cohort.x[cohort.train], cohort.y[cohort.train], params=settings)
    return lightgbm.train(settings, data, rounds).predict(cohort.x[~cohort.train], raw_score=True)


def xgboost_scores(cohort, rounds, **settings):
    settings = {"tree_method": "hist", "max_depth": 0, "max_leaves": 31, "grow_policy": "lossguide",
                "eta": 0.1, "nthread": 2, **settings}
    model = xgboost.train(settings, xgboost.DMatrix(cohort.x[cohort.train], cohort.y[cohort.train]),
                          rounds)
    return model.predict(xgboost.DMatrix(cohort.x[~cohort.train]), output_margin=True)


# AUROC of 2,400 held-out people, at equal settings; 0.005 below the peer is allowed.
@pytest.mark.parametrize("options, light, extreme", [
    ([], {}, {}),
    (["--max-leaves", 8, "--l2", 5, "--l1", 1, "--min-child-weight", 10],
     {"num_leaves": 8, "lambda_l2": 5, "lambda_l1": 1, "min_sum_hessian_in_leaf": 10},
     {"max_leaves": 8, "lambda": 5, "alpha": 1, "min_child_weight": 10}),
    (["--growth", "depth", "--max-depth", 4, "--max-leaves", 0, "--sample-share", 0.7,
      "--feature-share", 0.5],
     {"max_depth": 4, "bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.5},
     {"max_depth": 4, "max_leaves": 0, "grow_policy": "depthwise", "subsample": 0.7,
      "colsample_bytree": 0.5}),
])
def test_it_separates_as_well(binary, options, light, extreme):
    truth = binary.y[~binary.train]
    theirs = [lightgbm_scores(binary, 100, objective="binary", **light),
              xgboost_scores(binary, 100, objective="binary:logistic", **extreme)]
    ours = metrics.roc_auc_score(truth, binary.predict("gbm", *options))
    assert ours > max(metrics.roc_auc_score(truth, scores) for scores in theirs) - 0.005


def test_it_explains_as_much_of_an_amount(continuous):
    truth = continuous.y[~continuous.train]
    theirs = [lightgbm_scores(continuous, 100, objective="regression"),
              xgboost_scores(continuous, 100, objective="reg:squarederror")]
    ours = metrics.r2_score(truth, continuous.predict("gbm"))
    assert ours > max(metrics.r2_score(truth, scores) for scores in theirs) - 0.01


def test_it_tells_classes_apart_as_well(classes):
    truth = classes.y[~classes.train]
    theirs = softmax(xgboost_scores(classes, 100, objective="multi:softprob", num_class=3))
    ours = classes.predict("gbm")
    assert metrics.log_loss(truth, ours) < metrics.log_loss(truth, theirs) * 1.01


# With three digits gradients are exact to 1 / 15,000 of the largest: trees are the same, split for
# split, but for cuts of the column of 255 bins, which is therefore left out.
def test_trees_are_those_of_xgboost(binary):
    x = binary.dosage.astype(float)
    settings = {"objective": "binary:logistic", "tree_method": "exact", "max_depth": 3, "eta": 0.1,
                "base_score": binary.y[binary.train].mean()}
    peer = xgboost.train(settings, xgboost.DMatrix(x[binary.train], binary.y[binary.train]), 10)
    ours = binary.predict("gbm", "--inputs", "genotypes", "--growth", "depth", "--max-depth", 3,
                          "--max-leaves", 0, "--rounds", 10, "--gradient-digits", 3)
    theirs = peer.predict(xgboost.DMatrix(x[~binary.train]), output_margin=True)
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


@pytest.mark.parametrize("kind, objective", [("binary", "binary:logistic"),
                                             ("classes", "multi:softprob"),
                                             ("continuous", "reg:squarederror")])
def test_xgboost_opens_the_model_and_gbm_opens_that_of_xgboost(request, kind, objective):
    cohort = request.getfixturevalue(kind)
    ours = cohort.predict("gbm", "--rounds", 20)
    model = xgboost.Booster(model_file=cohort.folder / "model" / "xgboost.json")
    data = xgboost.DMatrix(cohort.x[~cohort.train], feature_names=model.feature_names)
    theirs = scores(model, data)
    np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=2e-5)

    settings = {"objective": objective, "max_depth": 3, "nthread": 2}
    if kind == "classes":
        settings["num_class"] = 3
    peer = xgboost.train(settings, xgboost.DMatrix(cohort.x[cohort.train], cohort.y[cohort.train],
                                                   feature_names=model.feature_names), 15)
    peer.save_model(cohort.folder / "theirs.json")
    read = cohort.predict("gbm", "--from-xgboost", "theirs.json")
    theirs = scores(peer, data)
    np.testing.assert_allclose(read, theirs, rtol=1e-4, atol=2e-5)
    with open(cohort.folder / "model" / "model.json", encoding="utf-8") as file:
        assert json.load(file)["summary"]["rounds"] == 15
