# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""select --method rfe beside an elimination by least squares in numpy."""
import os
import subprocess

import numpy as np
import pytest

from plink_files import write_plink

GCRISK = os.environ["GCRISK"]


def select(folder, *options, pheno="y"):
    if "--method" not in options:
        options = ("--method", "rfe", *options)
    return subprocess.run([GCRISK, "select", "--bfile", "g", "--pheno", "y.tsv", "--pheno-name",
                           pheno, *options, "--out", "of", "--force"],
                          capture_output=True, text=True, cwd=folder, check=False)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rfe")
    rng = np.random.default_rng(7)
    n, p = 250, 45
    dosage = rng.binomial(2, rng.uniform(0.15, 0.5, p), (n, p)).astype(np.int8)
    age = rng.normal(50, 10, n)
    y = dosage[:, :8] @ np.array([1.0, 0.9, 0.8, -0.7, 0.6, 0.5, 0, 0]) + 0.05 * age
    y = y + rng.normal(size=n)
    ill = (y > np.median(y)).astype(int)
    ids = [f"s{i}" for i in range(n)]
    write_plink(folder / "g", dosage, ids)
    (folder / "y.tsv").write_text("#IID\ty\till\n" + "".join(
        f"{i}\t{v:.17g}\t{c}\n" for i, v, c in zip(ids, y, ill)))
    (folder / "c.tsv").write_text("#IID\tage\n" + "".join(f"{i}\t{v:.17g}\n" for i, v in zip(ids, age)))
    return folder, dosage.astype(float), age, y


def chosen(folder):
    rows = [line.split("\t") for line in (folder / "of.selected.tsv").read_text().splitlines()]
    position, importance = rows[0].index("POS"), rows[0].index("IMPORTANCE")
    with open(folder / "g.bim", encoding="utf-8") as bim:
        column = {line.split()[3]: j for j, line in enumerate(bim)}
    return [(column[row[position]], float(row[importance])) for row in rows[1:]]


@pytest.mark.parametrize("step", [0.5, 0.2])
def test_elimination_is_that_of_least_squares(cohort, step):
    folder, dosage, age, y = cohort
    done = select(folder, "--top", "6", "--covar", "c.tsv", "--rfe-set", "lambda=0", "--rfe-step",
                  str(step))
    assert done.returncode == 0, done.stderr
    left = np.arange(dosage.shape[1])
    while True:
        x = dosage[:, left] - dosage[:, left].mean(axis=0)
        design = np.column_stack([np.ones(len(y)), x, age])
        beta = np.linalg.lstsq(design, y, rcond=None)[0][1:-1]
        size = np.abs(beta) * np.abs(x).mean(axis=0)  # the mean contribution, the sign aside
        order = np.argsort(-size, kind="stable")
        if len(left) == 6:
            expected = [(left[j], size[j]) for j in order]
            break
        left = np.sort(left[order][:max(6, int(len(left) * (1 - step)))])
    found = chosen(folder)
    assert [j for j, _ in found] == [j for j, _ in expected]
    assert [v for _, v in found] == pytest.approx([v for _, v in expected], rel=1e-4)


@pytest.mark.parametrize("options", [["--rfe-model", "rf", "--rfe-set", "trees=200"],
                                     ["--rfe-model", "svm"], ["--rfe-model", "gbm"], []])
def test_any_model_that_explains_itself(cohort, options):
    folder, *_ = cohort
    done = select(folder, "--top", "8", *options, pheno="ill")
    assert done.returncode == 0, done.stderr
    found = chosen(folder)
    assert len(found) == 8
    # By chance 8 of 45 variants would hold one of the six true ones: 8 * 6 / 45.
    assert len({j for j, _ in found} & set(range(6))) >= 4
    values = [value for _, value in found]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("options, code, finding", [
    (["--p", "0.01"], 2, "--method rfe: excludes --p, it orders variants by importance"),
    (["--rfe-model", "forest"], 2, "forest"),
    (["--rfe-model", "cox"], 5, "--method rfe with cox: outcome 'ill' is binary, expected survival"),
    (["--rfe-set", "trees"], 2, "--rfe-set trees: expected OPTION=VALUE"),
    (["--rfe-set", "trees=3"], 2, "trees"),
    (["--rfe-model", "svm", "--rfe-set", "kernel=rbf"], 2, "need the linear kernel"),
    (["--method", "chi2", "--rfe-step", "0.3"], 2, "--rfe-step belongs to --method rfe"),
])
def test_what_does_not_go_together_is_refused(cohort, options, code, finding):
    folder, *_ = cohort
    done = select(folder, "--top", "8", *options, pheno="ill")
    assert done.returncode == code
    assert finding in done.stderr
