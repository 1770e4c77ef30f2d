# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`predict --fhir` and `--events`: a model of health records applied to new people's records."""
import csv
import json
import os
import subprocess
from pathlib import Path

import pytest

GCRISK = os.environ["GCRISK"]
DATA = Path(os.environ["GCRISK_SOURCE"]).parent / "shared" / "data"
COHORT = DATA / "fhir" / "synthea_cohort_240_ndjson"


def gcrisk(folder, *arguments, code=0):
    result = subprocess.run([GCRISK, *map(str, arguments)], cwd=folder, capture_output=True, text=True)
    assert result.returncode == code, result.stderr
    return result.stderr


def risks(path):
    with open(path) as file:
        return {row["#IID"]: row["RISK"] for row in csv.DictReader(file, delimiter="\t")}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    if not COHORT.exists():
        pytest.skip("../shared/data is not there")
    folder = tmp_path_factory.mktemp("records")
    gcrisk(folder, "ingest", "ehr", "--fhir", COHORT, "--index-date", "2005-01-01", "--out", "cohort")
    gcrisk(folder, "preprocess", "--events", "cohort.events.tsv.gz", "--index-date", "2005-01-01",
           "--outcome-code", "MEDS_DEATH", "--risk-window", "1:5843", "--min-time-at-risk", "0",
           "--window", "ever,1825d", "--aggregate", "last,count,mean,slope",
           "--min-prevalence", "0.05", "--split", "60/0/40", "--out", "study/")
    gcrisk(folder, "train", "lr", "--study", "study/", "--out", "model/")
    gcrisk(folder, "predict", "--model", "model/", "--study", "study/", "--out", "known")
    return folder


def test_records_give_the_columns_that_the_study_had(model):
    gcrisk(model, "predict", "--model", "model/", "--fhir", COHORT, "--index-date", "2005-01-01",
           "--out", "fhir")
    gcrisk(model, "predict", "--model", "model/", "--events", "cohort.events.tsv.gz",
           "--index-date", "2005-01-01", "--out", "events")
    known, fhir = risks(model / "known.predictions.tsv"), risks(model / "fhir.predictions.tsv")
    assert len(known) > 100 and len(set(known.values())) > 30
    # Those outside of the study (dead or unborn at the index) are predicted as well.
    assert set(known) < set(fhir)
    assert {person: fhir[person] for person in known} == known
    assert risks(model / "events.predictions.tsv") == fhir


def one_patient(folder, change=lambda resource: None):
    """The records of one person of the study as a folder of their own."""
    person = sorted(risks(folder / "known.predictions.tsv"))[0]
    out = folder / f"one_{len(list(folder.glob('one_*')))}"
    out.mkdir()
    for source in sorted(COHORT.rglob("*.ndjson*")):
        lines = subprocess.run(["zcat", "-f", source], capture_output=True, text=True).stdout.splitlines()
        kept = []
        for line in lines:
            if person in line:
                resource = json.loads(line)
                change(resource)
                kept.append(json.dumps(resource))
        if kept:
            (out / f"{source.name.split('.')[0]}.ndjson").write_text("\n".join(kept) + "\n")
    return person, out


def test_one_person_gets_the_risk_that_the_cohort_gave(model):
    """Columns, levels and units are the model's: whoever comes alone is seen as before."""
    person, records = one_patient(model)
    gcrisk(model, "predict", "--model", "model/", "--fhir", records, "--index-date", "2005-01-01",
           "--out", "alone", "--force")
    known = risks(model / "known.predictions.tsv")
    assert risks(model / "alone.predictions.tsv")[person] == known[person]


def test_another_laboratory_with_other_units_changes_nothing(model):
    """Weights in grams and heights in metres where the study had kilograms and centimetres."""
    factors = {"kg": ("g", 1000), "cm": ("m", 0.01)}
    changed = []

    def other_units(resource):
        quantity = resource.get("valueQuantity", {})
        if quantity.get("code") in factors:
            unit, factor = factors[quantity["code"]]
            quantity.update(unit=unit, code=unit, value=quantity["value"] * factor)
            changed.append(unit)

    person, records = one_patient(model, other_units)
    if not changed:
        pytest.skip("this person was never weighed")
    gcrisk(model, "predict", "--model", "model/", "--fhir", records, "--index-date", "2005-01-01",
           "--out", "units", "--force")
    known = risks(model / "known.predictions.tsv")
    assert float(risks(model / "units.predictions.tsv")[person]) == pytest.approx(
        float(known[person]), rel=1e-5)


def test_what_cannot_be_is_said(model):
    def refused(code, *arguments):
        return gcrisk(model, "predict", "--model", "model/", *arguments, "--out", "no", code=code)

    assert ("--fhir and --events exclude each other"
            in refused(2, "--fhir", COHORT, "--events", "cohort.events.tsv.gz"))
    assert ("--index-date belongs to health records, expected --fhir or --events"
            in refused(2, "--clinical", "x.tsv", "--index-date", "2005-01-01"))
    assert ("nobody of the records has an index date (first:NONE/1)"
            in refused(6, "--fhir", COHORT, "--index-date", "first:NONE/1"))


def test_a_model_of_a_table_is_not_applied_to_records(model, tmp_path):
    rows = [f"p{i}\t{20 + i % 50}\t{i % 2}" for i in range(60)]
    (tmp_path / "t.tsv").write_text("#IID\tbmi\tsick\n" + "\n".join(rows) + "\n")
    gcrisk(tmp_path, "preprocess", "--clinical", "t.tsv", "--pheno-name", "sick", "--out", "s/")
    gcrisk(tmp_path, "train", "lr", "--study", "s/", "--out", "m/")
    said = gcrisk(tmp_path, "predict", "--model", "m/", "--fhir", COHORT, "--out", "no", code=5)
    assert ("1 column of the model cannot be made of events: bmi; expected names such as "
            "LOINC/2160-0:last:365d" in said)
