# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""select --method lasso beside scikit-learn's path."""
import os
import subprocess

import numpy as np
import pytest

linear_model = pytest.importorskip("sklearn.linear_model")

from plink_files import write_plink

GCRISK = os.environ["GCRISK"]


def select(folder, *options):
    return subprocess.run([GCRISK, "select", "--bfile", "g", "--pheno", "y.tsv", "--pheno-name", "y",
                           "--method", "lasso", *options, "--out", "of", "--force"],
                          capture_output=True, text=True, cwd=folder, check=False)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lasso")
    rng = np.random.default_rng(4)
    n, p = 300, 120
    dosage = rng.binomial(2, rng.uniform(0.1, 0.5, p), (n, p)).astype(np.int8)
    dosage[:, 1] = np.where(rng.random(n) < 0.9, dosage[:, 0], dosage[:, 1])  # nearly a copy
    age = rng.normal(50, 10, n)
    y = dosage[:, :6] @ np.array([1.0, 0, 0.8, -0.7, 0.6, 0.5]) + 0.05 * age + rng.normal(size=n)
    ids = [f"s{i}" for i in range(n)]
    write_plink(folder / "g", dosage, ids)
    (folder / "y.tsv").write_text("#IID\ty\n" + "".join(f"{i}\t{v:.17g}\n" for i, v in zip(ids, y)))
    (folder / "c.tsv").write_text("#IID\tage\n" + "".join(f"{i}\t{v:.17g}\n" for i, v in zip(ids, age)))
    return folder, dosage.astype(float), age, y


@pytest.mark.parametrize("adjusted", [False, True])
def test_variants_come_in_the_order_of_the_lasso(cohort, adjusted):
    folder, dosage, age, y = cohort
    done = select(folder, "--top", "15", *(["--covar", "c.tsv"] if adjusted else []))
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in (folder / "of.selected.tsv").read_text().splitlines()]
    position = rows[0].index("POS")
    found = [(row[position], float(row[rows[0].index("LAMBDA")])) for row in rows[1:]]
    with open(folder / "g.bim", encoding="utf-8") as bim:
        column = {line.split()[3]: j for j, line in enumerate(bim)}
    z = (dosage - dosage.mean(axis=0)) / dosage.std(axis=0)
    residual = y - y.mean()
    if adjusted:  # an unpenalised column: what is orthogonal to it
        a = ((age - age.mean()) / age.std())[:, None]
        z, residual = z - a @ (a.T @ z) / len(a), residual - (a @ (a.T @ residual)) / len(a)
    largest = np.abs(z.T @ residual).max() / len(y)
    lambdas = largest * 0.01 ** (np.arange(100) / 99)
    assert found[0][1] == pytest.approx(lambdas[1], rel=1e-5)
    _, coefs, _ = linear_model.lasso_path(z, residual, alphas=lambdas, tol=1e-10, max_iter=100000)
    for place, value in found:
        at = np.argmin(np.abs(lambdas - value))
        j = column[place]
        assert lambdas[at] == pytest.approx(value, rel=1e-5)
        # What enters within the tolerance of a value may be seen one value later.
        assert np.abs(coefs[j, : at - 1]).max(initial=0) < 1e-4 and abs(coefs[j, at]) > 0
    assert len(found) == 15
    assert column[found[0][0]] in (0, 1)


@pytest.mark.parametrize("option", [["--p", "0.05"], ["--fdr", "0.1"], ["--clump", "0.1,250"],
                                    ["--permutations", "100"]])
def test_what_belongs_to_single_tests_is_refused(cohort, option):
    done = select(cohort[0], *option)
    assert done.returncode == 2
    assert f"--method lasso: excludes {option[0]}, it orders variants by its path and not by p" in done.stderr
    assert "hint: give --top K" in done.stderr
