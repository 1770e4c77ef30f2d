# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What a Python user writes for a support vector machine: read the .bed, standardise, fit.

usage: peer_sklearn_svm.py PREFIX PHENO linear|rbf MODEL.json
Fails where the objective that gcrisk train svm left in MODEL.json is worse by more than 1e-3.
"""

import json
import sys

import numpy as np
from peer_sklearn_path import read_bed, read_column
from sklearn.svm import SVC, LinearSVC

TOLERANCE = 1e-3


def find(node, key):
    if isinstance(node, dict):
        if key in node:
            return node[key]
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        found = find(child, key)
        if found is not None:
            return found
    return None


def main(prefix, pheno, kernel, model):
    ids, x = read_bed(prefix)
    x = np.ascontiguousarray(x)
    values = read_column(pheno, "disease")
    y = np.array([values[i] for i in ids])
    with open(model, encoding="utf-8") as file:
        json_model = json.load(file)
    if kernel == "linear":
        cost = 0.001
        peer = LinearSVC(loss="hinge", C=cost, tol=TOLERANCE, max_iter=1000, random_state=1).fit(x, y)
        over = np.maximum(0, 1 - np.where(y > 0, 1, -1) * peer.decision_function(x))
        theirs = 0.5 * ((peer.coef_**2).sum() + peer.intercept_[0] ** 2) + cost * over.sum()
        ours = find(json_model, "objective")[0]
    else:
        peer = SVC(kernel="rbf", C=1, gamma=1 / x.shape[1], tol=TOLERANCE, cache_size=1000).fit(x, y)
        support = x[peer.support_]
        square = (support**2).sum(axis=1)
        k = np.exp(-(square[:, None] + square - 2 * support @ support.T) / x.shape[1])
        a = peer.dual_coef_[0]
        theirs = 0.5 * a @ k @ a - np.abs(a).sum()
        ours = find(json_model, "dual_objective")[0]
    print(f"objective: ours {ours:.8g}, theirs {theirs:.8g}")
    if ours > theirs + 1e-3 * abs(theirs):
        raise SystemExit("our objective is worse")


if __name__ == "__main__":
    main(*sys.argv[1:])
