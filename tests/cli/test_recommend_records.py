# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk recommend`: the same record in every form, what its words mean, and what is refused."""
import json
import subprocess

import pytest
from recommend_cases import GCRISK, SOURCE, Record, codes, holds, items, plan_of, run, vcf

C19_22 = vcf(genes=["CYP2C19", "SLCO1B1"], sample="17",
             calls={"rs4244285": "A/A", "rs12769205": "G/G", "rs3758581": "G/G"})
NOTHING = vcf(genes=["IFNL3"])
OMOP = SOURCE.parent / "shared" / "data" / "omop" / "synthea27nj_5.4"


def recommend(folder, text, *options):
    (folder / "person.vcf").write_text(text)
    return subprocess.run([GCRISK, "recommend", "--vcf", "person.vcf", "--out", "out", "--force",
                           *map(str, options)], cwd=folder, capture_output=True, text=True,
                          check=False)


def people(folder, text, *options):
    done = recommend(folder, text, *options)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out.plan.json").read_text())["people"]


# ---- OMOP -----------------------------------------------------------------------------------------

CONCEPTS = """concept_id,concept_name,domain_id,vocabulary_id,concept_class_id,standard_concept,concept_code,valid_start_date,valid_end_date,invalid_reason
1,clopidogrel 75 MG Oral Tablet,Drug,RxNorm,Clinical Drug,S,309362,1970-01-01,2099-12-31,
2,Acute coronary syndrome,Condition,SNOMED,Clinical Finding,S,394659003,1970-01-01,2099-12-31,
3,Cerebrovascular accident,Condition,SNOMED,Clinical Finding,S,230690007,1970-01-01,2099-12-31,
4,"Creatinine [Mass/volume] in Serum or Plasma",Measurement,LOINC,Lab Test,S,2160-0,1970-01-01,2099-12-31,
5,milligram per deciliter,Unit,UCUM,Unit,S,mg/dL,1970-01-01,2099-12-31,
6,metformin 500 MG Oral Tablet,Drug,RxNorm,Clinical Drug,S,861007,1970-01-01,2099-12-31,
7,clarithromycin,Drug,RxNorm,Ingredient,S,21212,1970-01-01,2099-12-31,
8,simvastatin 20 MG,Drug,RxNorm,Clinical Drug,S,312961,1970-01-01,2099-12-31,
8527,White,Race,Race,Race,S,5,1970-01-01,2099-12-31,
"""
TABLES = {
    "CONCEPT": CONCEPTS,
    "PERSON": "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,"
              "race_concept_id,ethnicity_concept_id\n17,8507,1955,3,15,8527,0\n",
    "CONDITION_OCCURRENCE":
        "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,"
        "condition_end_date\n1,17,2,2025-04-01,2025-04-01\n2,17,3,2019-02-02,2019-02-20\n",
    "DRUG_EXPOSURE":
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,"
        "drug_exposure_end_date\n1,17,1,2025-04-02,2025-12-31\n2,17,6,2025-01-01,2025-12-31\n"
        "3,17,8,2025-01-01,2025-12-31\n4,17,7,2025-01-01,2025-01-08\n",
    "MEASUREMENT":
        "measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number,"
        "value_as_concept_id,unit_concept_id\n1,17,4,2025-05-15,3.0,0,5\n"}


def omop(folder, **changes):
    place = folder / "omop"
    place.mkdir(exist_ok=True)
    for name, text in {**TABLES, **changes}.items():
        (place / f"{name}.csv").write_text(text)
    return place


@pytest.mark.parametrize("name", ["17", "somebody"])
def test_an_omop_folder_is_a_record(tmp_path, name):
    person, = people(tmp_path, C19_22.replace("FORMAT\t17", f"FORMAT\t{name}"),
                     "--omop", omop(tmp_path), "--index-date", "2025-06-01")
    assert (person["record"]["sex"], person["record"]["age"]) == ("male", 70)
    assert person["record"]["ancestry"] == "white"
    # A diagnosis that ends where it begins was noted at a visit; a stroke that is over still counts.
    assert holds(person, "clopidogrel", "AVOID", ["*2/*2", "acute coronary"], ["PA166297572"])
    assert holds(person, "prasugrel", "CONTRAINDICATED", ["stroke"], ["PRA-STROKE"])
    # 3.0 mg/dL, man of 70: CKD-EPI 2021 gives 21.67.
    assert holds(person, "metformin", "CONTRAINDICATED", ["21.67", "CKD-EPI"], ["MET-RENAL"])
    # A course that is over interacts with nothing; the list of allergies is not in OMOP.
    assert not items(person, "simvastatin+clarithromycin")
    assert "allergies: not recorded" in person["notices"]


