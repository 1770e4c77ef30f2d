# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""explain: contributions are those of the coefficients, and add up to the score."""
import collections

import pytest
from chain import rows, run


@pytest.fixture(scope="module", name="folder")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    run(folder, "simulate", "--samples", 300, "--variants", 120, "--causal", 10, "--heritability",
        0.5, "--genotype-missing", 0, "--format", "bed", "--prevalence", 0.3, "--out", "cohort")
    run(folder, "ingest", "ehr", "--table", "cohort.clinical.csv", "--out", "people")
    run(folder, "preprocess", "--bfile", "cohort", "--clinical", "people.clinical.tsv", "--pheno",
        "cohort.pheno.tsv", "--pheno-name", "disease", "--out", "study/")
    run(folder, "train", "lr", "--study", "study/", "--lambda", 0.03, "--out", "model/")
    run(folder, "predict", "--model", "model/", "--study", "study/", "--out", "all")
    run(folder, "explain", "--model", "model/", "--study", "study/", "--set", "all", "--top", 1000,
        "--out", "why")
    return folder


def test_contributions_and_baseline_are_the_score(folder):
    sums = collections.defaultdict(float)
    for row in rows(folder / "why.people.tsv"):
        if row["FEATURE"] != "(all others)":
            sums[row["#IID"]] += float(row["CONTRIBUTION"])
        baseline = float(row["BASELINE"])
    scores = {row["#IID"]: float(row["SCORE"]) for row in rows(folder / "all.predictions.tsv")}
    assert len(scores) == 300
    for person, score in scores.items():
        # Each printed number has six digits.
        assert baseline + sums[person] == pytest.approx(score, abs=2e-5)


def test_a_variant_contributes_its_coefficient_times_the_distance_from_the_mean(folder):
    """Copies of A1 counted from the .bed; mean over the training set."""
    beta_of = {row["#FEATURE"]: float(row["BETA"])
               for row in rows(folder / "model/coefficients.tsv")}
    overall = rows(folder / "why.overall.tsv")
    variant = next(row["FEATURE"] for row in overall if row["KIND"] == "variant")
    bim = [line.split() for line in (folder / "cohort.bim").read_text().splitlines()]
    column = next(i for i, row in enumerate(bim) if row[1] == variant)
    ids = [line.split()[1] for line in (folder / "cohort.fam").read_text().splitlines()]
    bed = (folder / "cohort.bed").read_bytes()
    size = (len(ids) + 3) // 4
    row = bed[3 + column * size:3 + (column + 1) * size]
    count = {person: {0: 2, 2: 1, 3: 0}[row[i // 4] >> 2 * (i % 4) & 3] for i, person in enumerate(ids)}
    train = [row["#IID"] for row in rows(folder / "study/split.tsv") if row["SET"] == "train"]
    mean = sum(count[person] for person in train) / len(train)
    beta = beta_of[variant]
    found = {row["#IID"]: float(row["CONTRIBUTION"]) for row in rows(folder / "why.people.tsv")
             if row["FEATURE"] == variant}
    assert len(found) == 300
    for person, value in found.items():
        assert value == pytest.approx(beta * (count[person] - mean), rel=1e-4, abs=1e-7)
    mean_absolute = sum(abs(beta * (count[p] - mean)) for p in ids) / len(ids)
    listed = next(row for row in overall if row["FEATURE"] == variant)
    assert float(listed["MEAN_ABS"]) == pytest.approx(mean_absolute, rel=1e-4)


def test_groups_add_up_what_they_hold(folder):
    single = collections.defaultdict(float)
    for row in rows(folder / "why.people.tsv"):
        single[row["#IID"], row["FEATURE"]] = float(row["CONTRIBUTION"])
    bim = [line.split() for line in (folder / "cohort.bim").read_text().splitlines()]
    chrom = bim[0][0]
    inside = [row[1] for row in bim if row[0] == chrom][:60]
    last = int(next(row[3] for row in bim if row[1] == inside[-1]))
    (folder / "genes.bed").write_text(f"#chrom\nchr{chrom}\t0\t{last}\tGENE1\n")
    run(folder, "explain", "--model", "model/", "--study", "study/", "--set", "all", "--group",
        "gene:genes.bed", "--top", 1000, "--out", "gene")
    listed = next(row for row in rows(folder / "gene.overall.tsv") if row["FEATURE"] == "GENE1")
    assert listed["KIND"] == "gene" and int(listed["N_FEATURES"]) == len(inside)
    for row in rows(folder / "gene.people.tsv"):
        if row["FEATURE"] == "GENE1":
            expected = sum(single[row["#IID"], variant] for variant in inside)
            assert float(row["CONTRIBUTION"]) == pytest.approx(expected, abs=2e-5)


def test_blocks_hold_every_variant_once(folder):
    run(folder, "explain", "--model", "model/", "--study", "study/", "--group", "ld", "--ld-r2",
        0.1, "--out", "ld")
    table = rows(folder / "ld.overall.tsv")
    variants = sum(int(row["N_FEATURES"]) for row in table if row["KIND"] in ("variant", "block"))
    assert variants == len((folder / "model/variants.tsv").read_text().splitlines()) - 1
    assert any(row["KIND"] == "block" for row in table)
    run(folder, "explain", "--model", "model/", "--study", "study/", "--group", "ld", "--ld-r2", 1,
        "--ld-kb", 0, "--out", "alone")
    assert not any(row["KIND"] == "block" for row in rows(folder / "alone.overall.tsv"))


def test_named_people_have_a_figure_each(folder):
    ids = [row["#IID"] for row in rows(folder / "study/samples.tsv")][:2]
    run(folder, "explain", "--model", "model/", "--study", "study/", "--samples", ",".join(ids),
        "--top", 3, "--out", "two")
    table = rows(folder / "two.people.tsv")
    assert {row["#IID"] for row in table} == set(ids)
    assert all(sum(row["#IID"] == person for row in table) == 4 for person in ids)
    page = (folder / "two.html").read_text()
    assert page.count("<svg class=\"chart\"") == 3 and all(person in page for person in ids)


@pytest.mark.parametrize("options, code, finding", [
    (["--samples", "nobody"], 5, "--samples: 'nobody' is not in the study"),
    (["--group", "genes"], 2, "--group genes: expected none, ld or gene:FILE"),
    (["--group", "gene:broken.bed"], 4, "broken.bed:1: expected chromosome, start, end and a gene's"),
])
def test_what_cannot_be_explained_is_said(folder, options, code, finding):
    (folder / "broken.bed").write_text("1\t5\tten\tGENE\n")
    told = run(folder, "explain", "--model", "model/", "--study", "study/", *options, "--out", "no",
               code=code)
    assert finding in told
