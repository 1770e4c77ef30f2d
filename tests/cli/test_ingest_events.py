# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""gcrisk ingest ehr --omop and --events, features, units, groups of codes, de-identification."""
import collections
import csv
import gzip
import hashlib
import hmac
import json
import os
import pathlib
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]).parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")


def ingest(folder, *arguments, code=0, out="x"):
    result = subprocess.run([GCRISK, "ingest", "ehr", *map(str, arguments), "--out", folder / out,
                             "--force"], capture_output=True, text=True)
    assert result.returncode == code, result.stderr
    return result.stderr


def table(path):
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)
    with opened as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def events(folder, out="x"):
    return table(folder / f"{out}.events.tsv.gz")


def clinical(folder, out="x"):
    return {r["#IID"]: r for r in table(folder / f"{out}.clinical.tsv")}


def counts(folder, what="seen"):
    return {r["#TYPE"]: int(r["COUNT"]) for r in table(folder / "x.counts.tsv") if r["WHAT"] == what}


def open_table(folder, name):
    for path in folder.iterdir():
        if path.name.lower().split(".")[0] == name:
            return list(csv.DictReader(gzip.open(path, "rt") if path.suffix == ".gz" else open(path)))
    return []


TABLES = {"condition_occurrence": "condition", "drug_exposure": "drug", "measurement": "measurement",
          "procedure_occurrence": "procedure", "observation": "observation"}


@needs_data
@pytest.mark.parametrize("name", ["gibleed_5.3", "synthea27nj_5.4"])
def test_omop_rows_and_codes_are_those_of_an_independent_count(name, tmp_path):
    folder = DATA / "omop" / name
    ingest(tmp_path, "--omop", folder)
    read = ["person", "death", "observation_period", "visit_occurrence", "device_exposure", *TABLES]
    rows = {t: open_table(folder, t) for t in read}
    assert counts(tmp_path) == {t: len(r) for t, r in rows.items() if r}
    concept = {r["concept_id"]: f"{r['vocabulary_id']}/{r['concept_code']}"
               for r in open_table(folder, "concept")}
    wanted = collections.Counter()
    for t, stem in TABLES.items():
        for r in rows[t]:
            c = r[f"{stem}_concept_id"]
            if c == "0":
                c = r[f"{stem}_source_concept_id"]
            code = concept.get(c, "OMOP/" + c) if c not in ("0", "") else "SOURCE/" + r[f"{stem}_source_value"]
            date = r.get(f"{stem}_date") or r.get(f"{stem}_start_date") or r.get(f"{stem}_exposure_start_date")
            wanted[(r["person_id"], date, code)] += 1
    found = collections.Counter(
        (e["subject_id"], e["time"][:10], e["code"]) for e in events(tmp_path)
        if not e["code"].endswith("//END") and not e["code"].startswith(
            ("MEDS_", "OBSERVATION_PERIOD", "VISIT/", "GENDER/", "RACE/", "ETHNICITY/")))
    device = {("1", d["device_exposure_start_date"]) for d in rows["device_exposure"]}
    assert sum((wanted - found).values()) == 0
    assert sum((found - wanted).values()) == len(rows["device_exposure"]), device


@needs_data
def test_omop_values_and_units_are_read(tmp_path):
    folder = DATA / "omop" / "synthea27nj_5.4"
    ingest(tmp_path, "--omop", folder)
    wanted = collections.Counter((r["person_id"], float(r["value_as_number"]))
                                 for r in open_table(folder, "measurement") if r["value_as_number"])
    concepts = {r["concept_id"] for r in open_table(folder, "measurement")} if False else None
    codes = {e["code"] for e in events(tmp_path)}
    found = collections.Counter((e["subject_id"], float(e["numeric_value"]))
                                for e in events(tmp_path) if e["numeric_value"])
    assert not wanted - found
    weights = {e["unit"] for e in events(tmp_path) if e["code"] == "LOINC/29463-7"}
    assert weights == {"kg"} and concepts is None and "MEDS_DEATH" in codes


def omop(folder, **tables):
    folder.mkdir(exist_ok=True)
    tables.setdefault("PERSON", "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth\n"
                                "-5,8507,1950,,\n9223372036854775807,8532,1960,2,3\n")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


DRUG = "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date," \
       "drug_source_concept_id,drug_source_value\n"


