# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""ingest ehr --table as a user runs it; real tables are compared with what pandas reads."""
import gzip
import json
import math
import os
import pathlib
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data")


def run(*arguments, code=0, stdin=None, cwd=None):
    done = subprocess.run([GCRISK, "ingest", "ehr", *map(str, arguments)], input=stdin,
                          capture_output=True, cwd=cwd, check=False)
    text = done.stderr.decode()
    assert done.returncode == code, text
    assert done.stdout == b""
    return text


def error_lines(text):
    """What was said, without the line about threads and memory."""
    return [line for line in text.splitlines() if ": threads " not in line]


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows_of(path):
    return [line.split("\t") for line in path.read_text().splitlines()]


def dictionary_of(path):
    return {field["name"]: field for field in json.loads(path.read_text())["fields"]}


def same_number(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


REAL = [
    ("genopheno/asthma/asthma.csv", "none", ","),
    ("genopheno/mice/mice_phenotypes.csv", None, ","),
    ("survival/actg320_aids.csv", "none", ","),
    ("survival/gbsg2.csv", "none", ","),
    ("survival/gse7390_breast_cancer_metastasis.csv", None, ","),
    ("survival/larynx.csv", "none", ","),
    ("survival/multicenter_aids_cohort.tsv", None, "\t"),
    ("survival/whas500.csv", "none", ","),
    ("survival/stanford_heart.csv", "none", ","),
    ("longitudinal/pbc.csv", None, ","),
    ("longitudinal/nafld1.csv", "id", ","),
    ("plink/regenie/phenotype_bin.txt.gz", None, r"\s+"),
    ("plink/regenie/covariates_wBin.txt", None, "\t"),
    ("somatic/tcga_laml_annot.tsv", None, "\t"),
    ("vcf/1kg_phase3_2504_samples.psam", None, "\t"),
]


@needs_data
@pytest.mark.parametrize("name,id_column,separator", REAL, ids=[r[0] for r in REAL])
def test_reads_what_pandas_reads(tmp_path, name, id_column, separator):
    pandas = pytest.importorskip("pandas")
    options = ["--id-column", id_column] if id_column else []
    run("--table", DATA / name, *options, "--out", tmp_path / "c")

    raw = pandas.read_csv(DATA / name, sep=separator, dtype=str, keep_default_na=False)
    header, *rows = rows_of(tmp_path / "c.clinical.tsv")
    fields = dictionary_of(tmp_path / "c.dictionary.json")
    assert header[0] == "#IID"
    if id_column == "none":
        key, ids = None, [str(i + 1) for i in range(len(raw))]
    else:
        key = id_column or next((c for c in raw if c in ("#IID", "IID")), raw.columns[0])
        ids = list(raw[key])
    assert [row[0] for row in rows] == ids

    names = [c for c in raw if c != key and c not in ("FID", "#FID")]
    assert header[1:] == names
    for at, column in enumerate(names, start=1):
        ours = [row[at] for row in rows]
        theirs = ["NA" if cell in ("", "NA", "NaN", ".") else cell for cell in raw[column]]
        if fields[column]["type"] in ("number", "integer"):
            # Bit for bit: the reader rounds correctly and nothing is lost in writing.
            as_numbers = [[math.nan if cell == "NA" else float(cell) for cell in cells]
                          for cells in (ours, theirs)]
            assert all(map(same_number, *as_numbers)), column
        else:
            assert ours == theirs, column


@needs_data
def test_infers_types_of_real_columns(tmp_path):
    run("--table", DATA / "survival/gbsg2.csv", "--id-column", "none", "--out", tmp_path / "c")
    fields = dictionary_of(tmp_path / "c.dictionary.json")
    assert fields["horTh"]["type"] == "boolean"
    assert fields["horTh"]["trueValues"] == ["yes"]
    assert fields["age"]["type"] == "integer"
    assert fields["tgrade"]["constraints"]["enum"] == ["I", "II", "III"]
    assert fields["cens"]["type"] == "boolean"


@needs_data
def test_refuses_a_first_column_that_is_no_id(tmp_path):
    table = DATA / "survival/whas500.csv"
    text = run("--table", table, "--out", tmp_path / "c", code=5)
    assert error_lines(text) == [
        f"gcrisk ingest ehr: error: {table}: the first column 'afb' was taken for the sample ID "
        "(no column is called IID), and has 2 different values in 500 rows",
        "  hint: name the ID column with --id-column NAME, or number the rows with "
        "--id-column none"]
    assert list(tmp_path.iterdir()) == []


@needs_data
def test_counts_contradictory_rows(tmp_path):
    text = run("--table", DATA / "longitudinal/pbcseq.csv", "--id-column", "id",
               "--drop-columns", "rownames", "--out", tmp_path / "c")
    # 1,945 visits of 312 patients.
    assert "1,633 rows have the ID of an earlier row and other values" in text
    manifest = json.loads((tmp_path / "c.run.json").read_text())
    assert manifest["kept"]["samples"] == 312
    assert [(d["what"], d["count"]) for d in manifest["dropped"]] == [("rows", 1633)]


def test_strict_refuses_to_drop_rows(tmp_path):
    table = write(tmp_path / "t.csv", "IID,x\na,1\na,2\n")
    text = run("--table", table, "--strict", "--out", tmp_path / "c", code=5)
    assert "1 rows would be dropped" in text
    assert not (tmp_path / "c.clinical.tsv").exists()


def test_keeps_leading_zeros_and_writes_numbers_in_full(tmp_path):
    table = write(tmp_path / "t.csv", "IID,zip,days,dose\n007,01234,1234567,0.1234567891\n"
                                      "08,00999,7654321,1e-7\n")
    run("--table", table, "--out", tmp_path / "c")
    assert (tmp_path / "c.clinical.tsv").read_text() == (
        "#IID\tzip\tdays\tdose\n"
        "007\t01234\t1234567\t0.1234567891\n"
        "08\t00999\t7654321\t1e-07\n")


def test_reads_standard_input_and_compressed_files_alike(tmp_path):
    text = b"IID,age\na,51\nb,49\n"
    write(tmp_path / "t.csv.gz", gzip.compress(text))
    run("--table", "-", "--out", tmp_path / "one", stdin=text)
    run("--table", tmp_path / "t.csv.gz", "--out", tmp_path / "two")
    assert (tmp_path / "one.clinical.tsv").read_bytes() == (
        tmp_path / "two.clinical.tsv").read_bytes()


def test_gives_the_same_bytes_on_one_and_two_threads(tmp_path):
    lines = ["IID,age,sex,note,since,score"]
    for i in range(40000):
        word = "unknown" if i == 39999 else str(i % 90)
        lines.append(f"P{i:05},{word},{'mf'[i % 2]},\"free, text {i}\",20{i % 24:02}-01-31,{i / 7}")
    table = write(tmp_path / "t.csv", "\n".join(lines) + "\n")
    for threads in (1, 2):
        run("--table", table, "--threads", threads, "--out", tmp_path / str(threads))
    for end in (".clinical.tsv", ".dictionary.json"):
        assert (tmp_path / ("1" + end)).read_bytes() == (tmp_path / ("2" + end)).read_bytes()


def test_dictionary_edits_change_types_ranges_and_missing_codes(tmp_path):
    table = write(tmp_path / "t.csv", "IID;grade;bmi;seen\na;1;25,5;03/01/2020\nb;3;-1;\n")
    run("--table", table, "--out", tmp_path / "c")
    schema = json.loads((tmp_path / "c.dictionary.json").read_text())
    fields = {field["name"]: field for field in schema["fields"]}
    assert (fields["grade"]["type"], fields["bmi"]["type"]) == ("integer", "number")
    fields["grade"].update(type="string", constraints={"enum": ["1", "2", "3"]},
                           categoriesOrdered=True)
    fields["bmi"].update(unit="kg/m2", missingValues=["-1"],
                         constraints={"minimum": 10, "maximum": 80})
    fields["seen"].update(type="date", format="%d/%m/%Y")
    fields["seen"].pop("constraints")
    edited = write(tmp_path / "edited.json", json.dumps(schema))
    run("--table", table, "--dictionary", edited, "--out", tmp_path / "d")
    assert (tmp_path / "d.clinical.tsv").read_text() == (
        "#IID\tgrade\tbmi\tseen\na\t1\t25.5\t2020-01-03\nb\t3\tNA\tNA\n")
    after = dictionary_of(tmp_path / "d.dictionary.json")
    assert after["bmi"]["unit"] == "kg/m2"
    assert after["bmi"]["constraints"] == {"minimum": 10, "maximum": 80}
    assert after["grade"]["categoriesOrdered"] is True
    assert after["seen"]["type"] == "date"

    fields["bmi"]["constraints"]["maximum"] = 20
    write(edited, json.dumps(schema))
    text = run("--table", table, "--dictionary", edited, "--out", tmp_path / "e", code=4)
    assert error_lines(text)[0] == (
        f"gcrisk ingest ehr: error: {table}:2: column 'bmi': 25.5 is above the maximum 20")


def test_joins_tables_and_tells(tmp_path):
    one = write(tmp_path / "people.csv", "IID,sex,age\na,f,50\nb,m,60\nc,f,70\n")
    two = write(tmp_path / "labs.tsv",
                "IID\tage\tsex\tcrp\nb\t60\tm\t3.5\nd\t41\tm\t1\na\t51\tf\t2\n")
    text = run("--table", one, two, "--out", tmp_path / "c")
    assert (tmp_path / "c.clinical.tsv").read_text() == (
        "#IID\tsex\tage\tage.labs\tcrp\n"
        "a\tf\t50\t51\t2\nb\tm\t60\t60\t3.5\nc\tf\t70\tNA\tNA\nd\tm\tNA\t41\t1\n")
    assert f"2 samples are in both {one} (3) and {two} (3)" in text
    assert f"column 'age' of {two} contradicts the one read before; it is called 'age.labs'" in text
    assert f"column 'sex' of {two} agrees with the one read before and is united with it" in text


def test_refuses_tables_that_share_nobody_and_guesses_why(tmp_path):
    one = write(tmp_path / "one.csv", "IID,x\nS01,1\nS02,2\n")
    two = write(tmp_path / "two.csv", "IID,y\ns01,1\ns02,2\n")
    text = run("--table", one, two, "--out", tmp_path / "c", code=5)
    assert error_lines(text)[-2:] == [
        f"gcrisk ingest ehr: error: no sample is in both {one} (2) and {two} (2); "
        f"only in {one}: S01, S02; only in {two}: s01, s02",
        "  hint: 2 more would meet if upper and lower case were the same; "
        "is --id-column the same kind of ID in both?"]


ERRORS = [
    ("IID,x\na,1,2\n", 4, ":2: the row has 3 cells, more than the header's 2"),
    ("IID,x\na,1\nb\n", 4, ":3: the row has 1 cell, fewer than the header's 2"),
    ("IID,x\na,\"1\n", 4, ":2: a quote opens here and is never closed"),
    ("IID,x\na,\"1\"2\n", 4, ":2: '2' stands behind a closing quote, expected the end of the cell"),
    (b"IID,x\na,M\xfcller\n", 4, ":2: byte 0xFC is not UTF-8 text, expected UTF-8"),
    ("IID,x\n,1\n", 4, ":2: the sample ID in column 'IID' is missing"),
    ("IID,x\nNA,1\n", 4, ":2: the sample ID in column 'IID' is missing ('NA')"),
    ("1,2\n3,4\n", 4, ":1: the first row holds only numbers, expected the names of the columns"),
    ("", 4, ": the file holds no row, expected a header"),
    ("IID,x\n", 6, None),
    (b"PK\x03\x04abc", 4,
     ": this is a zip archive or a spreadsheet (.xlsx), expected CSV or TSV text"),
    ("IID,x\na,1\n".encode("utf-16"), 4, ": the text is UTF-16, expected UTF-8"),
    (b"IID,x\na,\x00\n", 4, ": the file holds binary data, expected CSV or TSV text"),
    ("FID IID x\nf a 1\ng a 2\n", 5, ":3: IID 'a' stands in the families 'f' and 'g', expected an "
                                     "IID of its own for each person"),
]


@pytest.mark.parametrize("text,code,finding", ERRORS, ids=range(len(ERRORS)))
def test_says_what_is_wrong_and_where(tmp_path, text, code, finding):
    table = write(tmp_path / "t.csv", text)
    told = error_lines(run("--table", table, "--out", tmp_path / "c", code=code))
    errors = [line for line in told if ": error: " in line]
    if finding is None:
        assert errors == [f"gcrisk ingest ehr: error: no row is left: {table} holds a header only"]
    else:
        assert errors == [f"gcrisk ingest ehr: error: {table}{finding}"]
    assert not (tmp_path / "c.clinical.tsv").exists()


def test_options_that_do_not_fit_are_refused(tmp_path):
    table = write(tmp_path / "t.csv", "IID,age\na,1\n")
    text = run("--table", table, "--id-column", "patient", "--out", tmp_path / "c", code=5)
    assert error_lines(text)[0].endswith(
        "t.csv: no column is called 'patient', which --id-column names")
    text = run("--table", table, "--drop-columns", "agee", "--out", tmp_path / "c", code=5)
    assert error_lines(text)[-2:] == [
        "gcrisk ingest ehr: error: no column is called 'agee' among the 1 of the table",
        "  hint: did you mean age?"]
    text = run("--table", table, "--id-column", "a,b", "--out", tmp_path / "c", code=2)
    assert "--id-column names 2 columns for 1 table, expected one for all or one for each" in text
    text = run("--table", tmp_path / "absent.csv", "--out", tmp_path / "c", code=3)
    assert "absent.csv" in text


def test_a_dry_run_writes_nothing(tmp_path):
    table = write(tmp_path / "t.csv", "IID,age\na,1\nb,2\n")
    text = run("--table", table, "--dry-run", "--out", tmp_path / "c")
    assert "2 samples with 1 column: 1 integer" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]


def test_the_commands_of_the_documentation_work(tmp_path):
    page = (pathlib.Path(os.environ["GCRISK_SOURCE"]) / "docs" / "formats.md").read_text()
    part = page[page.index("## Clinical table"):page.index("## Outcome")]
    blocks = [block.split("```")[0] for block in part.split("```bash\n")[1:]]
    assert len(blocks) == 2
    path = f"{pathlib.Path(GCRISK).parent}:{os.environ['PATH']}"
    for block in blocks:
        subprocess.run(["bash", "-e", "-c", block], cwd=tmp_path, check=True, capture_output=True,
                       env={**os.environ, "PATH": path})
    assert (tmp_path / "cohort.clinical.tsv").read_text() == (
        "#IID\tsex\tage\tsmoker\tsince\tbmi\n"
        "007\tf\t51\tno\t2019-11-30\t25.5\n"
        "008\tm\tNA\tyes\tNA\tNA\n"
        "009\tf\t47\tno\t2020-02-29\t31.2\n")
    assert dictionary_of(tmp_path / "checked.dictionary.json")["bmi"]["unit"] == "kg/m2"
