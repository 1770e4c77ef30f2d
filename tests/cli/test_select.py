# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk select` as a user meets it: outcomes of every kind, and what it says when it cannot."""
import os
import random
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
PEOPLE, VARIANTS = 60, 30


def select(folder, *options):
    return subprocess.run([GCRISK, "select", *map(str, options), "--out", folder / "out"],
                          cwd=folder, capture_output=True, text=True, check=False)


def rows(path):
    header, *lines = path.read_text().splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"))) for line in lines]


@pytest.fixture
def cohort(tmp_path):
    draw = random.Random(4)
    calls = [[draw.choice([0, 1, 2, 2, 3, 3]) for _ in range(PEOPLE)] for _ in range(VARIANTS)]
    packed = bytearray([0x6C, 0x1B, 0x01])
    for variant in calls:
        for i in range(0, PEOPLE, 4):
            packed.append(sum(code << 2 * k for k, code in enumerate(variant[i:i + 4])))
    (tmp_path / "g.bed").write_bytes(bytes(packed))
    (tmp_path / "g.bim").write_text("".join(f"1\tv{j}\t0\t{j + 1}\tA\tG\n" for j in range(VARIANTS)))
    (tmp_path / "g.fam").write_text("".join(f"0 p{i} 0 0 0 {i % 2 + 1}\n" for i in range(PEOPLE)))
    lines = ["#IID\tcase\tkind\tamount\tage\tsame"]
    for i in range(PEOPLE):
        lines.append(f"p{i}\t{i % 2}\t{('red', 'green', 'blue')[i % 3]}\t{i * 1.5 + 0.25}\t"
                     f"{draw.randint(20, 80)}.5\t1")
    (tmp_path / "t.tsv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_last_column_of_the_fam_is_the_outcome_without_a_table(cohort):
    assert select(cohort, "--bfile", "g").returncode == 0
    by_fam = (cohort / "out.scan.tsv").read_bytes()
    done = select(cohort, "--bfile", "g", "--pheno", "t.tsv", "--pheno-name", "case", "--force")
    assert done.returncode == 0, done.stderr
    assert (cohort / "out.scan.tsv").read_bytes() == by_fam
    assert "<svg" in (cohort / "out.html").read_text()


def test_an_outcome_of_three_classes_has_tables_of_three_rows(cohort):
    done = select(cohort, "--bfile", "g", "--pheno", "t.tsv", "--pheno-name", "kind", "--method",
                  "chi2-genotypic")
    assert done.returncode == 0, done.stderr
    first = rows(cohort / "out.scan.tsv")[0]
    assert {"A1_FREQ_blue", "A1_FREQ_green", "A1_FREQ_red"} < set(first)
    assert "OR" not in first and "CHI2_SCORE" not in first


def test_an_amount_has_the_linear_test_alone(cohort):
    done = select(cohort, "--bfile", "g", "--pheno", "t.tsv", "--pheno-name", "amount", "--method",
                  "all")
    assert done.returncode == 0, done.stderr
    assert "CHI2_ALLELIC" not in rows(cohort / "out.scan.tsv")[0]
    assert len(rows(cohort / "out.selected.tsv")) == VARIANTS


def test_top_and_p_hold_together(cohort):
    select(cohort, "--bfile", "g", "--p", 0.5, "--top", 3)
    chosen = rows(cohort / "out.selected.tsv")
    p = [float(row["P_ALLELIC"]) for row in chosen]
    assert len(p) == 3 and p == sorted(p)
    everything = sorted(float(row["P_ALLELIC"]) for row in rows(cohort / "out.scan.tsv"))
    assert p == everything[:3]


def test_permutations_agree_with_the_tail_and_the_maximum_is_larger(cohort):
    done = select(cohort, "--bfile", "g", "--method", "trend", "--permutations", 999)
    assert done.returncode == 0, done.stderr
    for row in rows(cohort / "out.selected.tsv"):
        # 999 draws: standard error below 0.016; the table is small, so the tail is rough.
        assert abs(float(row["P_PERM"]) - float(row["P_TREND"])) < 0.12
        assert float(row["P_MAXT"]) >= float(row["P_PERM"])


@pytest.mark.parametrize("options, status, words", [
    (["--pheno", "t.tsv"], 2, "one of --study and --bfile is missing"),
    (["--bfile", "g", "--study", "s/"], 2, "--study and --bfile exclude each other"),
    (["--study", "s/", "--covar", "t.tsv"], 2, "--covar belongs to --bfile"),
    (["--bfile", "g", "--covar-name", "age"], 2, "--covar-name without --covar"),
    (["--bfile", "g", "--pheno", "t.tsv"], 2, "--pheno-name is missing"),
    (["--bfile", "g", "--clump", "2,250"], 2, "expected a squared correlation in [0, 1]"),
    (["--bfile", "g", "--method", "score", "--permutations", "9"], 2, "--permutations with --method"),
    (["--bfile", "g", "--pheno", "t.tsv", "--pheno-name", "amount"], 5,
     "it needs an outcome with classes, 'amount' is continuous"),
    (["--bfile", "g", "--pheno", "t.tsv", "--pheno-name", "kind", "--method", "score"], 5,
     "it needs a binary or continuous outcome, 'kind' is multiclass"),
    (["--bfile", "g", "--pheno", "t.tsv", "--pheno-name", "kind", "--refit", "3"], 5,
     "--refit needs a binary or continuous outcome"),
    (["--bfile", "g", "--pheno", "t.tsv", "--pheno-name", "same"], 6, "one class only"),
    (["--bfile", "g", "--covar", "t.tsv", "--covar-name", "agee"], 5, "agee"),
])
def test_what_cannot_be_done_is_said(cohort, options, status, words):
    done = select(cohort, *options)
    assert words in done.stderr, done.stderr
    assert done.returncode == status
    assert not list(cohort.glob("out*"))


def test_people_of_another_file_are_refused(cohort):
    (cohort / "other.tsv").write_text("#IID\tcase\nq1\t0\nq2\t1\n")
    done = select(cohort, "--bfile", "g", "--pheno", "other.tsv", "--pheno-name", "case")
    assert done.returncode == 5
    assert "--pheno: no sample is in both files: the .fam begins with ID 'p0'" in done.stderr


def test_a_covariate_that_separates_the_classes_is_refused(cohort):
    (cohort / "c.tsv").write_text("#IID\tx\n" + "".join(f"p{i}\t{i % 2 + 0.5}\n"
                                                       for i in range(PEOPLE)))
    done = select(cohort, "--bfile", "g", "--covar", "c.tsv", "--method", "score")
    assert done.returncode == 8
    assert "separate cases from controls" in done.stderr
    assert not list(cohort.glob("out*"))


def test_a_dry_run_writes_nothing(cohort):
    done = select(cohort, "--bfile", "g", "--dry-run")
    assert done.returncode == 0
    assert "30 variants" in done.stderr
    assert not list(cohort.glob("out*"))


def test_constant_variants_alone_leave_nothing_to_test(cohort):
    (cohort / "g.bed").write_bytes(bytes([0x6C, 0x1B, 0x01]) + b"\xff" * (PEOPLE // 4 * VARIANTS))
    done = select(cohort, "--bfile", "g")
    assert done.returncode == 6
    assert "no variant could be tested: all 30 are constant" in done.stderr
    assert not list(cohort.glob("out*"))
