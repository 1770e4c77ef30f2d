# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk show`: each kind of artefact is told by its content."""
import gzip
import json
import os
import shutil
import struct
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]


def run(*words, cwd, status=0):
    done = subprocess.run([GCRISK, *map(str, words)], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == status, done.stderr
    return done


def show(cwd, *words):
    return json.loads(run("show", "--json", *words, cwd=cwd).stdout)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("show")
    options = ["--samples", 60, "--variants", 100, "--causal", 10, "--families", 2]
    run("simulate", *options, "--out", "c", cwd=folder)
    run("simulate", *options, "--format", "bed", "--out", "b", cwd=folder)
    run("simulate", *options, "--format", "bcf", "--out", "f", cwd=folder)
    return folder


def test_a_vcf(cohort):
    facts = show(cohort, "c.vcf.gz")
    assert facts["kind"] == "VCF genotypes"
    assert (facts["samples"], facts["records"], facts["contigs_declared"]) == (60, 100, 22)
    assert facts["formats_declared"] == ["GT"]
    assert facts["source"] == "gcrisk simulate: simulated data, no real person"
    assert facts["first_samples"][0] == "sim00001"
    with gzip.open(cohort / "c.vcf.gz", "rt") as file:
        first = next(line for line in file if not line.startswith("#")).split("\t")
    assert list(facts["first_records"][0].values()) == first[:5]


def test_a_vcf_is_told_by_content_whatever_it_is_called(cohort):
    with gzip.open(cohort / "c.vcf.gz") as file:
        (cohort / "nameless").write_bytes(file.read())
    assert show(cohort, "nameless")["kind"] == "VCF genotypes"


def test_a_bcf(cohort):
    facts = show(cohort, "f.bcf")
    assert facts["kind"] == "BCF genotypes"
    assert (facts["samples"], facts["records"]) == (60, 100)


def test_plink_files_by_prefix_and_by_each_file(cohort):
    for name in ["b", "b.bed"]:
        facts = show(cohort, name)
        assert facts["kind"] == "PLINK 1 genotypes"
        assert (facts["samples"], facts["variants"]) == (60, 100)
        assert facts["bed_bytes"] == 3 + 100 * 15
        assert "broken" not in facts
    assert show(cohort, "b.bim")["variants"] == 100
    fam = show(cohort, "b.fam")
    assert fam["samples"] == 60 and fam["with_parents"] == 4
    assert fam["male"] + fam["female"] == 60


def test_a_bed_that_is_cut_short_or_alone(cohort, tmp_path):
    for end in ["bed", "bim", "fam"]:
        shutil.copy(cohort / f"b.{end}", tmp_path / f"x.{end}")
    os.truncate(tmp_path / "x.bed", 1000)
    assert show(tmp_path, "x")["broken"] == "the .bed should have 1,503 bytes"
    (tmp_path / "x.fam").unlink()
    assert "without its .bim and .fam" in show(tmp_path, "x.bed")["meaning"]


def test_a_clinical_table_with_types_and_missing_values(cohort):
    facts = show(cohort, "c.clinical.csv")
    assert facts["kind"] == "table, one row a person"
    assert facts["people"] == 60
    columns = {column["name"]: column for column in facts["columns"]}
    assert columns["sex"]["type"] == "category" and "female" in columns["sex"]["values"]
    assert columns["age"]["missing"] == 0
    lines = (cohort / "c.clinical.csv").read_text().splitlines()
    at = lines[0].split(",").index("bmi")
    assert columns["bmi"]["missing"] == sum(not line.split(",")[at] for line in lines[1:])


def test_dictionary_truth_and_manifest(cohort):
    dictionary = show(cohort, "c.dictionary.json")
    assert dictionary["kind"] == "dictionary of a table"
    assert {"name": "bmi", "type": "number", "unit": "kg/m2", "code": "39156-5",
            "title": "body mass index"} in dictionary["field"]
    truth = show(cohort, "c.truth.json")
    assert truth["kind"] == "truth of a simulated cohort"
    assert truth["causal_variants"] == 10 and len(truth["strongest"]) == 5
    assert truth["share"]["main"] == 0.3
    manifest = show(cohort, "c.run.json")
    assert manifest["kind"] == "manifest of a run" and manifest["command"] == "simulate"
    assert manifest["kept"] == {"samples": 60, "variants": 100}
    assert {row["now"] for row in manifest["outputs"]} == {"same size"}


@pytest.mark.parametrize("text, kind", [
    ("#IID\tSET\tOUTCOME\tSCORE\tRISK\na\ttest\t1\t0.5\t0.6\n", "predictions"),
    ("IID,SCORE\na,1\n", "predictions"),
    ("MODEL\tOUTCOME\tSET\tSUBGROUP\tMETRIC\tN\tEVENTS\tVALUE\tLO\tHI\tMETHOD\n"
     "m\tdisease\ttest\tall\troc_auc\t10\t5\t0.7\t0.6\t0.8\tdelong\n", "metrics of a model"),
    ("#CHROM\tPOS\tID\tREF\tALT\tP_ALLELIC\n1\t5\trs1\tA\tG\t0.01\n", "scan of variants"),
    ("#IID\tSET\na\ttrain\nb\ttest\n", "split of a study"),
    ("subject_id\ttime\tcode\tnumeric_value\ttext_value\na\t2020-01-01\tX\t1\t\n", "events"),
    ("#CHROM\tPOS\tID\tA1\tA2\tA1_FREQ\n1\t5\trs1\tA\tG\t0.1\n", "variants of a model"),
])
def test_tables_of_results(tmp_path, text, kind):
    (tmp_path / "t").write_text(text)
    facts = show(tmp_path, "t")
    assert facts["kind"] == kind
    assert facts["rows"] == len(text.splitlines()) - 1
    assert list(facts["first_rows"][0].values())[0] == text.splitlines()[1].split(
        "\t" if "\t" in text else ",")[0]


def test_safetensors(tmp_path):
    header = json.dumps({"__metadata__": {"model": "lr"},
                         "w": {"dtype": "F64", "shape": [2, 1], "data_offsets": [0, 16]}}).encode()
    (tmp_path / "w").write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))
    facts = show(tmp_path, "w")
    assert facts["kind"] == "weights (safetensors)"
    assert facts["tensor"] == [{"name": "w", "dtype": "F64", "shape": "2 × 1"}]
    assert facts["metadata"] == {"model": "lr"}


