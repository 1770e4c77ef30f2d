# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The figures of evaluate beside scikit-learn, statsmodels, R (a stored file) and definitions."""
import csv
import itertools
import json
import math
import os
import pathlib
import subprocess

import pytest

np = pytest.importorskip("numpy")

GCRISK = os.environ["GCRISK"]
SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
DATA = SOURCE / ".." / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data")
# Tables have 6 significant digits.
DIGITS = 6e-6


def evaluate(folder, *arguments):
    out = folder / "out"
    done = subprocess.run([GCRISK, "evaluate", *map(str, arguments), "--out", out, "--force",
                           "--quiet"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def metrics_of(out, model=None):
    with open(f"{out}.metrics.tsv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t")
                if model is None or row["MODEL"] == model]
    number = lambda text: math.nan if text == "NA" else float(text)
    return {row["METRIC"]: (number(row["VALUE"]), number(row["LO"]), number(row["HI"]))
            for row in rows if row["SUBGROUP"] == "all"}


def write_predictions(path, outcome, **columns):
    names = list(columns)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\t".join(["#IID", "OUTCOME", *names]) + "\n")
        for i, y in enumerate(outcome):
            cells = [f"P{i:05d}", str(y)] + [repr(float(columns[n][i])) for n in names]
            file.write("\t".join(cells) + "\n")
    return path


def close(ours, theirs, relative=DIGITS):
    assert ours == pytest.approx(theirs, rel=relative, abs=1e-9)


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(5)
    lp = rng.normal(-0.7, 1.1, 700)
    y = (rng.random(700) < 1 / (1 + np.exp(-(0.7 * lp + 0.2)))).astype(int)
    first = 1 / (1 + np.exp(-lp))
    # Coarse risks have ties, also between cases and controls.
    second = np.round(1 / (1 + np.exp(-(lp + rng.normal(0, 1, 700)))), 1).clip(0.05, 0.95)
    return y, first, second


@pytest.mark.parametrize("which", [0, 1], ids=["distinct", "tied"])
def test_agrees_with_scikit_learn(tmp_path, people, which):
    sk = pytest.importorskip("sklearn.metrics")
    y, risk = people[0], people[1 + which]
    ours = metrics_of(evaluate(tmp_path, "--predictions",
                               write_predictions(tmp_path / "p.tsv", y, RISK=risk),
                               "--bootstrap", 0))
    hard = (risk >= 0.5).astype(int)
    expected = {
        "auroc": sk.roc_auc_score(y, risk),
        "auprc": sk.average_precision_score(y, risk),
        "brier": sk.brier_score_loss(y, risk),
        "log_loss": sk.log_loss(y, risk),
        "accuracy": sk.accuracy_score(y, hard),
        "balanced_accuracy": sk.balanced_accuracy_score(y, hard),
        "precision": sk.precision_score(y, hard),
        "recall": sk.recall_score(y, hard),
        "specificity": sk.recall_score(y, hard, pos_label=0),
        "npv": sk.precision_score(y, hard, pos_label=0),
        "f1": sk.f1_score(y, hard),
        "mcc": sk.matthews_corrcoef(y, hard),
    }
    for name, value in expected.items():
        close(ours[name][0], value)


def test_curves_agree_with_scikit_learn(tmp_path, people):
    sk = pytest.importorskip("sklearn.metrics")
    y, _, risk = people
    out = evaluate(tmp_path, "--predictions", write_predictions(tmp_path / "p.tsv", y, RISK=risk),
                   "--bootstrap", 0)
    fpr, tpr, _ = sk.roc_curve(y, risk, drop_intermediate=False)
    with open(f"{out}.roc.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == len(fpr)
    for row, x, s in zip(rows, fpr, tpr):
        close(float(row["FPR"]), x)
        close(float(row["SENSITIVITY"]), s)
    precision, recall, _ = sk.precision_recall_curve(y, risk)
    with open(f"{out}.pr.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row, p, r in zip(reversed(rows), precision, recall):
        close(float(row["PRECISION"]), p)
        close(float(row["RECALL"]), r)


def placements(y, risk):
    """Structural components straight from DeLong et al. 1988: every pair is looked at."""
    cases, controls = risk[y == 1], risk[y == 0]
    psi = (cases[:, None] > controls[None, :]) + 0.5 * (cases[:, None] == controls[None, :])
    return psi.mean(1), psi.mean(0), psi.mean()


@pytest.mark.parametrize("scale", ["delong", "logit"])
def test_delong_agrees_with_all_pairs(tmp_path, people, scale):
    y, first, second = people
    paths = [write_predictions(tmp_path / f"{n}.tsv", y, RISK=r)
             for n, r in (("first", first), ("second", second))]
    out = evaluate(tmp_path, "--predictions", paths[0], "--against", paths[1], "--bootstrap", 0,
                   "--auroc-interval", scale)
    covariance = np.zeros((2, 2))
    areas = []
    parts = [placements(y, r) for r in (first, second)]
    for (i, a), (j, b) in itertools.product(enumerate(parts), repeat=2):
        covariance[i, j] = (np.cov(a[0], b[0])[0, 1] / len(a[0])
                            + np.cov(a[1], b[1])[0, 1] / len(a[1]))
    areas = [part[2] for part in parts]
    z95 = 1.959963984540054
    for i, name in enumerate(("first", "second")):
        value, low, high = metrics_of(out, name)["auroc"]
        close(value, areas[i])
        se = math.sqrt(covariance[i, i])
        if scale == "delong":
            close(low, areas[i] - z95 * se)
            close(high, areas[i] + z95 * se)
        else:
            logit = math.log(areas[i] / (1 - areas[i]))
            half = z95 * se / (areas[i] * (1 - areas[i]))
            close(low, 1 / (1 + math.exp(-(logit - half))))
            close(high, 1 / (1 + math.exp(-(logit + half))))
    with open(f"{out}.against.tsv", encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file, delimiter="\t") if r["METRIC"] == "auroc")
    z = (areas[0] - areas[1]) / math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    close(float(row["DIFFERENCE"]), areas[0] - areas[1])
    close(float(row["P"]), math.erfc(abs(z) / math.sqrt(2)))


@pytest.mark.parametrize("which", [0, 1], ids=["distinct", "tied"])
def test_calibration_agrees_with_statsmodels(tmp_path, people, which):
    sm = pytest.importorskip("statsmodels.api")
    y, risk = people[0], people[1 + which]
    ours = metrics_of(evaluate(tmp_path, "--predictions",
                               write_predictions(tmp_path / "p.tsv", y, RISK=risk),
                               "--bootstrap", 0))
    lp = np.log(risk / (1 - risk))
    family = sm.families.Binomial()
    one = np.ones((len(y), 1))
    offset = sm.GLM(y, one, family=family, offset=lp).fit(tol=1e-14)
    slope = sm.GLM(y, np.column_stack([one, lp]), family=family).fit(tol=1e-14)
    for name, fit, at in (("calibration_intercept", offset, 0), ("calibration_slope", slope, 1)):
        close(ours[name][0], fit.params[at])
        interval = fit.conf_int()[at]
        close(ours[name][1], interval[0])
        close(ours[name][2], interval[1])


def test_bootstrap_interval_is_about_the_asymptotic_one(tmp_path, people):
    """Brier: the mean of squared errors; within classes its standard error follows from their
    variances. With 2000 samples an end of the interval has a relative error of a few per cent."""
    y, risk, _ = people
    value, low, high = metrics_of(
        evaluate(tmp_path, "--predictions", write_predictions(tmp_path / "p.tsv", y, RISK=risk),
                 "--bootstrap", 2000))["brier"]
    error = (y - risk) ** 2
    n = len(y)
    variance = sum(error[y == c].var() * (y == c).sum() for c in (0, 1)) / n ** 2
    half = 1.959964 * math.sqrt(variance)
    assert value - low == pytest.approx(half, rel=0.12)
    assert high - value == pytest.approx(half, rel=0.12)


def test_multiclass_agrees_with_scikit_learn(tmp_path):
    sk = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(8)
    names = np.array(["AFR", "EAS", "EUR"])
    y = rng.integers(0, 3, 400)
    raw = np.exp(rng.normal(0, 1, (400, 3)) + 1.2 * np.eye(3)[y])
    risk = raw / raw.sum(1, keepdims=True)
    path = write_predictions(tmp_path / "p.tsv", names[y],
                             **{f"RISK_{n}": risk[:, i] for i, n in enumerate(names)})
    ours = metrics_of(evaluate(tmp_path, "--predictions", path, "--bootstrap", 100))
    hard = risk.argmax(1)
    binary = np.eye(3)[y]
    close(ours["auroc_macro"][0], sk.roc_auc_score(y, risk, multi_class="ovr", average="macro"))
    close(ours["auroc_micro"][0], sk.roc_auc_score(binary, risk, average="micro"))
    close(ours["accuracy"][0], sk.accuracy_score(y, hard))
    close(ours["balanced_accuracy"][0], sk.balanced_accuracy_score(y, hard))
    close(ours["f1_macro"][0], sk.f1_score(y, hard, average="macro"))
    close(ours["log_loss"][0], sk.log_loss(y, risk))
    close(ours["brier"][0], ((risk - binary) ** 2).sum(1).mean())
    for i, name in enumerate(names):
        close(ours[f"auroc:{name}"][0], sk.roc_auc_score(binary[:, i], risk[:, i]))


def test_continuous_agrees_with_scikit_learn_and_scipy(tmp_path):
    sk = pytest.importorskip("sklearn.metrics")
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(3)
    score = rng.normal(25, 4, 300)
    y = 2 + 0.9 * score + rng.normal(0, 3, 300)
    path = write_predictions(tmp_path / "p.tsv", [repr(float(v)) for v in y], SCORE=score)
    ours = metrics_of(evaluate(tmp_path, "--predictions", path, "--bootstrap", 100))
    close(ours["rmse"][0], math.sqrt(sk.mean_squared_error(y, score)))
    close(ours["mae"][0], sk.mean_absolute_error(y, score))
    close(ours["r2"][0], sk.r2_score(y, score))
    pearson = stats.pearsonr(score, y)
    close(ours["pearson"][0], pearson.statistic)
    interval = pearson.confidence_interval(0.95)
    close(ours["pearson"][1], interval.low)
    close(ours["pearson"][2], interval.high)
    close(ours["spearman"][0], stats.spearmanr(score, y).statistic)
    line = stats.linregress(score, y)
    close(ours["calibration_slope"][0], line.slope)


def read_csv(name):
    with open(DATA / "survival" / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


@pytest.fixture(scope="module")
def reference():
    values = {}
    for line in (SOURCE / "tests" / "data" / "r_reference.tsv").read_text().splitlines():
        if not line.startswith(("#", "NAME")):
            name, value = line.split("\t")
            values[name] = float(value)
    return values


@needs_data
def test_agrees_with_r(tmp_path, reference):
    rows = read_csv("whas500.csv")
    age, chf, sho, hr = (column(rows, n) for n in ("age", "chf", "sho", "hr"))
    y = column(rows, "fstat").astype(int)
    risk_of = lambda lp: np.round(1 / (1 + np.exp(-lp)), 9)
    first = risk_of(-6.5 + 0.075 * age + 0.9 * chf + 1.1 * sho + 0.006 * hr)
    second = risk_of(-4.9 + 0.064 * age)
    paths = [write_predictions(tmp_path / f"{n}.tsv", y, RISK=r)
             for n, r in (("first", first), ("second", second))]
    out = evaluate(tmp_path, "--predictions", paths[0], "--against", paths[1], "--bootstrap", 0)
    ours = metrics_of(out, "first")
    value, low, high = ours["auroc"]
    close(value, reference["auroc"])
    close(low, reference["auroc_low"])
    close(high, reference["auroc_high"])
    close(metrics_of(out, "second")["auroc"][0], reference["auroc_second"])
    with open(f"{out}.against.tsv", encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file, delimiter="\t") if r["METRIC"] == "auroc")
    close(float(row["P"]), reference["delong_p"])
    close(ours["brier"][0], reference["brier"])
    value, low, high = ours["calibration_slope"]
    close(value, reference["slope"])
    close(high - low, 2 * 1.959963984540054 * reference["slope_se"], 1e-5)
    value, low, high = ours["calibration_intercept"]
    close(value, reference["intercept"], 1e-4)
    close(high - low, 2 * 1.959963984540054 * reference["intercept_se"], 1e-5)
    close(ours["ici"][0], reference["ici"], 1e-5)
    value, low, high = ours["recall"]
    close(value, reference["sensitivity"])
    close(low, reference["sensitivity_low"])
    close(high, reference["sensitivity_high"])

    survival = write_predictions(tmp_path / "s.tsv", y, TIME=column(rows, "lenfol_days"),
                                 SCORE=first)
    out = evaluate(tmp_path, "--predictions", survival, "--bootstrap", 0)
    close(metrics_of(out)["c_index"][0], reference["c_index"])
    # A score with two values makes two risk groups: the log-rank test between them.
    groups = write_predictions(tmp_path / "g.tsv", y, TIME=column(rows, "lenfol_days"), SCORE=chf)
    out = evaluate(tmp_path, "--predictions", groups, "--bootstrap", 0, "--risk-groups", 2)
    # chf is 1 for fewer than half: the median is 0, so the groups are chf 0 and chf 1.
    test = json.loads((tmp_path / "out.metrics.json").read_text())["log_rank"]
    close(test["chi_square"], reference["logrank_chf"], 1e-9)


@needs_data
def test_survival_agrees_with_lifelines(tmp_path):
    oracle = json.loads(
        (DATA / "oracles" / "survival_logistic.lifelines_sklearn.json").read_text())
    rows = read_csv("whas500.csv")
    cox = oracle["whas500_cox_efron"]
    score = sum(column(rows, n) * c for n, c in cox["coef"].items())
    path = write_predictions(tmp_path / "w.tsv", column(rows, "fstat").astype(int),
                             TIME=column(rows, "lenfol_days"), SCORE=score)
    close(metrics_of(evaluate(tmp_path, "--predictions", path, "--bootstrap", 0))["c_index"][0],
          cox["concordance"])

    rows = read_csv("gbsg2.csv")
    hormone = np.array([1.0 if row["horTh"].strip('"') == "yes" else 0.0 for row in rows])
    path = write_predictions(tmp_path / "g.tsv", column(rows, "cens").astype(int),
                             TIME=column(rows, "time"), SCORE=hormone)
    out = evaluate(tmp_path, "--predictions", path, "--bootstrap", 0, "--risk-groups", 2)
    test = json.loads((tmp_path / "out.metrics.json").read_text())["log_rank"]
    close(test["chi_square"], oracle["gbsg2_logrank"]["chi2"], 1e-9)
    close(test["p"], oracle["gbsg2_logrank"]["p"], 1e-8)
    with open(f"{out}.km.tsv", encoding="utf-8") as file:
        curve = list(csv.DictReader(file, delimiter="\t"))
    for group, name in (("lowest risk", "no"), ("highest risk", "yes")):
        known = oracle["gbsg2_kaplan_meier_by_horTh"][name]
        points = [row for row in curve if row["GROUP"] == group]
        assert int(points[0]["AT_RISK"]) == known["n"]
        for day in (365, 1000, 1825):
            last = [row for row in points if float(row["TIME"]) <= day][-1]
            close(float(last["SURVIVAL"]), known[f"S({day})"])
