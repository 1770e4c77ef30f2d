# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Gradient boosting, 100 rounds of 31 leaves: gcrisk train gbm beside LightGBM and XGBoost, from a
.bed to the model. The peers read the .bed with bed-reader."""

import os
import pathlib

from bench_lr import PYTHON, make_study
from measure import Race

HERE = pathlib.Path(__file__).resolve().parent
AIMS = {"lightgbm": "≥ 2×", "xgboost": "≥ 5×"}


def races(folder):
    for people, variants, runs in ((16000, 2000, 3), (20000, 50000, 1)):
        name = f"lr_logistic_{people}"
        make_study(folder, name, people, variants, "logistic")
        ours = [os.environ["GCRISK"], "train", "gbm", "--study", name, "--inputs", "genotypes",
                "--rounds", "100", "--max-leaves", "31", "--out", f"{name}_gbm/", "--force", "--quiet"]
        for peer, aim in AIMS.items():
            theirs = [PYTHON, str(HERE / "peer_boosting.py"), peer, name, f"{name}.pheno.tsv", "100"]
            yield Race("boosting, 100 rounds of 31 leaves", f"{people:,} × {variants:,}", ours, theirs,
                       {"lightgbm": "LightGBM, 2 threads", "xgboost": "XGBoost hist, 2 threads"}[peer],
                       aim, runs=runs, warm_up=people < 20000)
