# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""train lr and predict as a user runs them, on a simulated cohort."""
import json
import os
import pathlib
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]


def run(*arguments, code=0, cwd=None):
    done = subprocess.run([GCRISK, *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
                          check=False)
    assert done.returncode == code, done.stderr
    return done.stderr


def rows_of(path):
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")
    run("simulate", "--samples", 300, "--variants", 200, "--causal", 10, "--heritability", "0.5",
        "--format", "bed", "--out", "c", cwd=folder)
    run("ingest", "ehr", "--table", "c.clinical.csv", "--out", "e", cwd=folder)
    run("preprocess", "--bfile", "c", "--clinical", "e.clinical.tsv", "--pheno", "c.pheno.tsv",
        "--pheno-name", "disease", "--out", "study", cwd=folder)
    run("train", "lr", "--study", "study", "--lambda", "0.02", "--out", "model", cwd=folder)
    return folder


def test_model_folder_can_be_read_by_people(home):
    model = json.loads((home / "model/model.json").read_text())
    assert model["model"] == "lr" and model["summary"]["regression"] == "logistic"
    assert model["n_variants"] == len(rows_of(home / "model/variants.tsv"))
    table = rows_of(home / "model/coefficients.tsv")
    assert table[0]["#FEATURE"] == "(intercept)"
    assert len(table) - 1 == model["summary"]["nonzero_features"]
    assert (home / "model/run.json").exists() or (home / "model/.run.json").exists()


def test_people_of_a_study_and_of_its_files_get_the_same_prediction(home):
    run("predict", "--model", "model", "--study", "study", "--out", "a", "--force", cwd=home)
    run("predict", "--model", "model/", "--bfile", "c", "--clinical", "e.clinical.tsv", "--out", "b",
        "--force", cwd=home)
    a = {row["#IID"]: row for row in rows_of(home / "a.predictions.tsv")}
    b = {row["#IID"]: row for row in rows_of(home / "b.predictions.tsv")}
    assert a.keys() == b.keys()
    assert all(a[i]["SCORE"] == b[i]["SCORE"] and a[i]["RISK"] == b[i]["RISK"] for i in a)
    assert {row["SET"] for row in a.values()} == {"train", "validation", "test"}
    assert {row["SET"] for row in b.values()} == {"NA"}
    assert {row["OUTCOME"] for row in b.values()} == {"NA"}


def test_a_set_can_be_chosen(home):
    run("predict", "--model", "model", "--study", "study", "--set", "test", "--out", "t", "--force",
        cwd=home)
    rows = rows_of(home / "t.predictions.tsv")
    assert 30 <= len(rows) <= 60 and {row["SET"] for row in rows} == {"test"}
    # The disease is there to be predicted: cases get higher scores.
    case = [float(r["SCORE"]) for r in rows if r["OUTCOME"] == "1"]
    control = [float(r["SCORE"]) for r in rows if r["OUTCOME"] == "0"]
    wins = sum((x > y) + 0.5 * (x == y) for x in case for y in control)
    assert wins / (len(case) * len(control)) > 0.6


def swap_alleles(folder, name, rows_swapped, rows_left_out):
    """The same genotypes, A1 and A2 exchanged in some variants, others gone."""
    bim = (folder / "c.bim").read_text().splitlines()
    bed = (folder / "c.bed").read_bytes()
    size = (len(bed) - 3) // len(bim)
    turned = bytes(sum({0: 3, 1: 1, 2: 2, 3: 0}[byte >> s & 3] << s for s in (0, 2, 4, 6))
                   for byte in range(256))
    out_bim, out_bed = [], bytearray(b"\x6c\x1b\x01")
    for j, line in enumerate(bim):
        if j in rows_left_out:
            continue
        row = bed[3 + j * size:3 + (j + 1) * size]
        cells = line.split("\t")
        if j in rows_swapped:
            cells[4], cells[5] = cells[5], cells[4]
            row = row.translate(turned)
        out_bim.append("\t".join(cells))
        out_bed += row
    (folder / f"{name}.bim").write_text("\n".join(out_bim) + "\n")
    (folder / f"{name}.bed").write_bytes(out_bed)
    (folder / f"{name}.fam").write_bytes((folder / "c.fam").read_bytes())


def test_swapped_alleles_are_flipped_and_reported(home):
    swap_alleles(home, "swapped", set(range(0, 200, 3)), set())
    run("predict", "--model", "model", "--bfile", "swapped", "--clinical", "e.clinical.tsv", "--out",
        "s", "--force", cwd=home)
    run("predict", "--model", "model", "--bfile", "c", "--clinical", "e.clinical.tsv", "--out", "b",
        "--force", cwd=home)
    assert (home / "s.predictions.tsv").read_text() == (home / "b.predictions.tsv").read_text()
    found = [row["FOUND"] for row in rows_of(home / "s.matching.tsv")]
    assert found == ["swapped"] * len(found) and len(found) >= 60
    assert rows_of(home / "b.matching.tsv") == []


def test_variants_not_found_are_reported_and_too_few_refused(home):
    swap_alleles(home, "fewer", set(), set(range(0, 200, 10)))
    text = run("predict", "--model", "model", "--bfile", "fewer", "--clinical", "e.clinical.tsv",
               "--out", "f", "--force", cwd=home)
    assert "variants are in the genotypes; the others count as missing" in text
    assert {row["FOUND"] for row in rows_of(home / "f.matching.tsv")} == {"absent"}
    swap_alleles(home, "few", set(), set(range(0, 200, 2)))
    text = run("predict", "--model", "model", "--bfile", "few", "--clinical", "e.clinical.tsv",
               "--out", "f2", code=5, cwd=home)
    assert "expected a share of at least 0.75 (--min-variant-overlap)" in text
    assert not (home / "f2.predictions.tsv").exists()


def test_inputs_that_lack_something_are_refused(home):
    header, *rows = [line.split("\t") for line in (home / "e.clinical.tsv").read_text().splitlines()]
    (home / "short.tsv").write_text("\n".join("\t".join(row[:-1]) for row in [header, *rows]) + "\n")
    text = run("predict", "--model", "model", "--bfile", "c", "--clinical", "short.tsv", "--out", "x",
               code=5, cwd=home)
    assert f"of the model's training data are absent: {header[-1]}" in text
    text = run("predict", "--model", "model", "--bfile", "c", "--out", "x", code=5, cwd=home)
    assert "trained with clinical columns, --clinical (or --fhir, --events) is missing" in text
    text = run("predict", "--model", "model", "--clinical", "e.clinical.tsv", "--out", "x", code=5,
               cwd=home)
    assert "variants, --bfile or --vcf is missing" in text
    text = run("predict", "--model", "model", "--out", "x", code=2, cwd=home)
    assert "people are missing: expected --study" in text
    text = run("predict", "--model", "study", "--study", "study", "--out", "x", code=3, cwd=home)
    assert "model.json: cannot be opened" in text
    run("predict", "--model", "model", "--study", "study", "--bfile", "c", "--out", "x", code=2,
        cwd=home)


def test_chosen_variants_and_inputs_alone(home):
    variants = rows_of(home / "model/variants.tsv")
    (home / "list.tsv").write_text("#CHROM\tPOS\tID\tREF\tALT\n" + "".join(
        f"{v['#CHROM']}\t{v['POS']}\t{v['ID']}\t{v['A2']}\t{v['A1']}\n" for v in variants[:20]))
    run("train", "lr", "--study", "study", "--variants", "list.tsv", "--top", 12, "--inputs",
        "genotypes", "--lambda", "0", "--out", "m12", "--force", cwd=home)
    model = json.loads((home / "m12/model.json").read_text())
    assert model["n_variants"] == 12 and model["clinical"] == []
    run("predict", "--model", "m12", "--bfile", "c", "--out", "p12", "--force", cwd=home)
    run("train", "lr", "--study", "study", "--inputs", "clinical", "--lambda", "0", "--out", "mc",
        "--force", cwd=home)
    run("predict", "--model", "mc", "--clinical", "e.clinical.tsv", "--out", "pc", "--force", cwd=home)
    assert len(rows_of(home / "pc.predictions.tsv")) == 300


def test_options_that_make_no_sense_are_refused(home):
    text = run("train", "lr", "--study", "study", "--top", 5, "--out", "no", code=2, cwd=home)
    assert "it counts rows of --variants" in text
    text = run("train", "lr", "--study", "study", "--device", "cuda", "--out", "no", code=2, cwd=home)
    assert "--device" in text  # nets alone have devices
    (home / "none.txt").write_text("rsNowhere\n")
    text = run("train", "lr", "--study", "study", "--variants", "none.txt", "--out", "no", code=6,
               cwd=home)
    assert "none of its 1 variants is in the study" in text


def test_one_and_two_threads_give_the_same_bytes(home):
    for threads in (1, 2):
        run("train", "lr", "--study", "study", "--threads", threads, "--n-lambda", 20, "--out",
            f"t{threads}", "--force", cwd=home)
    for name in ("model.json", "weights.safetensors", "coefficients.tsv", "path.tsv", "variants.tsv"):
        assert (home / "t1" / name).read_bytes() == (home / "t2" / name).read_bytes(), name
    text = (home / "t1/model.json").read_text()
    assert pathlib.Path(str(home)).name not in text  # nothing of this machine
