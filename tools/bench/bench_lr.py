# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Elastic-net paths: gcrisk train lr beside scikit-learn, and lasso paths beside celer and glmnet.

From files to coefficients. Both read the same .bed and outcome. The peer fits the values of lambda that our run chose, at
its default tolerance, and its script fails where our objective is above its own.
"""

import os
import pathlib
import shutil
import subprocess

from measure import Race

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = os.environ.get("GCRISK_PYTHON", "python3")


def make_study(folder, name, people, variants, kind):
    gcrisk = os.environ["GCRISK"]
    outcome = {"linear": ("continuous", "trait"), "logistic": ("binary", "disease")}[kind]
    if not os.path.exists(os.path.join(folder, name, "study.json")):
        # Everybody learns, so that both fit the same people.
        subprocess.run([gcrisk, "simulate", "--samples", str(people), "--variants", str(variants),
                        "--causal", "50", "--heritability", "0.4", "--outcome", outcome[0],
                        "--format", "bed", "--out", name, "--quiet"], cwd=folder, check=True)
        with open(os.path.join(folder, f"{name}.fam"), encoding="utf-8") as fam:
            ids = [line.split()[1] for line in fam]
        with open(os.path.join(folder, f"{name}.split.tsv"), "w", encoding="utf-8") as split:
            split.write("#IID\tSET\n" + "".join(f"{i}\ttrain\n" for i in ids))
        subprocess.run([gcrisk, "preprocess", "--bfile", name, "--pheno", f"{name}.pheno.tsv",
                        "--pheno-name", outcome[1], "--split-file", f"{name}.split.tsv",
                        "--out", name, "--quiet"], cwd=folder, check=True)
    return outcome[1]


def race(folder, kind, people, variants, n_lambda, ratio, aim):
    name = f"lr_{kind}_{people}"
    column = make_study(folder, name, people, variants, kind)
    ours = [os.environ["GCRISK"], "train", "lr", "--study", name, "--inputs", "genotypes", "--alpha",
            "0.5", "--lambda-by", "last", "--n-lambda", str(n_lambda), "--lambda-min-ratio",
            str(ratio), "--out", f"{name}_model", "--force", "--quiet"]
    peer = [PYTHON, str(HERE / "peer_sklearn_path.py"), name, f"{name}.pheno.tsv", column, kind,
            "0.5", f"{name}_model/path.tsv"]
    solver = {"linear": "enet_path", "logistic": "LogisticRegression(saga)"}[kind]
    return Race(f"{kind} elastic-net path, {n_lambda} values", f"{people:,} × {variants:,}", ours,
                peer, f"scikit-learn {solver}", aim, runs=1)


def lasso_race(folder, kind, people, variants, n_lambda, ratio, solver, aim):
    name = f"lr_{kind}_{people}"
    column = make_study(folder, name, people, variants, kind)
    model = f"{name}_{solver}_model"
    ours = [os.environ["GCRISK"], "train", "lr", "--study", name, "--inputs", "genotypes", "--alpha",
            "1", "--lambda-by", "last", "--n-lambda", str(n_lambda), "--lambda-min-ratio", str(ratio),
            "--out", model, "--force", "--quiet"]
    if solver == "celer":
        peer = [PYTHON, str(HERE / "peer_celer_path.py"), name, f"{name}.pheno.tsv", column,
                f"{model}/path.tsv"]
    else:
        peer = ["Rscript", str(HERE / "peer_glmnet_path.R"), name, f"{name}.pheno.tsv", column, kind,
                f"{model}/path.tsv"]
    return Race(f"{kind} lasso path, {n_lambda} values", f"{people:,} × {variants:,}", ours, peer,
                solver, aim, runs=1)


def races(folder):
    yield lasso_race(folder, "linear", 2000, 50000, 50, 0.1, "celer", "≥ 5×")
    if shutil.which("Rscript"):
        yield lasso_race(folder, "linear", 2000, 50000, 50, 0.1, "glmnet", "≥ 5×")
        yield lasso_race(folder, "logistic", 16000, 2000, 50, 0.05, "glmnet", "≥ 5×")
    yield race(folder, "linear", 2000, 50000, 100, 0.05, "≥ 5×")
    yield race(folder, "logistic", 16000, 2000, 20, 0.05, "≥ 5×")
    # At 2,000 × 50,000 saga had not fitted five values down to half the largest after 400 s.
