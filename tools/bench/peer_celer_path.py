# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""A lasso path by celer, from the .bed: read, standardise, fit.

usage: peer_celer_path.py PREFIX PHENO COLUMN PATH.tsv
The values of lambda are those of PATH.tsv, which gcrisk train lr wrote with --alpha 1. Fails if one
of our objectives there is above celer's.
"""

import sys
import warnings

import numpy as np
from celer import celer_path

from peer_sklearn_path import read_bed, read_column

warnings.simplefilter("ignore")


def main(prefix, pheno, column, path):
    ids, x = read_bed(prefix)
    values = read_column(pheno, column)
    y = np.array([values[i] for i in ids])
    y -= y.mean()
    with open(path, encoding="utf-8") as file:
        header = file.readline().lstrip("#").rstrip("\n").split("\t")
        rows = [dict(zip(header, map(float, line.split("\t")))) for line in file]
    lambdas = np.array([row["LAMBDA"] for row in rows])
    ours = np.array([row["OBJECTIVE"] for row in rows])
    # Its loss is that of scikit-learn's Lasso, half the mean square, so that lambda is the same.
    coefs = celer_path(np.asfortranarray(x), y, "lasso", alphas=lambdas)[1]
    worst = -np.inf
    for k, value in enumerate(lambdas):
        used = np.flatnonzero(coefs[:, k])
        residual = y - x[:, used] @ coefs[used, k]
        theirs = 0.5 * np.mean(residual**2) + value * np.abs(coefs[:, k]).sum()
        worst = max(worst, ours[k] / theirs - 1)
    print(f"largest excess of our objective: {worst:.2e}")
    if worst > 1e-5:
        raise SystemExit("our objective is above celer's")


if __name__ == "__main__":
    main(*sys.argv[1:])