def test_folders(tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.json").write_text('{"outcome": {"name": "disease"}, "samples": 3}')
    (study / "split.tsv").write_text("#IID\tSET\na\ttrain\nb\ttrain\nc\ttest\n")
    facts = show(tmp_path, "study")
    assert facts["kind"] == "study"
    assert facts["samples_in"] == {"test": 1, "train": 2}
    assert facts["outcome.name"] == "disease"
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.json").write_text('{"method": "lr"}')
    assert show(tmp_path, "model")["kind"] == "model"
    assert show(tmp_path, "model")["method"] == "lr"
    (tmp_path / "omop").mkdir()
    (tmp_path / "omop" / "PERSON.csv").write_text("person_id\n1\n")
    assert show(tmp_path, "omop")["kind"] == "OMOP CDM tables"
    facts = show(tmp_path, ".")
    assert facts["kind"] == "folder" and facts["files"] == 0


def test_fhir(tmp_path):
    (tmp_path / "p").write_text('{"resourceType":"Patient","id":"1"}\n'
                                '{"resourceType":"Patient","id":"2"}\n')
    facts = show(tmp_path, "p")
    assert facts["kind"] == "FHIR resources, one a line (NDJSON)" and facts["resources"] == 2
    (tmp_path / "b").write_text(json.dumps({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient"}}]}, indent=1))
    assert show(tmp_path, "b")["entries"] == {"Patient": 1}


def test_people_get_lines_and_programs_a_list(cohort):
    done = run("show", "--quiet", "c.vcf.gz", "c.truth.json", cwd=cohort)
    assert done.stderr == ""
    assert "kind                                 VCF genotypes\n" in done.stdout
    assert "outcome.bayes_auroc" in done.stdout
    assert len(done.stdout.splitlines()) < 80
    both = show(cohort, "c.vcf.gz", "c.truth.json")
    assert [facts["path"] for facts in both] == ["c.vcf.gz", "c.truth.json"]


@pytest.mark.parametrize("content, message", [
    (b"Dear all,\nplease find enclosed\n",
     "x: is nothing that gcrisk knows (its first line is 'Dear all,')\n"
     "  hint: known are genotypes, tables, dictionaries, studies, models, results and run.json"),
    (b"", "x: is nothing that gcrisk knows (it is empty)"),
    (b"\x00\x01\x02", "x: is nothing that gcrisk knows (its first line is '"),
    (b'{"program": "gcrisk", ', "x: begins like JSON and is broken, or cut short"),
])
def test_what_is_not_known_gets_a_sentence(tmp_path, content, message):
    (tmp_path / "x").write_bytes(content)
    done = run("show", "x", cwd=tmp_path, status=4)
    assert f"gcrisk show: error: {message}" in done.stderr
    assert done.stdout == ""


def test_what_is_not_there_gets_a_sentence(tmp_path):
    done = run("show", "absent", cwd=tmp_path, status=3)
    assert ("absent: there is no such file, folder or prefix of .bed, .bim and .fam"
            in done.stderr)
    done = run("show", cwd=tmp_path, status=2)
    assert "path is missing" in done.stderr