def test_omop_without_a_vocabulary_and_with_odd_ids(tmp_path):
    folder = omop(tmp_path / "cdm", Drug_Exposure=DRUG + '1,-5,19,2010-01-01,2010-01-05,,\n'
                  '2,9223372036854775807,0,2010-01-01,,0,"NDC ""7"""\n3,-5,0,2010-01-02,,88,x\n')
    ingest(tmp_path, "--omop", folder)
    got = [(e["subject_id"], e["time"], e["code"]) for e in events(tmp_path)]
    assert got == [("-5", "", "GENDER/male"), ("-5", "1950", "MEDS_BIRTH"),
                   ("-5", "2010-01-01", "OMOP/19"), ("-5", "2010-01-02", "OMOP/88"),
                   ("-5", "2010-01-05", "OMOP/19//END"),
                   ("9223372036854775807", "", "GENDER/female"),
                   ("9223372036854775807", "1960-02-03", "MEDS_BIRTH"),
                   ("9223372036854775807", "2010-01-01", 'SOURCE/NDC "7"')]
    assert counts(tmp_path, "noticed")["drug_exposure"] == 2


@pytest.mark.parametrize("row, said", [
    ("1,x,19,2010-01-01,,,", "column 2 holds 'x', expected a whole number"),
    ("1,5,19,2010-13-01,,,", "column 4 holds '2010-13-01', expected a date (YYYY-MM-DD) from 1850"),
    ("1,5,19", "3 cells, the header has 7"),
    ("1,,19,2010-01-01,,,", "person_id is empty"),
])
def test_a_broken_omop_row_stops_or_is_counted(row, said, tmp_path):
    folder = omop(tmp_path / "cdm", drug_exposure=DRUG + row + "\n")
    told = ingest(tmp_path, "--omop", folder, code=4)
    assert f"drug_exposure.csv:2: {said}" in told
    assert "1 broken records were skipped" in ingest(tmp_path, "--omop", folder, "--on-bad-record", "skip")


def test_an_omop_folder_without_people_or_columns_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "has no table PERSON" in ingest(tmp_path, "--omop", tmp_path / "empty", code=3)
    folder = omop(tmp_path / "cdm", death="person_id,day\n1,2010-01-01\n")
    assert "no column is called death_date" in ingest(tmp_path, "--omop", folder, code=5)


def write_events(path, *rows):
    path.write_text("subject_id\ttime\tcode\tnumeric_value\ttext_value\tunit\n" +
                    "".join("\t".join(map(str, r)) + "\n" for r in rows))
    return path


def test_an_events_file_is_read_in_any_order(tmp_path):
    path = write_events(tmp_path / "e.tsv", ("b", "2010-01-01", "A/1", 1, "", "g"),
                        ("a", "2011", "A/1", "", "word", ""), ("b", "", "GENDER/male", "", "", ""))
    ingest(tmp_path, "--events", path)
    assert [tuple(e.values()) for e in events(tmp_path)] == [
        ("a", "2011", "A/1", "", "word", ""), ("b", "", "GENDER/male", "", "", ""),
        ("b", "2010-01-01", "A/1", "1", "", "g")]
    first = (tmp_path / "x.events.tsv.gz").read_bytes()
    ingest(tmp_path, "--events", tmp_path / "x.events.tsv.gz", out="y")
    assert (tmp_path / "y.events.tsv.gz").read_bytes() == first


def test_a_mapping_makes_events_of_any_table(tmp_path):
    (tmp_path / "lab.csv").write_text("Stay,At,Lab,X,Unit,ok\n1,-30,na,140,mEq/L,1\n1,60,na,> 89,,1\n"
                                      "1,90,na,7,,0\n2,1440,k;na,4,mmol/l,1\n")
    mapping = {"events": [{"file": "lab.csv", "subject": "stay", "time": "at", "time_unit": "min",
                           "code": "lab", "prefix": "LAB/", "split": ";", "value": "x",
                           "unit": "unit", "where": {"ok": "1"}, "replace": {"> 89": "90"}}]}
    (tmp_path / "d.json").write_text(json.dumps(mapping))
    ingest(tmp_path, "--events", tmp_path / "lab.csv", "--dictionary", tmp_path / "d.json")
    assert [tuple(e.values()) for e in events(tmp_path)] == [
        ("1", "1999-12-31T23:30:00", "LAB/na", "140", "", "mEq/L"),
        ("1", "2000-01-01T01:00:00", "LAB/na", "90", "", ""),
        ("2", "2000-01-02T00:00:00", "LAB/k", "4", "", "mmol/l"),
        ("2", "2000-01-02T00:00:00", "LAB/na", "4", "", "mmol/l")]
    # mEq/L and mmol/L of sodium are one unit; a number without a unit is in the most frequent one.
    assert clinical(tmp_path)["1"]["LAB/na:last:ever"] == "90"
    mapping["events"][0]["subjekt"] = "x"
    (tmp_path / "d.json").write_text(json.dumps(mapping))
    said = ingest(tmp_path, "--events", tmp_path / "lab.csv", "--dictionary", tmp_path / "d.json", code=4)
    assert "mapping 1, key 'subjekt': is no key of a mapping" in said and "did you mean subject?" in said


