# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Random forests of 500 trees: gcrisk train rf beside scikit-learn and ranger, from a .bed to the
model. The large cohort takes the peers long; GCRISK_BENCH_LARGE=1 asks for it."""

import os
import pathlib
import shutil

from bench_lr import PYTHON, make_study
from measure import Race

HERE = pathlib.Path(__file__).resolve().parent


def races(folder):
    sizes = [(16000, 2000, 500)]
    if os.environ.get("GCRISK_BENCH_LARGE"):
        sizes.append((20000, 50000, 500))
    for people, variants, trees in sizes:
        name = f"lr_logistic_{people}"  # the cohort of the elastic-net race
        make_study(folder, name, people, variants, "logistic")
        ours = [os.environ["GCRISK"], "train", "rf", "--study", name, "--inputs", "genotypes",
                "--trees", str(trees), "--out", f"{name}_rf/", "--force", "--quiet"]
        outcome = [name, f"{name}.pheno.tsv", str(trees)]
        warm = people < 20000
        yield Race(f"random forest, {trees} trees", f"{people:,} × {variants:,}", ours,
                   [PYTHON, str(HERE / "peer_sklearn_forest.py"), *outcome],
                   "scikit-learn RandomForestClassifier, 2 jobs", "≥ 10×", runs=1, warm_up=warm)
        if shutil.which("Rscript"):
            yield Race(f"random forest, {trees} trees", f"{people:,} × {variants:,}", ours,
                       ["Rscript", str(HERE / "peer_ranger.R"), *outcome],
                       "ranger, 2 threads", "≥ 4×", runs=1, warm_up=warm)
