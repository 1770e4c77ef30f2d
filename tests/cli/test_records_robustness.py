# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Damaged health records: what is said of each kind of damage, and what is left when it is skipped."""
import gzip
import json
import os
import pathlib
import random
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]).parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
MEND = "mend the record, or continue without such records: --on-bad-record skip"
MEND_ROW = "mend the row, or continue without such rows: --on-bad-record skip"


def ingest(folder, *arguments, code=0, out="x"):
    result = subprocess.run([GCRISK, "ingest", "ehr", *map(str, arguments), "--out", folder / out,
                             "--force"], capture_output=True, text=True)
    assert result.returncode == code, result.stderr
    return result.stderr


def events(folder, out="x"):
    with gzip.open(folder / f"{out}.events.tsv.gz", "rt") as file:
        return [line.rstrip("\n").split("\t") for line in file][1:]


def counts(folder):
    rows = [line.rstrip("\n").split("\t") for line in open(folder / "x.counts.tsv")]
    return {(r[0], r[1], r[2]): int(r[3]) for r in rows[1:]}


def condition(number, **more):
    return {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": "Patient/p1"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]},
            "onsetDateTime": "2001-02-03", **more}


PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female"}
DEEP = '{"resourceType":"Condition","a":' + '{"a":' * 2000 + "1" + "}" * 2001

# What stands in line 2 (text or bytes), and the whole sentence but for the folder.
FHIR = {
    "a bracket is missing": ('{"resourceType":"Condition","id":"c1"',
                             "a.ndjson:2: broken JSON: brackets, commas or colons do not fit"),
    "a string is not closed": ('{"resourceType":"Condition","id":"c1}',
                               "a.ndjson:2: broken JSON: a string is not closed"),
    "a number is none": ('{"resourceType":"Condition","id":01}',
                         "a.ndjson:2: broken JSON: a number that is none"),
    "a list": ("[1]", "a.ndjson:2: JSON that is no object, expected a FHIR resource"),
    "not UTF-8": (b'{"resourceType":"Condition","id":"\xff"}', "a.ndjson:2: text that is not UTF-8"),
    "nested deeply": (DEEP, "a.ndjson:2: values nested deeper than 1,024 levels"),
    "another type": (condition(1, subject="Patient/p1"),
                     "a.ndjson:2: Condition/c1: 'subject' is a string, expected an object"),
    "a list of something else": (condition(1, code={"coding": ["x"]}),
                                 "a.ndjson:2: Condition/c1: 'coding' holds something else than objects"),
    "no day of the calendar": (condition(1, onsetDateTime="2001-02-30"),
                               "a.ndjson:2: Condition/c1: 'onsetDateTime' is '2001-02-30', expected a date of "
                               "the calendar (YYYY, YYYY-MM, YYYY-MM-DD) or a date-time"),
    "before anybody's time": (condition(1, onsetDateTime="0004-01-01"),
                              "a.ndjson:2: Condition/c1: 'onsetDateTime' is '0004-01-01', expected a year from "
                              "1850 to 2200"),
    "a reference to itself": (condition(1, subject={"reference": "#c1"}),
                              "a.ndjson:2: Condition/c1: the subject '#c1' is not among its contained resources"),
}


@pytest.mark.parametrize("kind", FHIR)
def test_damage_in_fhir_is_told_with_line_and_resource_or_counted(kind, tmp_path):
    damage, said = FHIR[kind]
    if not isinstance(damage, bytes):
        damage = (damage if isinstance(damage, str) else json.dumps(damage)).encode()
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n".join([json.dumps(PATIENT).encode(), damage,
                                 json.dumps(condition(2)).encode(), b""]))
    told = ingest(tmp_path, "--fhir", path, code=4)
    assert f"{tmp_path}/{said}" in told and MEND in told
    assert not list(tmp_path.glob("x.*tsv*"))
    told = ingest(tmp_path, "--fhir", path, "--on-bad-record", "skip")
    assert f"{tmp_path}/{said}" in told and "1 broken records were skipped" in told
    assert [e[:3] for e in events(tmp_path)] == [["p1", "", "GENDER/female"],
                                                 ["p1", "2001-02-03", "SNOMED/44054006"]]
    assert counts(tmp_path)[("record", "dropped", "broken")] == 1


