# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""LightGBM or XGBoost on a .bed, reading and data preparation included.

usage: peer_boosting.py lightgbm|xgboost PREFIX OUTCOME.tsv ROUNDS
"""
import sys
import time

import numpy as np
from bed_reader import open_bed

peer, prefix, outcome, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
begin = time.perf_counter()
x = open_bed(f"{prefix}.bed", count_A1=True, num_threads=2).read(dtype="float32", order="C")
with open(outcome, encoding="utf-8") as rows:
    y = np.array([float(row.split("\t")[1]) for row in list(rows)[1:]])
read = time.perf_counter()
if peer == "lightgbm":
    import lightgbm

    settings = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.1, "num_threads": 2,
                "lambda_l2": 1, "min_sum_hessian_in_leaf": 1, "min_data_in_leaf": 1, "verbose": -1}
    data = lightgbm.Dataset(x, y, params=settings)
    data.construct()
    prepared = time.perf_counter()
    model = lightgbm.train(settings, data, rounds)
else:
    import xgboost

    settings = {"objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide",
                "max_leaves": 31, "max_depth": 0, "eta": 0.1, "nthread": 2}
    data = xgboost.QuantileDMatrix(x, y, nthread=2)
    prepared = time.perf_counter()
    model = xgboost.train(settings, data, rounds)
done = time.perf_counter()
print(f"reading {read - begin:.2f} s, preparing {prepared - read:.2f} s, fitting {done - prepared:.2f} s")
