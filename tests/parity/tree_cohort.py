# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""A cohort with an additive and an interacting part, for tests of tree models beside their peers."""
import csv
import os
import subprocess

import numpy as np
from plink_files import write_plink

GCRISK = os.environ["GCRISK"]


def gcrisk(*arguments, cwd):
    done = subprocess.run([GCRISK, *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


class Cohort:
    """People, 40 % of them in the training set, and the same numbers for scikit-learn."""

    def __init__(self, folder, kind, n=4000, p=60, seed=3):
        rng = np.random.default_rng(seed)
        self.folder = folder
        self.dosage = rng.binomial(2, rng.uniform(0.1, 0.5, p), (n, p)).astype(np.int8)
        self.age = rng.uniform(30, 80, n)
        score = self.dosage[:, :8].sum(axis=1) * 0.4 + (self.age - 55) / 15
        score = score + (self.dosage[:, 0] > 0) * (self.age > 60) * 1.0 + rng.normal(size=n)
        score -= np.median(score)
        if kind == "binary":
            self.y = (score > 0).astype(int)
        elif kind == "classes":
            self.y = np.digitize(score, [-0.8, 0.8])
        else:
            self.y = score
        self.time = None
        if kind == "survival":
            time = rng.exponential(size=n) * np.exp(-score / 1.5)
            censored = rng.exponential(2 * np.median(time), n)
            self.y = (time <= censored).astype(int)
            self.time = np.round(np.minimum(time, censored), 6) + 1e-6
        ids = [f"s{i}" for i in range(n)]
        self.train = np.arange(n) < 0.4 * n
        write_plink(folder / "geno", self.dosage, ids)
        with open(folder / "clinical.tsv", "w", encoding="utf-8") as file:
            file.write("#IID\tage\ty\n")
            names = [f"class{y}" for y in self.y] if kind == "classes" else self.y.tolist()
            file.writelines(f"{i}\t{a!r}\t{y}\n"
                            for i, a, y in zip(ids, self.age.tolist(), names))
        if self.time is not None:
            with open(folder / "times.tsv", "w", encoding="utf-8") as file:
                file.write("#IID\ty\ttime\n")
                file.writelines(f"{i}\t{y}\t{t!r}\n"
                                for i, y, t in zip(ids, names, self.time.tolist()))
        with open(folder / "split.tsv", "w", encoding="utf-8") as file:
            file.write("#IID\tSET\n")
            file.writelines(f"{i}\t{'train' if t else 'test'}\n" for i, t in zip(ids, self.train))
        outcome = ["clinical.tsv"] if self.time is None else ["times.tsv", "--time-name", "time"]
        gcrisk("preprocess", "--bfile", "geno", "--clinical", "clinical.tsv", "--pheno", *outcome,
               "--pheno-name", "y", "--split-file", "split.tsv", "--scale", "none",
               "--out", "study/", cwd=folder)
        self.x = np.column_stack([self.dosage, self.age])

    def predict(self, model, *options):
        gcrisk("train", model, "--study", "study/", *options, "--out", "model/", "--force",
               cwd=self.folder)
        gcrisk("predict", "--model", "model/", "--study", "study/", "--set", "test", "--out", "p",
               "--force", cwd=self.folder)
        with open(self.folder / "p.predictions.tsv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        assert len(rows) == (~self.train).sum()
        risks = [name for name in rows[0] if name.startswith("RISK_")]
        if risks:  # of several classes
            return np.array([[float(row[name]) for name in risks] for row in rows])
        return np.array([float(row["SCORE"]) for row in rows])