def test_an_omop_folder_of_nobody_in_the_file_is_refused(tmp_path):
    two = "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,race_concept_id," \
          "ethnicity_concept_id\n1,8507,1955,3,15,0,0\n2,8507,1955,3,15,0,0\n"
    done = recommend(tmp_path, C19_22, "--omop", omop(tmp_path, PERSON=two, DRUG_EXPOSURE=TABLES[
        "DRUG_EXPOSURE"].replace(",17,", ",1,"), CONDITION_OCCURRENCE=TABLES[
            "CONDITION_OCCURRENCE"].replace(",17,", ",1,"), MEASUREMENT=TABLES[
                "MEASUREMENT"].replace(",17,", ",2,")))
    assert done.returncode == 6
    assert "holds nobody of the VCF, expected person_id to be the name of the sample" in done.stderr
    done = recommend(tmp_path, C19_22, "--omop", tmp_path / "nowhere")
    assert done.returncode == 3 and "is no folder, expected one with OMOP tables" in done.stderr


@pytest.mark.skipif(not OMOP.exists(), reason="no ../shared/data/omop")
def test_a_real_omop_folder(tmp_path):
    ids = [line.split(",")[0].strip('"') for line in
           (OMOP / "person.csv").read_text().splitlines()[1:4]]
    header, *records = [line for line in NOTHING.splitlines() if not line.startswith("##")]
    text = "\n".join([*(line for line in NOTHING.splitlines() if line.startswith("##")),
                      "\t".join(header.split("\t")[:9] + ids),
                      *("\t".join(r.split("\t")[:9] + [r.split("\t")[9]] * 3) for r in records)])
    found = people(tmp_path, text + "\n", "--omop", OMOP)
    assert [p["id"] for p in found] == ids
    assert all(p["record"]["given"] and p["record"]["sex"] for p in found)


# ---- one form at a time, and whose record it is ---------------------------------------------------

def test_two_forms_of_a_record_are_refused(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(Record().bundle()))
    (tmp_path / "r.tsv").write_text("#IID\tsex\n17\tmale\n")
    done = recommend(tmp_path, C19_22, "--omop", omop(tmp_path), "--fhir", "r.json")
    assert done.returncode == 2
    assert "--fhir and --omop both give records, expected one of them" in done.stderr
    done = recommend(tmp_path, C19_22, "--clinical", "r.tsv", "--omop", omop(tmp_path), "--fhir",
                     "r.json")
    assert "--fhir and --omop and --clinical all give records" in done.stderr


def test_records_of_other_people_are_refused(tmp_path):
    (tmp_path / "r.tsv").write_text("#IID\tsex\tage\nA\tmale\t50\nB\tmale\t60\n")
    done = recommend(tmp_path, C19_22, "--clinical", "r.tsv", "--index-date", "2025-06-01")
    assert done.returncode == 5
    assert ("the records and the VCF share no name: the records begin with A, the VCF with 17"
            in done.stderr)