LAB = [("a", "2010-01-01", "LOINC/2160-0", 1.0, "", "mg/dL"),
       ("b", "2010-01-01", "LOINC/2160-0", 176.8, "", "umol/L"),
       ("c", "2010-01-01", "LOINC/2160-0", 900, "", "mg/dL")]


def test_units_of_one_code_become_one_or_are_refused(tmp_path):
    said = ingest(tmp_path, "--events", write_events(tmp_path / "e.tsv", *LAB))
    got = {k: r["LOINC/2160-0:last:ever"] for k, r in clinical(tmp_path).items()}
    # 176.8 umol/L * 113.12 g/mol = 20 mg/L = 2 mg/dL; 900 mg/dL is implausible.
    assert got["a"] == "1" and abs(float(got["b"]) - 2) < 1e-3 and got["c"] == "NA"
    assert "1 values outside the plausible range" in said
    fields = {f["name"]: f for f in json.load(open(tmp_path / "x.dictionary.json"))["fields"]}
    assert fields["LOINC/2160-0:last:ever"]["unit"] == "mg/dL"
    path = write_events(tmp_path / "e.tsv", *LAB, ("d", "2010-01-01", "LOINC/2160-0", 3, "", "{score}"))
    said = ingest(tmp_path, "--events", path, code=5)
    assert "LOINC/2160-0: mg/dL (2), umol/L (1), {score} (1)" in said
    ingest(tmp_path, "--events", path, "--on-bad-record", "skip")
    assert clinical(tmp_path)["d"]["LOINC/2160-0:last:ever"] == "NA"


def test_codes_are_rolled_up_by_a_table(tmp_path):
    path = write_events(tmp_path / "e.tsv", ("a", "2010-01-01", "ICD10/I21.0", "", "", ""),
                        ("a", "2011-01-01", "ICD10/I63", "", "", ""),
                        ("a", "2012-01-01", "ICD10/J45", "", "", ""))
    (tmp_path / "g.tsv").write_text("# codes\nICD10/I*\tCHAPTER/IX\nICD10/J*\tCHAPTER/X\n")
    ingest(tmp_path, "--events", path, "--roll-up", tmp_path / "g.tsv", "--index-date", "2013-01-01")
    row = clinical(tmp_path)["a"]
    assert row["CHAPTER/IX:count:ever"] == "2" and row["CHAPTER/X:count:ever"] == "1"


def test_an_index_from_a_file_and_windows(tmp_path):
    path = write_events(tmp_path / "e.tsv", *[(p, f"2010-01-{d:02}", "A/1", d, "", "")
                                               for p in "ab" for d in (1, 10, 20)])
    (tmp_path / "index.tsv").write_text("#IID\tindex_date\na\t2010-01-20\n")
    said = ingest(tmp_path, "--events", path, "--index-date", tmp_path / "index.tsv",
                  "--window", "ever,10d", "--aggregate", "count,max")
    assert "1 people without an index date" in said
    assert clinical(tmp_path) == {"a": {"#IID": "a", "A/1:count:ever": "2", "A/1:max:ever": "10",
                                        "A/1:count:10d": "1", "A/1:max:10d": "10"}}
    assert "nobody has an index date" in ingest(tmp_path, "--events", path, "--index-date",
                                                "first:Z/9", code=6)
    assert "--window 10: expected ever" in ingest(tmp_path, "--events", path, "--window", "10", code=2)


def test_identifiers_are_taken_out(tmp_path):
    key = b"0123456789abcdef-secret"
    (tmp_path / "key").write_bytes(key + b"\n")
    rows = [("ann", "1900-05-06", "MEDS_BIRTH", "", "", ""), ("ann", "2001-03-04", "A/1", 5, "", "g"),
            ("ann", "2001-03-14", "A/1", 6, "", "g"), ("ann", "2001-03-14", "A/2", "", "Ann Smith", ""),
            ("ann", "2001-03-14", "TEXT/call Ann", "", "", "")]
    ingest(tmp_path, "--events", write_events(tmp_path / "e.tsv", *rows), "--deidentify",
           tmp_path / "key", "--index-date", "last-event", "--min-prevalence", "0")
    who = hmac.new(key, b"person:ann", hashlib.sha256).hexdigest()[:16]
    got = events(tmp_path)
    assert {e["subject_id"] for e in got} == {who}
    shift = 1 + int(hmac.new(key, b"days:" + who.encode(), hashlib.sha256).hexdigest()[:16], 16) % 365
    import datetime
    moved = datetime.date(2001, 3, 4) - datetime.timedelta(shift)
    assert [e["time"] for e in got if e["code"] == "A/1"] == [
        str(moved), str(moved + datetime.timedelta(10))]
    # 90 years before the last event, as a year.
    born = [e["time"] for e in got if e["code"] == "MEDS_BIRTH"]
    assert born == [str((moved + datetime.timedelta(10)).year - 90)] or len(born[0]) == 4
    assert [e["text_value"] for e in got if e["code"] == "A/2"] == [""]
    assert not any(e["code"].startswith("TEXT/") for e in got)
    removed = {r["#IDENTIFIER"]: int(r["COUNT"]) for r in table(tmp_path / "x.deidentified.tsv")}
    assert len(removed) >= 18 and removed["ages above 89"] == 1
    assert removed["other: free text as a value"] == 1 and removed["other: free text as a code"] == 1
    assert "<11" in (tmp_path / "x.counts.tsv").read_text()
    for path in tmp_path.glob("x.*"):
        data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
        assert key not in data and b"secret" not in data and b"Smith" not in data, path
    (tmp_path / "key").write_text("short")
    assert "has 5 bytes, expected at least 16" in ingest(
        tmp_path, "--events", tmp_path / "e.tsv", "--deidentify", tmp_path / "key", code=2)


