# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's random forest on a .bed, its own data preparation included."""
import sys

import numpy as np
from sklearn.ensemble import RandomForestClassifier

prefix, outcome, trees = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(f"{prefix}.fam", encoding="utf-8") as fam:
    n = sum(1 for _ in fam)
codes = np.fromfile(f"{prefix}.bed", dtype=np.uint8)[3:].reshape(-1, -(-n // 4))
quads = np.stack([codes >> shift & 3 for shift in (0, 2, 4, 6)], axis=-1)
copies = np.array([2, 0, 1, 0], dtype=np.float32)  # missing as no copy, the kindest to the peer
x = np.ascontiguousarray(copies[quads.reshape(len(codes), -1)[:, :n]].T)
with open(outcome, encoding="utf-8") as rows:
    y = np.array([float(row.split("\t")[1]) for row in list(rows)[1:]])
forest = RandomForestClassifier(trees, n_jobs=2, random_state=1).fit(x, y)
print(sum(tree.tree_.node_count for tree in forest.estimators_), "nodes")
