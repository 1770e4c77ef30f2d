# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""gcrisk ingest ehr --fhir on real exports, against counts made here by a few lines of Python."""
import collections
import gzip
import json
import os
import pathlib
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]).parent / "shared" / "data" / "fhir"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data/fhir is not there")


def gcrisk(*arguments, code=0):
    result = subprocess.run([GCRISK, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == code, result.stderr
    return result.stderr


def ingest(folder, *arguments, code=0, threads=2):
    return gcrisk("ingest", "ehr", *arguments, "--out", folder / "x", "--threads", threads,
                  "--force", code=code)


def resources(paths):
    """Every resource of NDJSON files, documents and bundles, in any order."""
    for path in paths:
        text = (gzip.open(path, "rt") if path.suffix == ".gz" else open(path)).read()
        if ".ndjson" in path.name:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            found = [json.loads(text)]
        for resource in found:
            yield resource
            for entry in resource.get("entry", []):
                yield entry["resource"]


def counts(folder, what="seen"):
    rows = [line.rstrip("\n").split("\t") for line in open(folder / "x.counts.tsv")]
    return {row[0]: int(row[3]) for row in rows[1:] if row[1] == what}


def events(folder):
    with gzip.open(folder / "x.events.tsv.gz", "rt") as file:
        header = file.readline().rstrip("\n").split("\t")
        assert header == ["subject_id", "time", "code", "numeric_value", "text_value", "unit"]
        return [line.rstrip("\n").split("\t") for line in file]


@needs_data
@pytest.mark.parametrize("name", ["synthea_cohort_240_ndjson", "bulk_export_10", "synthea_bundles",
                                  "synthea_hiv_bundles"])
def test_counts_of_every_type_are_those_of_an_independent_count(name, tmp_path):
    ingest(tmp_path, "--fhir", DATA / name)
    files = [p for p in (DATA / name).iterdir() if p.name != "log.ndjson"]
    wanted = collections.Counter(r["resourceType"] for r in resources(files))
    assert counts(tmp_path) == dict(wanted)


@needs_data
def test_files_that_hold_no_resources_are_named_and_passed_over(tmp_path):
    said = ingest(tmp_path, "--fhir", DATA / "edge")
    wanted = collections.Counter(r["resourceType"] for r in resources((DATA / "edge").rglob("*.ndjson")))
    assert counts(tmp_path) == dict(wanted)
    # The same nine patients lie there under two names.
    assert "resource: 9 left out, read before with the same content" in said
    assert "file: 4 is empty" in said and "file: 1 is not JSON and is not read" in said


@needs_data
def test_events_of_the_cohort_are_those_of_an_independent_reading(tmp_path):
    """Observations with a quantity: person, time, code and value, as Python reads them."""
    ingest(tmp_path, "--fhir", DATA / "synthea_cohort_240_ndjson")
    wanted = collections.Counter()
    for r in resources([DATA / "synthea_cohort_240_ndjson" / "Observation.ndjson.gz"]):
        for part in [r, *r.get("component", [])]:
            if "valueQuantity" not in part:
                continue
            person = r["subject"]["reference"].removeprefix("Patient/")
            time = r["effectiveDateTime"]
            assert time.endswith("+00:00")
            wanted[(person, time[:19], "LOINC/" + part["code"]["coding"][0]["code"],
                    float(part["valueQuantity"]["value"]), part["valueQuantity"]["code"])] += 1
    found = collections.Counter((e[0], e[1], e[2], float(e[3]), e[5]) for e in events(tmp_path) if e[3])
    assert found == wanted


@needs_data
def test_a_bundle_and_a_bulk_export_name_people_alike(tmp_path):
    ingest(tmp_path, "--fhir", DATA / "synthea_bundles")
    people = {r["id"] for r in resources((DATA / "synthea_bundles").iterdir())
              if r["resourceType"] == "Patient"}
    assert {e[0] for e in events(tmp_path)} == people
    died = sum("deceasedDateTime" in r for r in resources((DATA / "synthea_bundles").iterdir())
               if r["resourceType"] == "Patient")
    assert sum(e[2] == "MEDS_DEATH" for e in events(tmp_path)) == died


@needs_data
def test_threads_and_the_order_of_files_change_no_byte(tmp_path):
    files = sorted((DATA / "synthea_cohort_240_ndjson").iterdir())
    ingest(tmp_path, "--fhir", *files, threads=1)
    first = (tmp_path / "x.events.tsv.gz").read_bytes()
    ingest(tmp_path, "--fhir", *reversed(files), threads=2)
    assert (tmp_path / "x.events.tsv.gz").read_bytes() == first
    ingest(tmp_path, "--fhir", DATA / "synthea_cohort_240_ndjson", "--memory", "256")
    assert (tmp_path / "x.events.tsv.gz").read_bytes() == first


PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-06", "gender": "female",
           "identifier": [{"system": "urn:ward", "value": "77"}]}


def condition(**more):
    return {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006",
                                 "display": "Diabetes"}]}, "onsetDateTime": "2001-02-03", **more}


def write(path, *found):
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in found))
    return path