def test_the_same_record_as_bundle_ndjson_folder_and_table(tmp_path):
    record = (Record("male", "1950-01-01").drug("clopidogrel").drug("omeprazole")
              .condition("STEMI", "I21.3").condition("Stroke", "I63.9"))
    bundle = record.bundle()
    (tmp_path / "bundle.json").write_text(json.dumps(bundle))
    (tmp_path / "lines.ndjson").write_text(
        "\n".join(json.dumps(r) for r in record.resources) + "\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    for resource in record.resources:
        (folder / f"{resource['id']}.json").write_text(json.dumps(resource, indent=1))
    (tmp_path / "table.tsv").write_text(
        "#IID\tdate\tsex\tbirth_date\tmedications\tconditions\n"
        "17\t2025-05-20\tmale\t1950-01-01\tclopidogrel;omeprazole\tI21.3;I63.9\n")
    said = []
    for option, path in (("--fhir", "bundle.json"), ("--fhir", "lines.ndjson"),
                         ("--fhir", "folder"), ("--clinical", "table.tsv")):
        person, = people(tmp_path, C19_22, option, path, "--index-date", "2025-06-01")
        said.append([(i["about"], i["finding"], i["action"]) for i in person["items"]])
    assert said[0] == said[1] == said[2] == said[3]
    assert ("prasugrel", "CONTRAINDICATED", "CONTRAINDICATED") in said[0]


# ---- what words mean ------------------------------------------------------------------------------

def test_a_stage_is_that_of_a_cancer_alone(tmp_path):
    """A kidney has a stage IV too, and nobody's breast cancer is metastatic by it."""
    def olaparib(record):
        return plan_of(tmp_path, vcf(variants=["rs80357906"]), record.drug("paclitaxel", "completed"))

    record = Record().condition("HER2-negative breast cancer", "C50.911").condition(
        "Chronic kidney disease, stage IV", "N18.4")
    assert "RECOMMENDED" not in codes(olaparib(record), "olaparib")
    record = Record().condition("HER2-negative breast cancer, stage IV", "C50.911")
    assert "RECOMMENDED" in codes(olaparib(record), "olaparib")
    for denied in ("without metastases", "no evidence of metastatic disease", "non-metastatic"):
        record = Record().condition(f"HER2-negative breast cancer, {denied}", "C50.911")
        assert "RECOMMENDED" not in codes(olaparib(record), "olaparib"), denied


@pytest.mark.parametrize("text, counts", [
    ("Ischemic stroke", True), ("History of stroke", True), ("TIA", True),
    ("no stroke", False), ("Family history of stroke", False), ("Stroke screening", False),
    ("heat stroke risk", False), ("denies stroke", False)])
def test_a_stroke_in_words(tmp_path, text, counts):
    record = Record("male").drug("clopidogrel").condition("STEMI", "I21.3").condition(text)
    person = plan_of(tmp_path, C19_22, record)
    assert holds(person, "prasugrel", "CONTRAINDICATED") == counts


@pytest.mark.parametrize("unit, value, refused", [
    ("mg/dL", 3.0, False), ("umol/L", 265.2, False), ("µmol/L", 265.2, False),
    ("mmol/L", 0.2652, False), ("MG/DL", 3.0, False), ("mg", 3.0, True), ("", 3.0, True),
    ("mg/dL", 300, True), ("mg/dL", -1, True)])
def test_units_and_values_of_creatinine(tmp_path, unit, value, refused):
    record = Record("male", "1955-03-15").drug("metformin").lab("2160-0", value, unit)
    person = plan_of(tmp_path, NOTHING, record)
    assert holds(person, "metformin", "CONTRAINDICATED") != refused
    assert any("the value is not used" in w for w in person["record"]["warnings"]) == refused


# ---- empty, unknown, hostile ----------------------------------------------------------------------

@pytest.mark.parametrize("resources", [
    [{"resourceType": "Patient", "id": "p1"}],
    [{"resourceType": "Patient", "id": "p1"}, {"resourceType": "Condition", "id": "c",
                                               "subject": {"reference": "Patient/p1"}}],
    [{"resourceType": "Patient", "id": "p1", "birthDate": "yesterday", "gender": 7},
     {"resourceType": "Observation", "subject": {"reference": "Patient/p1"},
      "valueQuantity": {"value": "much"}}],
    [{"resourceType": "Patient", "id": "p1"}, {"resourceType": "Spaceship", "id": "s"},
     {"resourceType": "MedicationRequest", "id": "m", "subject": {"reference": "Patient/p1"}}]])
def test_records_with_nothing_in_them_say_what_is_not_known(tmp_path, resources):
    bundle = {"resourceType": "Bundle", "type": "collection", "timestamp": "2025-06-01T00:00:00Z",
              "entry": [{"resource": r} for r in resources]}
    person = plan_of(tmp_path, NOTHING, bundle, None, ["--drugs", "prasugrel,metformin"])
    said = items(person, "prasugrel")[0]
    assert "stroke or transient ischaemic attack: not recorded" in said["not_checked"]
    assert "allergies: not recorded" in said["not_checked"]


EVIL = ['<script>alert(1)</script>"}]', "</title><img src=x onerror=alert(1)>",
        "'; DROP TABLE drugs; --", "\u202eevil\u0000\u0007", "{{7*7}}", "a\tb\nc", "=1+1|cmd"]


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_texts_are_shown_and_not_run(tmp_path, evil):
    record = (Record().drug(evil).condition(evil, "I63.9").allergy(evil)
              .lab("2160-0", 3, evil).answer("85319-2", evil, evil)
              .add("Condition", code={"coding": [{"system": evil, "code": evil, "display": evil}]}))
    record.resources[0]["identifier"] = [{"value": evil}]
    person = plan_of(tmp_path, NOTHING, record, f"CYP2D6\t\t{evil.split()[0]}\n"
                     if "\t" not in evil and "\n" not in evil else None,
                     ["--drugs", evil.replace(",", " ").replace("\u0000", "") or "x"])
    assert person["record"]["drugs_not_understood"]
    page = (tmp_path / "out.plan.html").read_text()
    assert "<script" not in page and "<img" not in page
    assert "<script" not in (tmp_path / "out.plan.json").read_text()
    header, *rows = (tmp_path / "out.plan.tsv").read_text().rstrip("\n").split("\n")
    assert all(row.count("\t") == header.count("\t") for row in rows)
    json.loads((tmp_path / "out.fhir.json").read_text())


def test_drugs_that_nobody_knows_are_named(tmp_path):
    record = Record().drug("zzyzzomab 5 mg").drug("metformin")
    person = plan_of(tmp_path, NOTHING, record, None, ["--drugs", "clopidogril"])
    assert person["record"]["drugs_not_understood"] == [
        "zzyzzomab 5 mg (MedicationRequest/r1)", "clopidogril (--drugs)"]
    done = run(tmp_path, NOTHING, record, None, ["--drugs", "clopidogril"])
    assert ("--drugs clopidogril: no table knows this drug; nothing is said about it (nearest: "
            "clopidogrel") in done.stderr
    counts = json.loads((tmp_path / "out.run.json").read_text())
    assert "drugs of the records" in json.dumps(counts)
