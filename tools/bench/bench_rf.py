# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Random forests of 500 trees: gcrisk train rf beside scikit-learn, from a .bed to the model."""

import os
import pathlib

from bench_lr import PYTHON, make_study
from measure import Race

HERE = pathlib.Path(__file__).resolve().parent


def races(folder):
    people, variants, trees = 16000, 2000, 500
    name = f"lr_logistic_{people}"  # the cohort of the elastic-net race
    make_study(folder, name, people, variants, "logistic")
    ours = [os.environ["GCRISK"], "train", "rf", "--study", name, "--inputs", "genotypes", "--trees",
            str(trees), "--out", f"{name}_rf/", "--force", "--quiet"]
    peer = [PYTHON, str(HERE / "peer_sklearn_forest.py"), name, f"{name}.pheno.tsv", str(trees)]
    yield Race(f"random forest, {trees} trees", f"{people:,} × {variants:,}", ours, peer,
               "scikit-learn RandomForestClassifier, 2 jobs", "≥ 10×", runs=1)