def test_a_line_of_a_hundred_megabytes_is_refused_or_passed_over(tmp_path):
    path = tmp_path / "a.ndjson"
    with open(path, "w") as file:
        file.write(json.dumps(PATIENT) + "\n")
        file.write('{"resourceType":"Condition","id":"' + "x" * 100_000_000 + '"}\n')
        file.write(json.dumps(condition(2)) + "\n")
    told = ingest(tmp_path, "--fhir", path, "--memory", "512", code=4)
    assert f"{path}:2: a line of more than 64 MiB, expected at most an eighth of --memory" in told
    told = ingest(tmp_path, "--fhir", path, "--memory", "512", "--on-bad-record", "skip")
    assert f"{path}:2: a line of more than 64 MiB" in told and "1 broken records were skipped" in told
    assert len(events(tmp_path)) == 2
    # The line after it still has its own number.
    path.write_text(path.read_text() + '{"resourceType":"Patient","id":7}\n')
    told = ingest(tmp_path, "--fhir", path, "--memory", "512", "--on-bad-record", "skip")
    assert f"{path}:4: 'id' is a number, expected a string" in told


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_of_a_hundred_megabytes_is_refused_or_passed_over(quote, tmp_path):
    said = "a row of more than 64 MiB, expected an end"
    folder = tmp_path / "cdm"
    folder.mkdir()
    (folder / "person.csv").write_text("person_id,year_of_birth\n5,1950\n")
    path = folder / "drug_exposure.csv"
    with open(path, "w") as file:
        file.write(DRUG + "1,5,19,2010-01-01,,,\n1,5,0,2010-01-01,,," + quote)
        file.write("x" * 100_000_000 + quote + "\n1,5,20,2010-01-01,,,\n1,y\n")
    told = ingest(tmp_path, "--omop", folder, code=4)
    assert f"{path}:3: {said}" in told
    told = ingest(tmp_path, "--omop", folder, "--on-bad-record", "skip")
    assert f"{path}:3: {said}" in told and f"{path}:5: 2 cells, the header has 7" in told
    assert "2 broken records were skipped" in told
    assert [e[2] for e in events(tmp_path)][1:] == ["OMOP/19", "OMOP/20"]


def test_a_text_beyond_64_kib_is_cut_and_counted(tmp_path):
    path = tmp_path / "a.ndjson"
    # "ä" has two bytes: 65,535 bytes would end within one.
    long = {"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/p1"},
            "effectiveDateTime": "2001-01-01", "code": {"text": "note"}, "valueString": "ä" * 40_000}
    path.write_text(json.dumps(PATIENT) + "\n" + json.dumps(long, ensure_ascii=False) + "\n")
    said = ingest(tmp_path, "--fhir", path)
    assert "text: 1 is longer than 64 KiB and was cut there" in said
    assert counts(tmp_path)[("text", "noticed", "is longer than 64 KiB and was cut there")] == 1
    assert [e[4] for e in events(tmp_path) if e[4]] == ["ä" * 32_767]


