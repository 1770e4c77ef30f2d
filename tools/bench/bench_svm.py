# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Support vector machines: gcrisk train svm beside LIBLINEAR and LIBSVM, from a .bed to the model.

The peer's script recomputes both objectives and fails where ours is the worse one.
"""

import os
import pathlib

from bench_lr import PYTHON, make_study
from measure import Race

HERE = pathlib.Path(__file__).resolve().parent


def race(folder, kernel, people, variants, options, peer_name, aim):
    name = f"lr_logistic_{people}"  # the cohort of the elastic-net race
    make_study(folder, name, people, variants, "logistic")
    model = f"{name}_svm_{kernel}"
    ours = [os.environ["GCRISK"], "train", "svm", "--study", name, "--inputs", "genotypes", "--kernel",
            kernel, *options, "--platt-folds", "0", "--out", f"{model}/", "--force", "--quiet"]
    peer = [PYTHON, str(HERE / "peer_sklearn_svm.py"), name, f"{name}.pheno.tsv", kernel,
            f"{model}/model.json"]
    return Race(f"svm, {kernel}", f"{people:,} × {variants:,}", ours, peer, peer_name, aim, runs=1)


def races(folder):
    yield race(folder, "linear", 16000, 2000, ["--cost", "0.001"], "LIBLINEAR (scikit-learn)", "≥ 4×")
    yield race(folder, "rbf", 4000, 2000, [], "LIBSVM (scikit-learn)", "≥ 4×")
