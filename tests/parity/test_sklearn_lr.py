# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train lr beside scikit-learn, statsmodels and stored results, from files to coefficients."""
import json
import os
import pathlib
import subprocess
import warnings

import numpy as np
import pytest

linear_model = pytest.importorskip("sklearn.linear_model")
safetensors = pytest.importorskip("safetensors.numpy")

from plink_files import write_plink

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"


def gcrisk(*arguments, cwd):
    done = subprocess.run([GCRISK, *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


class Cohort:
    """A study with everybody in the training set, and its columns as scikit-learn needs them."""

    def __init__(self, folder, n, p, kind, seed):
        rng = np.random.default_rng(seed)
        self.folder = folder
        frequency = rng.uniform(0.1, 0.5, p)
        dosage = rng.binomial(2, frequency, (n, p)).astype(np.int8)
        for j in range(1, p, 5):  # neighbours in linkage disequilibrium
            copied = rng.random(n) < 0.7
            dosage[copied, j] = dosage[copied, j - 1]
        clinical = rng.normal(size=(n, 3)) * [1, 10, 0.1] + [0, 50, 1]
        effect = rng.normal(size=p) * (rng.random(p) < 8 / p)
        score = 0.5 * (dosage @ effect) + 0.05 * clinical[:, 1] + rng.logistic(size=n)
        score -= np.median(score)
        dosage[rng.random((n, p)) < 0.02] = -1
        ids = [f"s{i}" for i in range(n)]
        if kind == "binary":
            self.y = (score > 0).astype(int)
            words = self.y
        elif kind == "multiclass":
            self.y = np.digitize(score, np.quantile(score, [0.4, 0.7]))
            words = np.array(["low", "mid", "top"])[self.y]
        else:
            self.y = words = score
        write_plink(folder / "g", dosage, ids)
        (folder / "c.tsv").write_text("#IID\tc0\tc1\tc2\n" + "".join(
            f"{i}\t{row[0]:.17g}\t{row[1]:.17g}\t{row[2]:.17g}\n" for i, row in zip(ids, clinical)))
        (folder / "y.tsv").write_text("#IID\ty\n" + "".join(
            f"{i}\t{v}\n" for i, v in zip(ids, words)))
        (folder / "split.tsv").write_text("#IID\tSET\n" + "".join(f"{i}\ttrain\n" for i in ids))
        gcrisk("preprocess", "--bfile", "g", "--clinical", "c.tsv", "--pheno", "y.tsv",
               "--pheno-name", "y", "--split-file", "split.tsv", "--scale", "none", "--out", "study/",
               cwd=folder)
        called = np.where(dosage < 0, np.nan, dosage.astype(float))
        raw = np.hstack([called, clinical])
        self.mean = np.nanmean(raw, axis=0)
        self.sd = np.nanstd(raw, axis=0)
        self.x = np.where(np.isnan(raw), self.mean, raw)
        self.z = (self.x - self.mean) / self.sd

    def train(self, *options):
        gcrisk("train", "lr", "--study", "study/", *options, "--out", "model/", "--force",
               cwd=self.folder)
        tensors = safetensors.load_file(self.folder / "model" / "weights.safetensors")
        self.json = json.loads((self.folder / "model" / "model.json").read_text())
        beta = tensors["coefficients"]
        standardised = beta * self.sd[:, None]
        intercept = tensors["intercepts"] + self.mean @ beta
        return standardised, intercept

    def objective(self, beta, intercept, lam, alpha):
        eta = self.z @ beta + intercept
        if eta.shape[1] > 1:
            top = eta.max(axis=1, keepdims=True)
            log_total = top[:, 0] + np.log(np.exp(eta - top).sum(axis=1))
            loss = log_total - eta[np.arange(len(eta)), self.y]
        elif self.y.dtype.kind == "f":
            loss = 0.5 * (self.y - eta[:, 0]) ** 2
        else:
            loss = np.logaddexp(0, eta[:, 0]) - self.y * eta[:, 0]
        return loss.mean() + lam * (alpha * np.abs(beta).sum() + (1 - alpha) / 2 * (beta**2).sum())


@pytest.fixture(params=["binary", "continuous", "multiclass"], scope="module")
def cohort(request, tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp(request.param), 400, 30, request.param, 1)


def close(found, wanted, relative=1e-6):
    np.testing.assert_allclose(found, wanted, rtol=relative, atol=relative * np.abs(wanted).max())


def test_ridge_has_the_coefficients_of_scikit_learn(cohort):
    lam, n = 0.05, len(cohort.y)
    beta, intercept = cohort.train("--lambda", lam, "--alpha", "0")
    if cohort.y.dtype.kind == "f":
        peer = linear_model.Ridge(alpha=lam * n, tol=1e-14, solver="cholesky").fit(cohort.z, cohort.y)
        close(beta[:, 0], peer.coef_)
        close(intercept[0], peer.intercept_)
        return
    peer = linear_model.LogisticRegression(C=1 / (lam * n), tol=1e-12, max_iter=10000,
                                           solver="newton-cg").fit(cohort.z, cohort.y)
    close(beta.T, peer.coef_)
    shift = peer.intercept_ - intercept  # of classes: free up to a constant
    if len(shift) > 1:
        assert np.ptp(shift) < 1e-6
    else:
        close(intercept, peer.intercept_)


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_elastic_net_has_the_coefficients_of_scikit_learn(cohort, alpha):
    lam, n = 0.02, len(cohort.y)
    beta, intercept = cohort.train("--lambda", lam, "--alpha", alpha)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if cohort.y.dtype.kind == "f":
            peer = linear_model.ElasticNet(alpha=lam, l1_ratio=alpha, tol=1e-14, max_iter=100000)
        else:
            peer = linear_model.LogisticRegression(C=1 / (lam * n), l1_ratio=alpha, solver="saga",
                                                   tol=1e-12, max_iter=20000, random_state=1)
        peer.fit(cohort.z, cohort.y)
    theirs = np.atleast_2d(peer.coef_).T
    ours = cohort.objective(beta, intercept, lam, alpha)
    assert ours <= cohort.objective(theirs, np.atleast_1d(peer.intercept_), lam, alpha) + 1e-10
    if beta.shape[1] == 1 or alpha < 1:  # with classes the lasso's optimum is not unique
        close(beta, theirs, 1e-5)


def test_path_has_the_objectives_of_scikit_learn(tmp_path):
    cohort = Cohort(tmp_path, 200, 400, "continuous", 2)
    n = len(cohort.y)
    centred = cohort.y - cohort.y.mean()
    largest = np.abs(cohort.z.T @ centred).max() / n / 0.5
    lambdas = largest * np.logspace(0, -2, 30)[1:]
    cohort.train("--lambda", ",".join(f"{v:.17g}" for v in lambdas), "--lambda-by", "last",
                 "--tolerance", "1e-6")
    rows = (tmp_path / "model" / "path.tsv").read_text().splitlines()
    header = rows[0].lstrip("#").split("\t")
    ours = np.array([[float(c) for c in row.split("\t")] for row in rows[1:]])
    _, coefs, _ = linear_model.enet_path(cohort.z, centred, l1_ratio=0.5, alphas=lambdas, tol=1e-12,
                                         max_iter=100000)
    for k, lam in enumerate(lambdas):
        theirs = cohort.objective(coefs[:, [k]], cohort.y.mean(), lam, 0.5)
        assert ours[k, header.index("OBJECTIVE")] == pytest.approx(theirs, rel=5.1e-6)  # six digits
        assert ours[k, header.index("NONZERO")] == pytest.approx((coefs[:, k] != 0).sum(), abs=1)


def coefficient_table(folder):
    rows = [line.split("\t") for line in (folder / "model/coefficients.tsv").read_text().splitlines()]
    header = rows[0]
    return {(row[0], row[2]) if header[2] == "CLASS" else row[0]: dict(zip(header, row))
            for row in rows[1:]}


def number(text):
    return float("nan") if text == "NA" else float(text)


def test_without_penalty_has_the_errors_and_tests_of_statsmodels(cohort):
    api = pytest.importorskip("statsmodels.api")
    beta, intercept = cohort.train("--lambda", "0")
    design = api.add_constant(cohort.x)
    table = coefficient_table(cohort.folder)
    names = ["(intercept)"] + [f"rs{j}" for j in range(30)] + ["c0", "c1", "c2"]
    if cohort.y.dtype.kind == "f":
        peer = api.OLS(cohort.y, design).fit()
    elif cohort.y.max() == 1:
        peer = api.GLM(cohort.y, design, family=api.families.Binomial()).fit(tol=1e-14, maxiter=100)
    else:
        peer = api.MNLogit(cohort.y, design).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
        raw = beta / cohort.sd[:, None]
        close(raw[:, 1:] - raw[:, [0]], peer.params[1:])
        for k, level in enumerate(["mid", "top"]):
            for s, name in enumerate(names):
                assert number(table[name, level]["SE"]) == pytest.approx(peer.bse[s, k], rel=1e-5)
        return
    close(beta[:, 0] / cohort.sd, peer.params[1:])
    for s, name in enumerate(names):
        assert number(table[name]["BETA"]) == pytest.approx(peer.params[s], rel=1e-5)
        assert number(table[name]["SE"]) == pytest.approx(peer.bse[s], rel=1e-5)
        assert number(table[name]["P"]) == pytest.approx(peer.pvalues[s], rel=1e-4, abs=1e-30)
    if cohort.y.max() == 1 and cohort.y.dtype.kind != "f":
        without = api.GLM(cohort.y, np.delete(design, 5, axis=1),
                          family=api.families.Binomial()).fit(tol=1e-14, maxiter=100)
        from scipy.stats import chi2
        assert number(table["rs4"]["P_LR"]) == pytest.approx(
            chi2.sf(2 * (peer.llf - without.llf), 1), rel=1e-4)


def firth_newton(x, y, held=None):
    """log L + log |I| / 2 by its score and Fisher information; `held` stays at 0."""
    beta = np.zeros(x.shape[1])
    free = np.array([j for j in range(x.shape[1]) if j != held])

    def value(b):
        p = 1 / (1 + np.exp(-x @ b))
        info = x.T @ (x * (p * (1 - p))[:, None])
        return (y * np.log(p) + (1 - y) * np.log(1 - p)).sum() + 0.5 * np.linalg.slogdet(info)[1]

    for _ in range(500):
        p = 1 / (1 + np.exp(-x @ beta))
        w = p * (1 - p)
        info = x.T @ (x * w[:, None])
        h = w * np.einsum("ij,jk,ik->i", x, np.linalg.inv(info), x)
        score = x.T @ (y - p + h * (0.5 - p))
        step = np.zeros_like(beta)
        step[free] = np.linalg.solve(info[np.ix_(free, free)], score[free])
        t = 1.0
        while value(beta + t * step) < value(beta) - 1e-13 and t > 1e-9:
            t /= 2
        beta = beta + t * step
        if np.abs(step).max() < 1e-12:
            break
    return beta, value(beta)


def test_firth_has_the_maximum_of_its_definition(tmp_path):
    chi2 = pytest.importorskip("scipy.stats").chi2
    cohort = Cohort(tmp_path, 60, 3, "binary", 5)
    beta, _ = cohort.train("--lambda", "0", "--firth", "on")
    x = np.hstack([np.ones((60, 1)), cohort.x])
    wanted, top = firth_newton(x, cohort.y)
    close(beta[:, 0] / cohort.sd, wanted[1:])
    table = coefficient_table(tmp_path)
    for j, name in [(1, "rs0"), (4, "c0"), (5, "c1")]:
        _, without = firth_newton(x, cohort.y, held=j)
        assert number(table[name]["P_LR"]) == pytest.approx(chi2.sf(2 * (top - without), 1), rel=1e-4)


@pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data")
def test_heart_attack_patients_have_the_stored_logistic_fit(tmp_path):
    stored = json.loads((DATA / "oracles/survival_logistic.lifelines_sklearn.json").read_text())[
        "whas500_logistic_zscored(ddof=0)_unpenalised"]
    rows = [line.split(",") for line in (DATA / "survival/whas500.csv").read_text().splitlines()]
    header, rows = rows[0], rows[1:]
    at = [header.index(name) for name in stored["features"]]
    (tmp_path / "c.tsv").write_text("#IID\t" + "\t".join(stored["features"]) + "\n" + "".join(
        f"p{i}\t" + "\t".join(row[j] for j in at) + "\n" for i, row in enumerate(rows)))
    (tmp_path / "y.tsv").write_text("#IID\tfstat\n" + "".join(
        f"p{i}\t{row[header.index('fstat')]}\n" for i, row in enumerate(rows)))
    (tmp_path / "s.tsv").write_text("#IID\tSET\n" + "".join(
        f"p{i}\ttrain\n" for i in range(len(rows))))
    gcrisk("preprocess", "--clinical", "c.tsv", "--pheno", "y.tsv", "--pheno-name", "fstat",
           "--split-file", "s.tsv", "--scale", "none", "--out", "study/", cwd=tmp_path)
    gcrisk("train", "lr", "--study", "study/", "--lambda", "0", "--out", "model/", cwd=tmp_path)
    found = safetensors.load_file(tmp_path / "model/weights.safetensors")
    names = json.loads((tmp_path / "model/model.json").read_text())["clinical"]
    x = np.array([[float(row[header.index(name)]) for name in names] for row in rows])
    beta = found["coefficients"][:, 0] * x.std(axis=0)
    order = [names.index(name) for name in stored["features"]]
    close(beta[order], np.array(stored["coef"]), 1e-5)  # stored from an iterative solver
    intercept = found["intercepts"][0] + x.mean(axis=0) @ found["coefficients"][:, 0]
    assert intercept == pytest.approx(stored["intercept"], rel=1e-5)
