# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""preprocess as a user runs it: what a study holds, what is refused and how."""
import json
import os
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
N = 60


def run(*arguments, code=0):
    done = subprocess.run([GCRISK, "preprocess", *map(str, arguments)], capture_output=True,
                          text=True, check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    return done.stderr


def error_of(*arguments, code):
    lines = [line for line in run(*arguments, code=code).splitlines() if ": threads " not in line]
    at = next(i for i, line in enumerate(lines) if ": error: " in line)
    return "\n".join(lines[at:])


@pytest.fixture
def cohort(tmp_path):
    """60 people, 12 variants, five clinical columns, some of them with gaps."""
    codes = [[(7 * i + 3 * j + i * j) % 11 % 4 for i in range(N)] for j in range(12)]
    bed = bytearray(b"\x6c\x1b\x01")
    for row in codes:
        bed += bytes(sum(row[4 * b + k] << 2 * k for k in range(4)) for b in range(N // 4))
    (tmp_path / "c.bed").write_bytes(bed)
    (tmp_path / "c.bim").write_text("".join(
        f"{1 + j // 6}\trs{j}\t0\t{1000 * (j + 1)}\tA\tG\n" for j in range(12)))
    (tmp_path / "c.fam").write_text("".join(f"f{i}\tp{i}\t0\t0\t{1 + i % 2}\t-9\n"
                                            for i in range(N)))
    rows = ["#IID\tage\tsmoking\tbmi\tward\tdisease"]
    for i in range(N):
        bmi = "NA" if i % 7 == 0 else f"{20 + i % 13}.5"
        rows.append(f"p{i}\t{40 + i % 29}\t{['never', 'former', 'current'][i % 3]}\t{bmi}\t"
                    f"w{i // 5}\t{'case' if i % 4 == 0 else 'control'}")
    (tmp_path / "c.clinical.tsv").write_text("\n".join(rows) + "\n")
    return tmp_path


def options(cohort, *more):
    return ["--bfile", cohort / "c", "--clinical", cohort / "c.clinical.tsv", "--pheno-name",
            "disease", "--out", cohort / "study", *more]


def read(study, name):
    return json.loads((study / name).read_text())


def rows_of(path):
    return [line.split("\t") for line in path.read_text().splitlines()]


def test_a_study_says_who_and_how(cohort):
    text = run(*options(cohort))
    study = cohort / "study"
    assert "outcome disease: binary" in text and "study: 60 people, 12 variants" in text
    assert {p.name for p in study.iterdir()} == {
        "study.json", "samples.tsv", "split.tsv", "variants.tsv", "recipe.json",
        "recipe.safetensors", "qc.json", "run.json", "run.log"}
    sets = [row[1] for row in rows_of(study / "split.tsv")[1:]]
    assert [sets.count(s) for s in ("train", "validation", "test")] == [42, 9, 9]
    json_ = read(study, "study.json")
    assert json_["inputs"]["bed"]["path"] == "../c.bed"
    assert json_["not_features"] == ["disease"]
    assert [s["step"] for s in read(study, "recipe.json")["steps"]] == [
        "select-columns", "impute-mean", "encode-onehot", "scale-zscore"]
    cases = [row[5] for row in rows_of(study / "samples.tsv")[1:]]
    assert cases.count("1") == 15


def test_every_choice_of_a_table_works(cohort):
    for impute in ("mean", "median", "mode", "knn", "regression", "pmm", "none"):
        for scale, encode in (("zscore", "onehot"), ("minmax", "ordinal"), ("robust", "onehot"),
                              ("none", "ordinal")):
            run(*options(cohort, "--impute", impute, "--scale", scale, "--encode", encode,
                         "--missing-indicators", "--force"))
    assert "bmi:missing" in (cohort / "study/recipe.json").read_text()


def test_threads_do_not_matter(cohort):
    more = ["--no-provenance", "--impute", "pmm", "--pca", "2", "--pca-method", "randomised",
            "--indep-pairwise", "5", "1", "0.9", "--king-cutoff", "0.1", "--group-by", "kinship"]
    bytes_of = []
    for threads in (1, 2):
        run(*options(cohort, *more, "--threads", threads, "--force"))
        bytes_of.append({p.name: p.read_bytes() for p in (cohort / "study").iterdir()
                         if p.name not in ("run.json", "run.log")})
    assert bytes_of[0] == bytes_of[1]
    assert len(bytes_of[0]) >= 7


def test_groups_stay_together(cohort):
    run(*options(cohort, "--group-by", "ward"))
    sets = dict(row[:2] for row in rows_of(cohort / "study/split.tsv")[1:])
    for ward in range(12):
        assert len({sets[f"p{i}"] for i in range(5 * ward, 5 * ward + 5)}) == 1
    assert "ward" in read(cohort / "study", "study.json")["not_features"]
    assert len(set(sets.values())) == 3


def test_nothing_is_learned_outside_the_training_set(cohort):
    """Other values in every validation and test row leave all that was fitted as it was."""
    split = cohort / "split.tsv"
    split.write_text("#IID\tSET\n" + "".join(
        f"p{i}\t{'train' if i < 40 else 'validation' if i < 50 else 'test'}\n" for i in range(N)))
    more = ["--split-file", split, "--maf", "0.05", "--hwe", "1e-6", "--geno", "0.4", "--pca", "2",
            "--indep-pairwise", "5", "1", "0.9", "--missing-indicators", "--impute", "regression"]
    run(*options(cohort, *more))
    fitted = [(cohort / "study" / f).read_bytes() for f in ("recipe.json", "recipe.safetensors")]
    bed = bytearray((cohort / "c.bed").read_bytes())
    for j in range(12):
        for b in range(10, 15):
            bed[3 + 15 * j + b] ^= 0xff
    (cohort / "c.bed").write_bytes(bed)
    rows = rows_of(cohort / "c.clinical.tsv")
    for row in rows[41:]:
        row[1], row[2], row[3] = str(90 - int(row[1])), "former", "NA" if row[3] != "NA" else "31.5"
    (cohort / "c.clinical.tsv").write_text("\n".join("\t".join(row) for row in rows) + "\n")
    run(*options(cohort, *more, "--force"))
    assert fitted == [(cohort / "study" / f).read_bytes()
                      for f in ("recipe.json", "recipe.safetensors")]


def test_lists_choose_people_and_variants(cohort):
    (cohort / "keep").write_text("".join(f"f{i} p{i}\n" for i in range(50)))
    (cohort / "remove").write_text("#IID\np3\np4\n")
    (cohort / "extract").write_text("".join(f"rs{j}\n" for j in range(8)))
    (cohort / "exclude").write_text("rs2\n")
    run(*options(cohort, "--keep", cohort / "keep", "--remove", cohort / "remove", "--extract",
                 cohort / "extract", "--exclude", cohort / "exclude", "--chr", "1"))
    study = cohort / "study"
    assert [row[2] for row in rows_of(study / "variants.tsv")[1:]] == ["rs0", "rs1", "rs3", "rs4",
                                                                       "rs5"]
    assert len(rows_of(study / "samples.tsv")) == 49
    left_out = read(study, "qc.json")["people"]["left_out"]
    assert left_out == [{"reason": "not in --keep", "count": 10},
                        {"reason": "in --remove", "count": 2}]


def test_a_dry_run_writes_nothing(cohort):
    text = run(*options(cohort, "--dry-run"))
    assert "study: 60 people" in text
    assert not (cohort / "study").exists()


def test_molecular_values_are_normalised_and_scaled(cohort):
    rows = ["#IID\tg1\tg2\tg3"] + [f"p{i}\t{i}\t{3 * i % 17}\t{i % 5 + 1}" for i in range(N)]
    (cohort / "m.tsv").write_text("\n".join(rows) + "\n")
    (cohort / "lengths").write_text("gene\tlength\ng1\t1000\ng2\t2000\ng3\t500\nother\t7\n")
    common = ["--molecular", cohort / "m.tsv", "--pheno", cohort / "c.clinical.tsv",
              "--pheno-name", "disease", "--out", cohort / "study", "--force"]
    for method in ("none", "log2", "tpm", "rpkm", "quantile"):
        lengths = ["--gene-lengths", cohort / "lengths"] if method in ("tpm", "rpkm") else []
        run(*common, "--molecular-normalise", method, *lengths)
    assert "--gene-lengths FILE" in error_of(*common, "--molecular-normalise", "tpm", code=2)
    (cohort / "lengths").write_text("g1\t1000\n")
    assert "has the lengths of 1 of the 3 molecular columns" in error_of(
        *common, "--molecular-normalise", "tpm", "--gene-lengths", cohort / "lengths", code=5)


@pytest.mark.parametrize("more, code, text", [
    (["--split", "50/20/20"], 2, "--split"),
    (["--maf", "0.6"], 2, "--maf 0.6: expected a number in [0, 0.5]"),
    (["--hwe", "p"], 2, "--hwe p: expected a p-value in [0, 1), and then midp or nothing"),
    (["--indep-pairwise", "50", "5"], 2, "--indep-pairwise 50 5: the r2 is a number in [0, 1)"),
    (["--chr", "X-3"], 2, "--chr X-3: expected a name, or a range such as 1-22"),
    (["--chr", "7"], 6, "no variant left: of 12 in"),
    (["--pca", "100"], 6, "--pca 100: 42 training samples and"),
    (["--impute", "means"], 2, "--impute means: expected one of: mean, median"),
    (["--group-by", "wards"], 5, "no column is called 'wards'"),
])
def test_what_cannot_be_is_refused(cohort, more, code, text):
    assert text in error_of(*options(cohort, *more), code=code)
    assert not (cohort / "study" / "run.json").exists()


def test_inputs_that_do_not_meet_are_refused(cohort):
    table = cohort / "c.clinical.tsv"
    table.write_text(table.read_text().replace("\np", "\nP"))
    text = error_of(*options(cohort), code=5)
    assert "p0" in text and "P0" in text and "case" in text


def test_filters_without_their_input_are_refused(cohort):
    common = ["--clinical", cohort / "c.clinical.tsv", "--pheno-name", "disease", "--out",
              cohort / "study"]
    assert "--mind counts missing calls, but there are no genotypes" in error_of(
        *common, "--mind", "0.1", code=2)
    assert "kinship is computed from genotypes, but there are none" in error_of(
        *common, "--king-cutoff", "0.1", code=2)
    assert "--pca needs genotypes" in error_of(*common, "--pca", "3", code=2)
    assert "--molecular-normalise needs molecular values" in error_of(
        *common, "--molecular-normalise", "log2", code=2)
    assert "nothing to learn from" in error_of("--out", cohort / "study", code=2)