def test_one_id_with_two_contents_is_told_with_both_places(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_text("".join(json.dumps(r) + "\n" for r in (
        PATIENT, condition(1), condition(2), condition(1, onsetDateTime="2005-01-01"))))
    said = ingest(tmp_path, "--fhir", path, code=4)
    assert (f"{path}:4: Condition/c1: says something else about 'p1' than the resource of the same type "
            f"and ID at {path}:2: Condition/c1, expected one resource an ID") in said
    ingest(tmp_path, "--fhir", path, "--on-bad-record", "skip")
    assert counts(tmp_path)[("record", "dropped", "broken")] == 1
    # In a Bundle over many lines the entry is named.
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": r} for r in (PATIENT, condition(1), condition(1, onsetDateTime="2005-01-01"))]}
    path = tmp_path / "b.json"
    path.write_text(json.dumps(bundle, indent=1))
    said = ingest(tmp_path, "--fhir", path, code=4)
    assert f"{path}:1: entry 3: Condition/c1: says something else about 'p1'" in said
    assert f"at {path}:1: entry 2: Condition/c1" in said


def test_patients_that_replace_each_other_in_a_circle_are_named(tmp_path):
    def replaced(old, new):
        return {"resourceType": "Patient", "id": old, "gender": "male", "link": [
            {"type": "replaced-by", "other": {"reference": "Patient/" + new}}]}
    path = tmp_path / "a.ndjson"
    path.write_text("".join(json.dumps(r) + "\n" for r in (replaced("p3", "p4"), replaced("p4", "p3"))))
    said = ingest(tmp_path, "--fhir", path, code=4)
    assert ("Patient/p3: its links of the type replaced-by lead round in a circle (2 patients), expected "
            "an end") in said
    said = ingest(tmp_path, "--fhir", path, "--on-bad-record", "skip")
    assert {e[0] for e in events(tmp_path)} == {"p3", "p4"}


def test_a_compressed_file_that_is_cut_loses_no_whole_record(tmp_path):
    """Random texts do not compress: so many bytes of the file are so many of its lines."""
    dice = random.Random(1)
    words = ["%030x" % dice.getrandbits(120) for _ in range(60_000)]
    lines = [json.dumps(PATIENT)] + [json.dumps(condition(w)) for w in words]
    whole = gzip.compress(("\n".join(lines) + "\n").encode(), 1)
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(whole[:len(whole) * 3 // 4])
    said = ingest(tmp_path, "--fhir", path, code=4)
    assert f"{path}" in said and "cut short" in said
    ingest(tmp_path, "--fhir", path, "--on-bad-record", "skip")
    readable = readable_lines(path)
    assert len(events(tmp_path)) == len(readable) > 40_000
    # OMOP and tables of events: the row in which the file ends is left out, because its last cell
    # may lack a part.
    header = "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date," \
             "drug_source_concept_id,drug_source_value\n"
    rows = "".join(f"{i},1,0,2010-01-01,0,{w}\n" for i, w in enumerate(words))
    folder = tmp_path / "cdm"
    folder.mkdir()
    (folder / "person.csv").write_text("person_id,year_of_birth\n1,1950\n")
    whole = gzip.compress((header + rows).encode(), 1)
    path = folder / "drug_exposure.csv.gz"
    path.write_bytes(whole[:len(whole) * 3 // 4])
    said = ingest(tmp_path, "--omop", folder, code=4)
    assert f"{path}" in said and "cut short" in said
    said = ingest(tmp_path, "--omop", folder, "--on-bad-record", "skip")
    assert "1 broken records were skipped" in said
    kept = readable_lines(path)[1:]
    found = {e[2] for e in events(tmp_path) if e[2].startswith("SOURCE/")}
    assert len(kept) > 40_000 and found == {"SOURCE/" + line.split(",")[-1] for line in kept}


def readable_lines(path):
    """Whole lines of a file that is cut, as zlib reads them."""
    import zlib
    stream = zlib.decompressobj(wbits=31)
    text = stream.decompress(path.read_bytes()).decode()
    return text[:text.rfind("\n")].split("\n")


OMOP = {
    "an ID is a word": ("1,x,19,2010-01-01,,,", "column 2 holds 'x', expected a whole number"),
    "an ID beyond 64 bits": ("1,9223372036854775808,19,2010-01-01,,,",
                             "column 2 holds '9223372036854775808', expected a whole number"),
    "no day of the calendar": ("1,5,19,2010-02-30,,,", "column 4 holds '2010-02-30', expected a date "
                               "(YYYY-MM-DD) from 1850 to 2200"),
    "an absurd year": ("1,5,19,0201-02-03,,,", "column 4 holds '0201-02-03', expected a date (YYYY-MM-DD) from "
                       "1850 to 2200"),
    "cells are missing": ("1,5,19", "3 cells, the header has 7"),
    "nobody's row": ("1,,19,2010-01-01,,,", "person_id is empty"),
    "not UTF-8": (b"1,5,0,2010-01-01,,,caf\xe9", "text that is not UTF-8"),
    "not UTF-8 beside quotes": (b'1,5,0,2010-01-01,,,"caf\xe9"', "text that is not UTF-8"),
}
DRUG = "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date," \
       "drug_source_concept_id,drug_source_value\n"


@pytest.mark.parametrize("kind", OMOP)
def test_damage_in_omop_is_told_with_its_line_or_counted(kind, tmp_path):
    damage, said = OMOP[kind]
    folder = tmp_path / "cdm"
    folder.mkdir()
    (folder / "person.csv").write_text("person_id,gender_concept_id,year_of_birth\n5,8507,1950\n")
    path = folder / "drug_exposure.csv"
    damage = damage if isinstance(damage, bytes) else damage.encode()
    path.write_bytes(DRUG.encode() + damage + b"\n1,5,19,2010-01-01,,,\n")
    told = ingest(tmp_path, "--omop", folder, code=4)
    assert f"{path}:2: {said}" in told and MEND_ROW in told
    told = ingest(tmp_path, "--omop", folder, "--on-bad-record", "skip")
    assert f"{path}:2: {said}" in told and "1 broken records were skipped" in told
    assert [e[2] for e in events(tmp_path)][2:] == ["OMOP/19"]


EVENTS = {
    "no date": ("p,soon,A/1,,,", "time 'soon', expected a date of 1850 to 2200"),
    "no number": ("p,2001-01-01,A/1,seven,,", "numeric_value 'seven', expected a number"),
    "nobody's row": (",2001-01-01,A/1,,,", "the column subject_id is empty"),
    "cells are missing": ("p,2001-01-01", "2 cells, the header has 6"),
    "not UTF-8": (b"p,2001-01-01,A/\xff,,,", "text that is not UTF-8"),
}


@pytest.mark.parametrize("kind", EVENTS)
def test_damage_in_a_table_of_events_is_told_with_its_line_or_counted(kind, tmp_path):
    damage, said = EVENTS[kind]
    path = tmp_path / "e.csv"
    damage = damage if isinstance(damage, bytes) else damage.encode()
    path.write_bytes(b"subject_id,time,code,numeric_value,text_value,unit\n" + damage +
                     b"\nq,2001-01-01,A/2,1,,g\n")
    told = ingest(tmp_path, "--events", path, code=4)
    assert f"{path}:2: {said}" in told and MEND_ROW in told
    told = ingest(tmp_path, "--events", path, "--on-bad-record", "skip")
    assert f"{path}:2: {said}" in told and "1 broken records were skipped" in told
    assert [e[:3] for e in events(tmp_path)] == [["q", "2001-01-01", "A/2"]]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("subject_id,time,code\na,2001-01-01,A/1\nb,2001-01-01,\"A/2\n" +
                    "".join(f"c,2001-01-{d:02},A/3\n" for d in range(1, 21)))
    said = ingest(tmp_path, "--events", path, code=4)
    assert f"{path}:3: a quote that is opened in this row is never closed" in said
    said = ingest(tmp_path, "--events", path, "--on-bad-record", "skip")
    assert "1 broken records were skipped" in said
    assert [e[0] for e in events(tmp_path)] == ["a"] + ["c"] * 20
    # A cell may hold a line end, in the last row too.
    path.write_text('subject_id,time,code\na,2001-01-01,"A/1\nx"')
    ingest(tmp_path, "--events", path)
    assert [e[2] for e in events(tmp_path)] == ["A/1 x"]


def test_an_events_file_that_is_not_utf8_is_refused_by_preprocess(tmp_path):
    path = tmp_path / "e.tsv"
    path.write_bytes(b"subject_id\ttime\tcode\na\t2001-01-01\tA/\xff\n")
    result = subprocess.run([GCRISK, "preprocess", "--events", path, "--index-date", "2002-01-01", "--out",
                             f"{tmp_path}/study/"], capture_output=True, text=True)
    assert result.returncode == 4 and f"{path}:2: text that is not UTF-8" in result.stderr


def test_an_option_that_would_do_nothing_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("id,x\na,1\n")
    (tmp_path / "key").write_text("0123456789abcdef")
    said = ingest(tmp_path, "--table", tmp_path / "t.csv", "--deidentify", tmp_path / "key", code=2)
    assert "--deidentify has no effect on --table" in said
    (tmp_path / "e.csv").write_text("subject_id,time,code\na,2001-01-01,A/1\n")
    said = ingest(tmp_path, "--events", tmp_path / "e.csv", "--id-column", "x", code=2)
    assert "--id-column has no effect on --events" in said
