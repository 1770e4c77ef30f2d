# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train svm beside LIBLINEAR and LIBSVM (scikit-learn), from files to margins."""
import json
import subprocess
import warnings

import numpy as np
import pytest

sklearn_svm = pytest.importorskip("sklearn.svm")
pytest.importorskip("safetensors.numpy")

from test_sklearn_lr import GCRISK, Cohort

TIGHT = ["--tolerance", "1e-6", "--max-passes", "100000"]


@pytest.fixture(params=["binary", "continuous", "multiclass"], scope="module")
def cohort(request, tmp_path_factory):
    made = Cohort(tmp_path_factory.mktemp(request.param), 400, 30, request.param, 2)
    made.kind = request.param
    return made


def gcrisk(cohort, *arguments):
    done = subprocess.run([GCRISK, *map(str, arguments)], capture_output=True, text=True,
                          cwd=cohort.folder, check=False)
    assert done.returncode == 0, done.stderr


def fitted(cohort, *options):
    """Scores of the training set, and what the model says of its fit."""
    gcrisk(cohort, "train", "svm", "--study", "study/", *options, *TIGHT, "--platt-folds", 0,
           "--out", "svm/", "--force")
    gcrisk(cohort, "predict", "--model", "svm/", "--study", "study/", "--set", "train", "--out",
           "of_svm", "--force")
    rows = [line.split("\t") for line in (cohort.folder / "of_svm.predictions.tsv").read_text().splitlines()]
    # Of several classes there are risks alone.
    columns = [i for i, name in enumerate(rows[0]) if name.startswith(("SCORE", "RISK_"))]
    order = {row[0]: row for row in rows[1:]}
    score = np.array([[float(order[f"s{i}"][c]) for c in columns] for i in range(len(cohort.y))])
    model = json.loads((cohort.folder / "svm" / "model.json").read_text())
    return score, find(model, "support_vectors")


def find(node, key):
    """The object in which a key stands, wherever that is."""
    if isinstance(node, dict):
        if key in node:
            return node
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        found = find(child, key)
        if found is not None:
            return found
    return None


def epsilon(cohort):
    return ["--epsilon", 0.2] if cohort.kind == "continuous" else []


def close(found, wanted, relative=1e-3):
    np.testing.assert_allclose(found, wanted, rtol=0, atol=relative * np.abs(wanted).max())


def mean_margins(pairs, n_classes):
    score = np.zeros((len(pairs), n_classes))
    column = 0
    for i in range(n_classes):
        for j in range(i + 1, n_classes):
            score[:, i] += pairs[:, column] / (n_classes - 1)
            score[:, j] -= pairs[:, column] / (n_classes - 1)
            column += 1
    return score


@pytest.mark.parametrize("loss", ["hinge", "squared-hinge"])
def test_linear_machines_have_the_objective_and_margins_of_liblinear(cohort, loss):
    if cohort.kind == "multiclass":
        pytest.skip("LIBLINEAR tells one class from all others")
    squared = loss == "squared-hinge"
    settings = {"C": 0.1, "tol": 1e-8, "max_iter": 1000000, "dual": True, "random_state": 1}
    if cohort.kind == "binary":
        peer = sklearn_svm.LinearSVC(loss=loss.replace("-", "_"), **settings)
    else:
        name = "squared_epsilon_insensitive" if squared else "epsilon_insensitive"
        peer = sklearn_svm.LinearSVR(loss=name, epsilon=0.2, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.fit(cohort.z, cohort.y)
    theirs = peer.decision_function(cohort.z) if cohort.kind == "binary" else peer.predict(cohort.z)
    ours, fit = fitted(cohort, "--cost", 0.1, "--loss", loss, *epsilon(cohort))
    close(ours[:, 0], theirs)
    if cohort.kind == "binary":
        over = np.maximum(0, 1 - (2 * cohort.y - 1) * theirs)
    else:
        over = np.maximum(0, np.abs(cohort.y - theirs) - 0.2)
    objective = 0.5 * ((peer.coef_**2).sum() + np.sum(peer.intercept_**2)) + 0.1 * np.sum(
        over**2 if squared else over)
    assert fit["objective"][0] == pytest.approx(objective, rel=1e-4)


@pytest.mark.parametrize("kernel", ["rbf", "poly"])
def test_kernel_machines_have_the_margins_of_libsvm(cohort, kernel):
    settings = {"kernel": kernel, "C": 2, "gamma": 1 / cohort.z.shape[1], "tol": 1e-7, "degree": 2,
                "coef0": 0.5}
    if cohort.kind == "continuous":
        peer = sklearn_svm.SVR(epsilon=0.2, **settings).fit(cohort.z, cohort.y)
        theirs = peer.predict(cohort.z)[:, None]
        supports = [len(peer.support_)]
    else:
        peer = sklearn_svm.SVC(decision_function_shape="ovo", **settings).fit(cohort.z, cohort.y)
        theirs = peer.decision_function(cohort.z)
        supports = [len(peer.support_)] if cohort.kind == "binary" else None
        theirs = theirs[:, None] if cohort.kind == "binary" else mean_margins(theirs, 3)
    of_poly = ["--degree", 2, "--coef0", 0.5] if kernel == "poly" else []
    ours, fit = fitted(cohort, "--kernel", kernel, "--cost", 2, *of_poly, *epsilon(cohort))
    if cohort.kind == "multiclass":
        # Risks of pairs, coupled, need not order classes as mean margins do, but nearly always do.
        assert np.mean(ours.argmax(axis=1) == theirs.argmax(axis=1)) > 0.95
        return
    close(ours, theirs)
    if supports:
        assert abs(fit["support_vectors"][0] - supports[0]) <= 2


def test_balanced_classes_are_those_of_libsvm(cohort):
    if cohort.kind != "binary":
        pytest.skip("weights are the same for each pair")
    peer = sklearn_svm.SVC(kernel="rbf", C=1, gamma=0.01, tol=1e-7, class_weight="balanced")
    theirs = peer.fit(cohort.z, cohort.y).decision_function(cohort.z)
    ours, _ = fitted(cohort, "--kernel", "rbf", "--gamma", 0.01, "--class-weight", "balanced")
    close(ours[:, 0], theirs)
