# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What a Python user writes for an elastic-net path: read the .bed, standardise, fit.

usage: peer_sklearn_path.py PREFIX PHENO COLUMN linear|logistic ALPHA PATH.tsv [TOLERANCE]
The values of lambda are those of PATH.tsv, which gcrisk train lr wrote. Fails if one of our
objectives there is above scikit-learn's, so that the times compared are those of equal work.
"""

import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, enet_path

warnings.simplefilter("ignore", ConvergenceWarning)


def read_bed(prefix):
    with open(prefix + ".fam", encoding="utf-8") as fam:
        ids = [line.split()[1] for line in fam]
    packed = np.fromfile(prefix + ".bed", dtype=np.uint8)[3:].reshape(-1, -(-len(ids) // 4))
    table = np.array([2, np.nan, 1, 0])
    quads = table[np.arange(256)[:, None] >> np.array([0, 2, 4, 6]) & 3]
    x = quads[packed].reshape(len(packed), -1)[:, : len(ids)]
    mean = np.nanmean(x, axis=1, keepdims=True)
    sd = np.nanstd(x, axis=1, keepdims=True)
    x -= mean
    x /= np.where(sd > 0, sd, 1)
    return ids, np.nan_to_num(x, copy=False).T  # people × variants, column by column


def read_column(path, name):
    with open(path, encoding="utf-8") as file:
        header = file.readline().rstrip("\n").split("\t")
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {row[0]: float(row[header.index(name)]) for row in rows}


def main(prefix, pheno, column, family, alpha, path, tolerance="1e-4"):
    alpha, tolerance = float(alpha), float(tolerance)
    ids, x = read_bed(prefix)
    values = read_column(pheno, column)
    y = np.array([values[i] for i in ids])
    with open(path, encoding="utf-8") as file:
        header = file.readline().lstrip("#").rstrip("\n").split("\t")
        rows = [dict(zip(header, map(float, line.split("\t")))) for line in file]
    lambdas = np.array([row["LAMBDA"] for row in rows])
    ours = np.array([row["OBJECTIVE"] for row in rows])
    n = len(y)
    if family == "linear":
        centre = y.mean()
        _, coefs, _ = enet_path(x, y - centre, l1_ratio=alpha, alphas=lambdas, tol=tolerance)
        intercepts = np.full(len(lambdas), centre)
    else:
        x = np.ascontiguousarray(x)
        model = LogisticRegression(l1_ratio=alpha, solver="saga", tol=tolerance, max_iter=1000,
                                   warm_start=True, random_state=1)
        coefs, intercepts = [], []
        for value in lambdas:
            model.C = 1 / (n * value)
            model.fit(x, y)
            coefs.append(model.coef_[0].copy())
            intercepts.append(model.intercept_[0])
        coefs = np.array(coefs).T
    worst = -np.inf
    for k, value in enumerate(lambdas):
        eta = x @ coefs[:, k] + intercepts[k]
        loss = 0.5 * (y - eta) ** 2 if family == "linear" else np.logaddexp(0, eta) - y * eta
        penalty = alpha * np.abs(coefs[:, k]).sum() + (1 - alpha) / 2 * (coefs[:, k] ** 2).sum()
        theirs = loss.mean() + value * penalty
        worst = max(worst, ours[k] / theirs - 1)
    print(f"largest excess of our objective: {worst:.2e}")
    if worst > 1e-5:
        raise SystemExit("our objective is above scikit-learn's")


if __name__ == "__main__":
    main(*sys.argv[1:])