@needs_data
def test_synthea_as_fhir_and_as_csv_gives_equal_features(tmp_path):
    """The CSV is what Synthea's own exporter writes (conditions.csv, observations.csv), made here."""
    source = DATA / "fhir" / "synthea_cohort_240_ndjson"
    index = ["--index-date", "2010-01-01", "--aggregate", "last,count,mean", "--min-prevalence", "0.05"]
    ingest(tmp_path, "--fhir", source / "Condition.ndjson.gz", source / "Observation.ndjson.gz", *index)
    with open(tmp_path / "conditions.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION"])
        for line in gzip.open(source / "Condition.ndjson.gz", "rt"):
            r = json.loads(line)
            out.writerow([r["onsetDateTime"], r.get("abatementDateTime", ""),
                          r["subject"]["reference"][8:], "", r["code"]["coding"][0]["code"],
                          r["code"]["text"]])
    with open(tmp_path / "observations.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["DATE", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "VALUE", "UNITS", "TYPE"])
        for line in gzip.open(source / "Observation.ndjson.gz", "rt"):
            r = json.loads(line)
            for part in r.get("component", [r]):
                quantity = part.get("valueQuantity")
                if quantity:
                    out.writerow([r["effectiveDateTime"], r["subject"]["reference"][8:], "",
                                  part["code"]["coding"][0]["code"], part["code"].get("text", ""),
                                  repr(float(quantity["value"])), quantity["code"], "numeric"])
    mapping = {"events": [
        {"file": "conditions.csv", "subject": "PATIENT", "time": "START", "code": "CODE",
         "prefix": "SNOMED/"},
        {"file": "observations.csv", "subject": "PATIENT", "time": "DATE", "code": "CODE",
         "prefix": "LOINC/", "value": "VALUE", "unit": "UNITS"}]}
    (tmp_path / "d.json").write_text(json.dumps(mapping))
    ingest(tmp_path, "--events", tmp_path / "conditions.csv", tmp_path / "observations.csv",
           "--dictionary", tmp_path / "d.json", *index, out="y")
    fhir, flat = clinical(tmp_path), clinical(tmp_path, "y")
    shared = set(next(iter(fhir.values()))) & set(next(iter(flat.values())))
    assert len(shared) > 100
    for person in fhir.keys() & flat.keys():
        assert {c: fhir[person][c] for c in shared} == {c: flat[person][c] for c in shared}
    assert len(fhir.keys() & flat.keys()) == len(fhir)


def test_numbers_are_written_with_the_fewest_digits_that_give_them_back(tmp_path):
    """Python's repr is the shortest text too; where it has as many digits the plain form is kept."""
    values = [0.001, 0.01, 0.1, 0.5, 1, 7.25, 99999.999, 12345.678, 10000, 0.1 + 0.2, 1 / 3, 1e-4, 1e-7, -2.5,
              123456.789, 2.0000000000000004, 0.0010000000000000002, 4.35, 1.005]
    rows = [("p", f"2001-01-{i + 1:02}", "A/1", repr(v), "", "") for i, v in enumerate(values)]
    ingest(tmp_path, "--events", write_events(tmp_path / "e.tsv", *rows))
    written = [e["numeric_value"] for e in events(tmp_path)]
    assert [float(w) for w in written] == values
    assert [len(w.replace("e-0", "e-")) <= len(repr(float(v)).removesuffix(".0")) for w, v in zip(written, values)] \
        == [True] * len(values)
    assert written[:9] == ["0.001", "0.01", "0.1", "0.5", "1", "7.25", "99999.999", "12345.678", "10000"]
