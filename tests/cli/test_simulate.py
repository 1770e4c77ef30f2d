# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk simulate` as a user runs it: what is written, and that the stated truth is in the data."""
import csv
import gzip
import json
import math
import os
import shutil
import subprocess
from pathlib import Path

import pytest

GCRISK = os.environ["GCRISK"]


def run(*words, status=0):
    done = subprocess.run([GCRISK, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stderr


def read_tsv(path):
    lines = Path(path).read_text().splitlines()
    header = lines[0].lstrip("#").split("\t")
    return [dict(zip(header, line.split("\t"))) for line in lines[1:]]


def read_bed(prefix):
    """A1 counts, variants x samples, with NaN for missing calls."""
    numpy = pytest.importorskip("numpy")
    n = len(Path(f"{prefix}.fam").read_text().splitlines())
    packed = numpy.fromfile(f"{prefix}.bed", dtype=numpy.uint8)[3:].reshape(-1, (n + 3) // 4)
    codes = numpy.stack([packed >> shift & 3 for shift in (0, 2, 4, 6)], axis=2)
    table = numpy.array([2, numpy.nan, 1, 0])
    return table[codes.reshape(len(packed), -1)[:, :n]]


def test_writes_a_cohort_that_calls_itself_simulated(tmp_path):
    run("simulate", "--samples", 50, "--variants", 200, "--out", tmp_path / "c")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"c.vcf.gz", "c.clinical.csv", "c.dictionary.json", "c.pheno.tsv",
                     "c.truth.tsv", "c.truth.json", "c.log", "c.run.json"}
    with gzip.open(tmp_path / "c.vcf.gz", "rt") as file:
        lines = file.read().splitlines()
    assert lines[2] == "##source=gcrisk simulate: simulated data, no real person"
    assert sum(not line.startswith("#") for line in lines) == 200
    assert json.loads((tmp_path / "c.truth.json").read_text())["simulated"] is True
    assert "simulated" in json.loads((tmp_path / "c.run.json").read_text())["notes"]
    assert "simulated" in (tmp_path / "c.dictionary.json").read_text()
    with open(tmp_path / "c.clinical.csv") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["IID", "age", "sex", "bmi", "sbp", "ldl", "hba1c", "smoking", "hdl"]
    assert [row["IID"] for row in rows] == [f"sim{i:05d}" for i in range(1, 51)]


def test_same_seed_gives_the_same_bytes_on_any_number_of_threads(tmp_path):
    options = ["--samples", 1500, "--variants", 3000, "--populations", 2, "--interactions", 3,
               "--gene-clinical", 2, "--families", 10]
    run("simulate", *options, "--threads", 1, "--out", tmp_path / "one")
    run("simulate", *options, "--threads", 2, "--out", tmp_path / "two")
    run("simulate", *options, "--threads", 2, "--seed", 2, "--out", tmp_path / "other")
    for end in ["vcf.gz", "clinical.csv", "dictionary.json", "pheno.tsv", "truth.tsv",
                "truth.json"]:
        one = (tmp_path / f"one.{end}").read_bytes()
        assert one == (tmp_path / f"two.{end}").read_bytes(), end
        if end != "dictionary.json":
            assert one != (tmp_path / f"other.{end}").read_bytes(), end


def test_formats_hold_the_same_genotypes(tmp_path):
    bcftools = shutil.which("bcftools")
    plink2 = shutil.which("plink2")
    if not bcftools or not plink2:
        pytest.skip("bcftools or plink2 is not installed")
    options = ["--samples", 203, "--variants", 500, "--genotype-missing", 0.05, "--causal", 5]
    for form in ["vcf.gz", "vcf", "bcf", "bed"]:
        run("simulate", *options, "--format", form, "--out", tmp_path / form)
    texts = [subprocess.run([bcftools, "view", "-H", tmp_path / f"{form}.{form}"],
                            capture_output=True, check=True).stdout
             for form in ["vcf.gz", "vcf", "bcf"]]
    assert len(texts[0].splitlines()) == 500
    assert texts[0] == texts[1] == texts[2]
    subprocess.run([plink2, "--vcf", tmp_path / "vcf.gz.vcf.gz", "--make-bed", "--out",
                    tmp_path / "p"], check=True, capture_output=True)
    assert (tmp_path / "p.bed").read_bytes() == (tmp_path / "bed.bed").read_bytes()


def test_a_regression_finds_the_effects_of_the_truth_file(tmp_path):
    numpy = pytest.importorskip("numpy")
    run("simulate", "--samples", 6000, "--variants", 300, "--causal", 6, "--maf-min", 0.1,
        "--effects", "equal", "--heritability", 0.3, "--interactions", 2, "--interaction-share",
        0.1, "--gene-clinical", 2, "--gene-clinical-share", 0.1, "--clinical", 5,
        "--clinical-share", 0.2, "--missing-rate", 0, "--genotype-missing", 0,
        "--outcome", "continuous", "--format", "bed", "--out", tmp_path / "c")
    truth = json.loads((tmp_path / "c.truth.json").read_text())
    dosages = read_bed(tmp_path / "c")
    ids = [line.split("\t")[1] for line in (tmp_path / "c.bim").read_text().splitlines()]
    y = numpy.array([float(row["trait"]) for row in read_tsv(tmp_path / "c.pheno.tsv")])

    def scaled(x):
        return (x - x.mean()) / x.std()

    variants = {v["id"]: scaled(dosages[ids.index(v["id"])]) for v in truth["causal_variants"]}
    levels = {"male": 0, "female": 1}
    clinical = {}
    with open(tmp_path / "c.clinical.csv") as file:
        rows = list(csv.DictReader(file))
    for entry in truth["clinical"]:
        name = entry["name"]
        clinical[name] = scaled(numpy.array(
            [float(levels.get(row[name], row[name])) for row in rows]))
    columns = [numpy.ones(len(y))] + list(variants.values()) + list(clinical.values())
    expected = [None] + [v["effect_per_sd"] for v in truth["causal_variants"]]
    expected += [c["effect_per_sd"] for c in truth["clinical"]]
    for pair in truth["interactions"]:
        columns.append(variants[pair["variant"]] * variants[pair["with"]])
        expected.append(pair["effect_per_sd_product"])
    for pair in truth["gene_clinical"]:
        columns.append(variants[pair["variant"]] * clinical[pair["clinical"]])
        expected.append(pair["effect_per_sd_product"])
    x = numpy.stack(columns, axis=1)
    found, residuals, rank, _ = numpy.linalg.lstsq(x, y, rcond=None)
    assert rank == x.shape[1]
    variance = residuals[0] / (len(y) - rank)
    errors = numpy.sqrt(variance * numpy.diag(numpy.linalg.inv(x.T @ x)))
    for i in range(1, len(expected)):
        assert abs(found[i] - expected[i]) < 4 * errors[i], (i, found[i], expected[i], errors[i])
    # 1 - 0.3 - 0.1 - 0.1 - 0.2 = 0.3 is left; SE of a variance 0.3 sqrt(2 / 6000) = 0.0055.
    assert abs(variance - 0.3) < 0.022
    assert abs(truth["liability"]["variances_among_candidates"]["main"] - 0.3) < 1e-9


def test_a_case_control_study_of_a_rare_disease(tmp_path):
    run("simulate", "--samples", 1000, "--variants", 300, "--causal", 20, "--prevalence", 0.02,
        "--case-fraction", 0.5, "--out", tmp_path / "c")
    truth = json.loads((tmp_path / "c.truth.json").read_text())
    cases = [int(row["disease"]) for row in read_tsv(tmp_path / "c.pheno.tsv")]
    assert len(cases) == 1000 and sum(cases) == 500
    outcome = truth["outcome"]
    # Some 31,000 candidates: SE sqrt(.02 * .98 / 31000) = 0.0008; five of them.
    assert truth["candidates"] > 25000
    assert abs(outcome["prevalence_among_candidates"] - 0.02) < 0.004
    # ln(0.5 / 0.5) - ln(0.02 / 0.98) = 3.8918.
    assert abs(outcome["log_odds_offset_of_sampling"] - 3.8918) < 1e-4
    # Taking people by outcome leaves the AUROC of the true risk as it was. SE of an AUROC of 0.85
    # from 500 + 500 people is 0.012 (Hanley and McNeil 1982); four of them.
    assert abs(outcome["realised_auroc_of_true_risk"] - outcome["bayes_auroc"]) < 0.048


def test_prevalence_and_shares_in_a_cohort(tmp_path):
    run("simulate", "--samples", 5000, "--variants", 500, "--prevalence", 0.15, "--out",
        tmp_path / "c")
    cases = [int(row["disease"]) for row in read_tsv(tmp_path / "c.pheno.tsv")]
    assert abs(sum(cases) / 5000 - 0.15) < 5 * math.sqrt(0.15 * 0.85 / 5000)
    rows = read_tsv(tmp_path / "c.truth.tsv")

    def variance(name):
        values = [float(row[name]) for row in rows]
        mean = sum(values) / len(values)
        return sum((value - mean) ** 2 for value in values) / len(values)

    assert abs(variance("MAIN") - 0.3) < 1e-6  # defaults: 0.3 and 0.2
    assert abs(variance("CLINICAL") - 0.2) < 1e-6
    # The residual of variance 0.5 is drawn: SE 0.5 sqrt(2 / 5000) = 0.01, and covariances.
    assert abs(variance("LIABILITY") - 1) < 0.08
    # The mean true risk is the prevalence by choice of the threshold.
    assert abs(sum(float(row["RISK"]) for row in rows) / 5000 - 0.15) < 1e-5


def test_missing_values_have_the_stated_rate(tmp_path):
    run("simulate", "--samples", 4000, "--variants", 100, "--causal", 10, "--clinical", 10,
        "--missing-rate", 0.1, "--missing-mechanism", "mnar", "--genotype-missing", 0.02,
        "--format", "bed", "--out", tmp_path / "c")
    with open(tmp_path / "c.clinical.csv") as file:
        rows = list(csv.DictReader(file))
    assert all(row["age"] and row["sex"] for row in rows)
    for name in ["bmi", "ldl", "smoking", "triglycerides"]:
        share = sum(row[name] == "" for row in rows) / 4000
        assert abs(share - 0.1) < 5 * math.sqrt(0.1 * 0.9 / 4000), name
    numpy = pytest.importorskip("numpy")
    missing = numpy.isnan(read_bed(tmp_path / "c")).mean()
    assert abs(missing - 0.02) < 5 * math.sqrt(0.02 * 0.98 / 400000)


def test_survival_follows_proportional_hazards(tmp_path):
    numpy = pytest.importorskip("numpy")
    regression = pytest.importorskip("statsmodels.duration.hazard_regression")
    run("simulate", "--samples", 4000, "--variants", 300, "--outcome", "survival",
        "--prevalence", 0.3, "--dropout", 0.2, "--out", tmp_path / "c")
    truth = json.loads((tmp_path / "c.truth.json").read_text())["outcome"]
    rows = read_tsv(tmp_path / "c.pheno.tsv")
    times = [float(row["time_years"]) for row in rows]
    events = [int(row["event"]) for row in rows]
    score = [float(row["LIABILITY"]) for row in read_tsv(tmp_path / "c.truth.tsv")]
    fit = regression.PHReg(numpy.array(times), numpy.array(score), status=numpy.array(events)).fit()
    expected = truth["log_hazard_ratio_per_unit_of_liability"]
    assert abs(fit.params[0] - expected) < 4 * fit.bse[0]
    assert max(times) <= 10
    # Dropout of a fifth loses at most a fifth of the events.
    assert 0.22 < sum(events) / 4000 < 0.32


def test_families_and_populations_are_stated(tmp_path):
    run("simulate", "--samples", 100, "--variants", 100, "--populations", 3, "--families", 5,
        "--format", "bed", "--out", tmp_path / "c")
    fam = [line.split("\t") for line in (tmp_path / "c.fam").read_text().splitlines()]
    assert fam[2][:4] == ["FAM1", "sim00003", "sim00001", "sim00002"]
    assert [row[4] for row in fam[:2]] == ["1", "2"]
    rows = read_tsv(tmp_path / "c.truth.tsv")
    assert {row["POPULATION"] for row in rows} == {"POP1", "POP2", "POP3"}
    assert len({row["POPULATION"] for row in rows[4:8]}) == 1
    assert [row["FAMILY"] for row in rows[18:21]] == ["FAM5", "FAM5", "0"]


def test_classes_are_words(tmp_path):
    run("simulate", "--samples", 300, "--variants", 100, "--outcome", "multiclass", "--prevalence",
        0.5, "--out", tmp_path / "c")
    assert {row["severity"] for row in read_tsv(tmp_path / "c.pheno.tsv")} == {
        "grade0", "grade1", "grade2"}


def test_a_dry_run_writes_nothing(tmp_path):
    said = run("simulate", "--samples", 20000, "--variants", 50000, "--dry-run", "--out",
               tmp_path / "c")
    assert "would write 20,000 samples × 50,000 variants" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words, message", [
    (["--heritability", "0.8", "--clinical-share", "0.3"],
     "--heritability 0.8, --interaction-share 0, --gene-clinical-share 0 and --clinical-share 0.3 "
     "add up to 1.1, expected less than 1: what is left is chance\n  hint: lower one of them"),
    (["--variants", "50", "--causal", "60"],
     "--causal 60: there are only 50 variants\n  hint: fewer --causal, or more --variants"),
    (["--families", "300"], "--families 300: families of 4 need 1,200 samples, --samples is 1,000"),
    (["--outcome", "survival", "--case-fraction", "0.5"],
     "--case-fraction needs --outcome binary, found --outcome survival"),
    (["--families", "5", "--case-fraction", "0.5"],
     "--case-fraction and --families exclude each other\n"
     "  hint: sampling by outcome would tear families apart"),
    (["--interaction-share", "0.2"],
     "--interaction-share 0.2 needs --interactions of at least 1"),
    (["--interactions", "3", "--causal", "1"], "--interactions 3 needs --causal of at least 2"),
    (["--gene-clinical", "3", "--clinical", "0"],
     "--gene-clinical 3 needs --causal and --clinical of at least 1"),
    (["--chromosomes", "20,X"],
     "--chromosomes X: expected autosomes, such as 1-22 or 20,21"),
    (["--chromosomes", "1-3,2"], "--chromosomes: 2 is named twice, expected it once"),
    (["--maf-min", "0.2", "--maf-max", "0.1"], "--maf-min 0.2: expected less than --maf-max 0.1"),
    (["--prevalence", "1"], "--prevalence 1: expected a number in (0, 1)"),
])
def test_a_wrong_request_is_refused_in_one_sentence(tmp_path, words, message):
    said = run("simulate", *words, "--out", tmp_path / "c", status=2)
    assert f"error: {message}" in said
    assert list(tmp_path.iterdir()) == []


def test_too_many_candidates_for_the_memory(tmp_path):
    said = run("simulate", "--samples", 20000, "--prevalence", 0.0001, "--case-fraction", 0.5,
               "--variants", 100000, "--causal", 1000, "--memory", "1G", "--out", tmp_path / "c",
               status=137)
    assert "candidates with 1,000 causal variants need" in said
    assert "the limit is 1 GiB" in said
    assert list(tmp_path.iterdir()) == []
