# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Score test, refitted models, mutual information and clumping of `select` against numpy, scipy,
statsmodels and plain loops."""
import math
import os
import subprocess
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
stats = pytest.importorskip("scipy.stats")

GCRISK = os.environ["GCRISK"]
DATA = Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True)


def read(path):
    with open(path, encoding="utf-8") as lines:
        header = next(lines).rstrip("\n").split("\t")
        return [dict(zip(header, line.rstrip("\n").split("\t"))) for line in lines]


def close(ours, expected, relative=1e-5):
    """Six digits are written: 5e-6 relative at most, doubled."""
    if math.isnan(expected):
        assert ours == "NA"
        return
    assert float(ours) == pytest.approx(expected, rel=relative, abs=1e-12)


class Cohort:
    """150 people, 80 variants with missing calls, of which the first few matter; two covariates,
    a word among them; people with a missing outcome or covariate."""

    n, p = 150, 80

    def __init__(self, folder):
        random = np.random.default_rng(5)
        self.prefix = folder / "cohort"
        frequency = random.uniform(0.05, 0.5, self.p)
        base = random.binomial(2, frequency, (self.n, self.p))
        for j in range(1, self.p, 2):  # pairs in LD
            copy = random.uniform(size=self.n) < 0.8
            base[copy, j] = base[copy, j - 1]
        self.g = base.astype(float)
        self.g[random.uniform(size=self.g.shape) < 0.04] = np.nan
        self.g[:, 7] = 0.0  # constant
        self.age = random.normal(50, 10, self.n)
        self.site = random.choice(["north", "south", "west"], self.n)
        liability = 0.9 * base[:, 0] - 0.7 * base[:, 4] + 0.03 * (self.age - 50)
        liability = liability + random.logistic(size=self.n)
        self.case = (liability > np.median(liability)).astype(float)
        self.amount = liability + random.normal(size=self.n)
        self.g[self.case == 0, 10] = 0.0  # only cases carry it: separation
        self.g[(self.case == 1) & (random.uniform(size=self.n) < 0.2), 10] = 1.0
        self.case[[3, 17]] = np.nan
        self.amount[[3, 17]] = np.nan
        self.age[[20, 21]] = np.nan
        self.write(folder)

    def write(self, folder):
        codes = {2.0: 0, 1.0: 2, 0.0: 3}
        rows = bytearray([0x6C, 0x1B, 0x01])
        for j in range(self.p):
            column = [1 if math.isnan(x) else codes[x] for x in self.g[:, j]]
            column += [0] * (-len(column) % 4)
            for i in range(0, len(column), 4):
                rows.append(sum(c << 2 * k for k, c in enumerate(column[i:i + 4])))
        (folder / "cohort.bed").write_bytes(bytes(rows))
        with open(folder / "cohort.bim", "w", encoding="utf-8") as out:
            for j in range(self.p):
                out.write(f"1\tv{j}\t0\t{1000 * (j + 1)}\tA\tG\n")
        text = lambda x: "NA" if isinstance(x, float) and math.isnan(x) else str(x)
        with open(folder / "cohort.fam", "w", encoding="utf-8") as out:
            for i in range(self.n):
                out.write(f"f{i} p{i} 0 0 1 -9\n")
        with open(folder / "people.tsv", "w", encoding="utf-8") as out:
            out.write("#IID\tcase\tamount\tage\tsite\n")
            for i in range(self.n):
                case = "NA" if math.isnan(self.case[i]) else str(int(self.case[i]))
                out.write(f"p{i}\t{case}\t{text(float(self.amount[i]))}\t"
                          f"{text(float(self.age[i]))}\t{self.site[i]}\n")

    def used(self):
        return ~(np.isnan(self.case) | np.isnan(self.age))

    def design(self, rows):
        return np.column_stack([np.ones(rows.sum()), self.age[rows],
                                self.site[rows] == "south", self.site[rows] == "west"]).astype(float)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("score")
    made = Cohort(folder)
    made.folder = folder
    for name, method in [("case", "score"), ("amount", "score"), ("case", "mi")]:
        run(GCRISK, "select", "--bfile", made.prefix, "--pheno", folder / "people.tsv",
            "--pheno-name", name, "--covar", folder / "people.tsv", "--covar-name", "age,site",
            "--method", method, "--refit", made.p, "--out", folder / f"{name}.{method}")
    return made


def null_logistic(x, y):
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        mu = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve(x.T @ (x * (mu * (1 - mu))[:, None]), x.T @ (y - mu))
    return mu


def test_logistic_score_test_is_raos(cohort):
    rows = cohort.used()
    x, y = cohort.design(rows), cohort.case[rows]
    mu = null_logistic(x, y)
    w = mu * (1 - mu)
    tested = 0
    for j, row in enumerate(read(cohort.folder / "case.score.scan.tsv")):
        g = cohort.g[rows, j]
        if np.nanstd(g) == 0:
            assert row["CHI2_SCORE"] == "NA"
            continue
        g = np.where(np.isnan(g), np.nanmean(g), g)
        u = g @ (y - mu)
        v = g @ (w * g) - (g * w) @ x @ np.linalg.solve(x.T @ (x * w[:, None]), x.T @ (w * g))
        close(row["CHI2_SCORE"], u * u / v)
        close(row["P_SCORE"], stats.chi2.sf(u * u / v, 1))
        close(row["BETA_SCORE"], u / v)
        close(row["SE_SCORE"], 1 / math.sqrt(v))
        tested += 1
    assert tested == cohort.p - 1


def test_linear_score_test_is_the_t_test(cohort):
    rows = cohort.used()
    x, y = cohort.design(rows), cohort.amount[rows]
    for j, row in enumerate(read(cohort.folder / "amount.score.scan.tsv")):
        g = cohort.g[rows, j]
        if np.nanstd(g) == 0:
            continue
        full = np.column_stack([x, np.where(np.isnan(g), np.nanmean(g), g)])
        beta, rest, _, _ = np.linalg.lstsq(full, y, rcond=None)
        df = len(y) - full.shape[1]
        se = math.sqrt(rest[0] / df * np.linalg.inv(full.T @ full)[-1, -1])
        close(row["BETA_SCORE"], beta[-1])
        close(row["SE_SCORE"], se)
        close(row["P_SCORE"], 2 * stats.t.sf(abs(beta[-1] / se), df))


@pytest.mark.parametrize("name", ["case", "amount"])
def test_refitted_models_are_those_of_statsmodels(cohort, name):
    api = pytest.importorskip("statsmodels.api")
    kinds = {}
    values = cohort.case if name == "case" else cohort.amount
    for row in read(cohort.folder / f"{name}.score.selected.tsv"):
        j = int(row["ID"][1:])
        kinds[row["FIT"]] = kinds.get(row["FIT"], 0) + 1
        rows = cohort.used() & ~np.isnan(cohort.g[:, j])
        full = np.column_stack([cohort.design(rows), cohort.g[rows, j]])
        if row["FIT"] == "ml":
            fit = api.Logit(values[rows], full).fit(disp=0, tol=1e-12)
        elif row["FIT"] == "ols":
            fit = api.OLS(values[rows], full).fit()
        else:
            assert row["FIT"] == "firth" and j == 10  # only cases carry it
            continue
        close(row["BETA_FIT"], fit.params[-1], 2e-5)
        close(row["SE_FIT"], fit.bse[-1], 2e-5)
        close(row["P_FIT"], fit.pvalues[-1], 1e-4)
    assert kinds == ({"ml": 78, "firth": 1} if name == "case" else {"ols": 79})


def test_mutual_information_is_that_of_the_definition(cohort):
    rows = cohort.used()
    y = cohort.case[rows]
    for j, row in enumerate(read(cohort.folder / "case.mi.scan.tsv")):
        g = cohort.g[rows, j]
        known = ~np.isnan(g)
        table = np.array([[np.sum((g == k) & (y == c)) for k in (0, 1, 2)] for c in (0, 1)])
        n = known.sum()
        joint = table / n
        product = np.outer(joint.sum(1), joint.sum(0))
        plug_in = np.sum([p * math.log(p / q) for p, q in zip(joint.ravel(), product.ravel()) if p])
        seen = np.count_nonzero(table.sum(0))
        if seen < 2:
            assert row["P_MI"] == "NA"
            continue
        bias = (np.count_nonzero(table) - 2 - seen + 1) / (2 * n)
        assert float(row["MI_NATS"]) == pytest.approx(plug_in - bias, rel=6e-6, abs=1e-9)
        close(row["P_MI"], stats.chi2.sf(2 * n * plug_in, seen - 1))


def test_clumping_keeps_the_best_of_each_neighbourhood(cohort):
    run(GCRISK, "select", "--bfile", cohort.prefix, "--pheno", cohort.folder / "people.tsv",
        "--pheno-name", "case", "--method", "trend", "--clump", "0.3,5", "--out",
        cohort.folder / "clumped")
    rows = ~np.isnan(cohort.case)
    scan = [r for r in read(cohort.folder / "clumped.scan.tsv") if r["P_TREND"] != "NA"]
    order = sorted(scan, key=lambda r: float(r["LOG10_P"]))
    assert len({r["LOG10_P"] for r in order}) == len(order)  # the order is plain
    kept, taken = [], set()
    for row in order:
        a = int(row["ID"][1:])
        if a in taken:
            continue
        kept.append(row["ID"])
        for other in order:
            b = int(other["ID"][1:])
            if a != b and abs(a - b) <= 5:
                both = rows & ~np.isnan(cohort.g[:, a]) & ~np.isnan(cohort.g[:, b])
                if np.corrcoef(cohort.g[both, a], cohort.g[both, b])[0, 1] ** 2 >= 0.3:
                    taken.add(b)
        taken.add(a)
    ours = [r["ID"] for r in read(cohort.folder / "clumped.selected.tsv")]
    assert ours == kept
    assert 20 < len(kept) < 60


def test_false_discovery_rates_are_those_of_scipy(cohort):
    scan = [r for r in read(cohort.folder / "case.mi.scan.tsv") if r["P_MI"] != "NA"]
    q = stats.false_discovery_control([float(r["P_MI"]) for r in scan])
    expected = {r["ID"]: x for r, x in zip(scan, q)}
    for row in read(cohort.folder / "case.mi.selected.tsv"):
        close(row["P_FDR"], expected[row["ID"]])
        close(row["P_BONFERRONI"], min(1.0, float(row["P_MI"]) * len(scan)))