def codes(folder):
    return [(e[0], e[1], e[2]) for e in events(folder)]


def test_references_of_every_kind_lead_to_the_person(tmp_path):
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "urn:uuid:aa", "resource": {"resourceType": "Patient", "id": "p2"}},
        {"fullUrl": "urn:uuid:bb", "resource": {
            "resourceType": "Medication", "id": "m9",
            "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "9"}]}}},
        {"fullUrl": "urn:uuid:cc", "resource": {
            "resourceType": "MedicationRequest", "id": "r9", "status": "active",
            "subject": {"reference": "urn:uuid:aa"}, "authoredOn": "2010-01-01",
            "medicationReference": {"reference": "urn:uuid:bb"}}}]}
    rx = "http://www.nlm.nih.gov/research/umls/rxnorm"
    write(tmp_path / "a.ndjson",
          condition(id="1", subject={"identifier": {"system": "urn:ward", "value": "77"}}),
          condition(id="2", subject={"reference": "https://host/fhir/Patient/p1/_history/3"}),
          condition(id="3", subject={"reference": "Group/all"}),
          {"resourceType": "MedicationRequest", "id": "r1", "status": "active",
           "subject": {"reference": "Patient/p1"}, "authoredOn": "2010-01-01",
           "contained": [{"resourceType": "Medication", "id": "x",
                          "code": {"coding": [{"system": rx, "code": "1"}]}}],
           "medicationReference": {"reference": "#x"}},
          {"resourceType": "MedicationRequest", "id": "r2", "status": "active",
           "subject": {"reference": "Patient/p1"}, "authoredOn": "2010-01-02",
           "medicationReference": {"reference": "Medication/m2"}},
          {"resourceType": "MedicationStatement", "id": "r3", "status": "active",
           "subject": {"reference": "Patient/p1"}, "effectiveDateTime": "2010-01-03",
           "medicationReference": {"display": "Aspirin"}},
          {"resourceType": "Medication", "id": "m2", "code": {"coding": [{"system": rx, "code": "2"}]}},
          bundle, PATIENT)
    ingest(tmp_path, "--fhir", tmp_path / "a.ndjson")
    assert codes(tmp_path) == [
        ("p1", "", "GENDER/female"), ("p1", "1950-06", "MEDS_BIRTH"),
        ("p1", "2001-02-03", "SNOMED/44054006"), ("p1", "2001-02-03", "SNOMED/44054006"),
        ("p1", "2010-01-01", "RxNorm/1"), ("p1", "2010-01-02", "RxNorm/2"),
        ("p1", "2010-01-03", "TEXT/Aspirin"),
        ("p2", "2010-01-01", "RxNorm/9")]
    assert counts(tmp_path, "dropped") == {"Condition": 1}


def test_what_did_not_happen_is_no_event(tmp_path):
    def status(word):
        return {"coding": [{"code": word}]}
    write(tmp_path / "a.ndjson", PATIENT,
          condition(id="1", verificationStatus=status("refuted")),
          condition(id="2", verificationStatus=status("entered-in-error")),
          condition(id="3", abatementDateTime="2002-01-01", clinicalStatus=status("resolved")),
          condition(id="4", onsetDateTime=None),
          {"resourceType": "Procedure", "id": "5", "status": "not-done",
           "subject": {"reference": "Patient/p1"}, "performedDateTime": "2003-01-01",
           "code": {"text": "none"}})
    ingest(tmp_path, "--fhir", tmp_path / "a.ndjson")
    assert codes(tmp_path)[2:] == [("p1", "2001-02-03", "SNOMED/44054006"),
                                   ("p1", "2002-01-01", "SNOMED/44054006//END")]
    rows = [line.split("\t") for line in open(tmp_path / "x.counts.tsv")]
    assert {(r[0], r[2]) for r in rows if r[1] == "dropped"} == {
        ("Condition", "refuted"), ("Condition", "entered-in-error"), ("Condition", "no date"),
        ("Procedure", "not-done")}


@pytest.mark.parametrize("line, said", [
    ('{"resourceType":"Condition","id":"c1"', "a.ndjson:2: broken JSON"),
    (condition(subject="Patient/p1"), "a.ndjson:2: Condition/c1: 'subject' is a string, expected an object"),
    (condition(onsetDateTime="2001-02-30"), "a.ndjson:2: Condition/c1: 'onsetDateTime' is '2001-02-30'"),
    (condition(onsetDateTime="0001-01-01"), "expected a year from 1850 to 2200"),
    ({"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/p1"},
      "code": {"text": "x"}, "effectiveDateTime": "2001-01-01", "valueQuantity": {"value": "7"}},
     "a.ndjson:2: Observation/o: 'value' is a string, expected a number"),
    ('{"a":' * 2000 + "1" + "}" * 2000, "a.ndjson:2: values nested deeper than 1,024 levels"),
    ({"id": "nothing"}, "a.ndjson:2: no 'resourceType', expected a FHIR resource"),
])
def test_a_broken_record_stops_or_is_counted(tmp_path, line, said):
    write(tmp_path / "a.ndjson", PATIENT, line)
    assert said in ingest(tmp_path, "--fhir", tmp_path / "a.ndjson", code=4)
    assert not (tmp_path / "x.events.tsv.gz").exists()
    told = ingest(tmp_path, "--fhir", tmp_path / "a.ndjson", "--on-bad-record", "skip")
    assert "1 broken records were skipped" in told
    assert codes(tmp_path) == [("p1", "", "GENDER/female"), ("p1", "1950-06", "MEDS_BIRTH")]


def test_text_that_is_not_utf8_and_a_cut_gz_are_refused_with_their_place(tmp_path):
    good = (json.dumps(PATIENT) + "\n").encode()
    (tmp_path / "a.ndjson").write_bytes(good + b'{"resourceType":"Patient","id":"\xff"}\n')
    assert "a.ndjson:2: text that is not UTF-8" in ingest(tmp_path, "--fhir", tmp_path / "a.ndjson", code=4)
    whole = gzip.compress(good * 1 + b"".join(
        json.dumps(condition(id=str(i))).encode() + b"\n" for i in range(3000)))
    (tmp_path / "b.ndjson.gz").write_bytes(whole[:len(whole) // 2])
    assert "b.ndjson.gz" in ingest(tmp_path, "--fhir", tmp_path / "b.ndjson.gz", code=4)
    ingest(tmp_path, "--fhir", tmp_path / "b.ndjson.gz", "--on-bad-record", "skip")


def test_one_id_that_says_two_things_is_refused(tmp_path):
    write(tmp_path / "a.ndjson", PATIENT, condition(), condition(onsetDateTime="2005-01-01"))
    said = ingest(tmp_path, "--fhir", tmp_path / "a.ndjson", code=4)
    assert "than the resource of the same type and ID at" in said
    ingest(tmp_path, "--fhir", tmp_path / "a.ndjson", "--on-bad-record", "skip")
    assert codes(tmp_path)[2:] == [("p1", "2001-02-03", "SNOMED/44054006")]
    # The same resource twice is one resource.
    write(tmp_path / "a.ndjson", PATIENT, condition(), condition())
    ingest(tmp_path, "--fhir", tmp_path / "a.ndjson")
    assert codes(tmp_path)[2:] == [("p1", "2001-02-03", "SNOMED/44054006")]


def test_patients_that_replace_each_other_in_a_circle_are_refused(tmp_path):
    def replaced(old, new):
        return {"resourceType": "Patient", "id": old, "gender": "male", "link": [
            {"type": "replaced-by", "other": {"reference": "Patient/" + new}}]}
    write(tmp_path / "a.ndjson", replaced("p3", "p1"), PATIENT, condition(subject={"reference": "Patient/p3"}))
    ingest(tmp_path, "--fhir", tmp_path / "a.ndjson")
    assert {c[0] for c in codes(tmp_path)} == {"p1"}
    write(tmp_path / "a.ndjson", replaced("p3", "p4"), replaced("p4", "p3"))
    assert "lead round in a circle" in ingest(tmp_path, "--fhir", tmp_path / "a.ndjson", code=4)


def test_other_versions_of_fhir_are_refused_by_name(tmp_path):
    for record, version in [
            (condition(clinicalStatus="active"), "STU3 or older"),
            ({"resourceType": "MedicationOrder", "id": "m"}, "DSTU2"),
            ({"resourceType": "MedicationRequest", "id": "m", "status": "active",
              "medication": {"concept": {"text": "x"}}}, "R5")]:
        write(tmp_path / "a.ndjson", record)
        said = ingest(tmp_path, "--fhir", tmp_path / "a.ndjson", "--on-bad-record", "skip", code=4)
        assert f"as FHIR {version} has it, expected FHIR R4" in said


def test_a_simulated_cohort_goes_the_whole_way(tmp_path):
    gcrisk("simulate", "--samples", 400, "--variants", 200, "--records", "fhir", "--format", "bed",
           "--clinical", 8, "--missing-rate", 0.1, "--prevalence", 0.3, "--out",
           tmp_path / "sim")
    ingest(tmp_path, "--fhir", tmp_path / "sim.fhir.ndjson", "--index-date", "2020-01-01")
    pheno = [line.split() for line in open(tmp_path / "sim.pheno.tsv")][1:]
    cases = {p[0] for p in pheno if p[1] == "1"}
    name = open(tmp_path / "sim.pheno.tsv").readline().split()[1]
    assert {e[0] for e in events(tmp_path) if e[2] == f"simulated/{name}"} == cases
    gcrisk("preprocess", "--bfile", tmp_path / "sim", "--events", tmp_path / "x.events.tsv.gz",
           "--index-date", "2020-01-01", "--outcome-code", f"simulated/{name}", "--out",
           f"{tmp_path}/study/")
    rows = [line.rstrip("\n").split("\t") for line in open(tmp_path / "study" / "samples.tsv")]
    at = rows[0].index("OUTCOME")
    assert {r[0] for r in rows[1:] if r[at] == "1"} == cases and len(rows) == 401
    gcrisk("train", "lr", "--study", f"{tmp_path}/study/", "--inputs", "clinical", "--out",
           f"{tmp_path}/model/")
