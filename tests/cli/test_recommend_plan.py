# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The plan of `recommend`: scenarios, and the safety rules with their exact words."""
import json
import pathlib

import pytest
from recommend_cases import INDEX, SOURCE, Record, codes, holds, items, plan_of, run, vcf

SCENARIOS = SOURCE.parent / "shared" / "knowledge" / "examples" / "scenarios"
NEEDED = sorted(p.name for p in SCENARIOS.iterdir()) if SCENARIOS.exists() else []


def said(person, wanted):
    names = {"STANDARD_FIRM": "FIRM_STANDARD", "STANDARD_WITHOUT_WARNING": "CLEAN_STANDARD",
             "DOSE_WITHOUT_INR_WARNING": "BARE_DOSE"}
    return holds(person, wanted["about"], names.get(wanted["expect"], wanted["expect"]),
                 wanted.get("because", ()), wanted.get("ids", ()), wanted.get("value"))


@pytest.mark.skipif(not NEEDED, reason="no ../shared/knowledge/examples/scenarios")
@pytest.mark.parametrize("name", NEEDED)
def test_a_scenario_says_what_it_must_and_nothing_that_it_must_not(tmp_path, name):
    folder = SCENARIOS / name
    expect = json.loads((folder / "expect.json").read_text())
    record = json.loads((folder / "record.json").read_text())
    outside = folder / "outside.tsv"
    person = plan_of(tmp_path, (folder / "patient.vcf").read_text(), record,
                     outside.read_text() if outside.exists() else None,
                     ["--index-date", expect["index_date"]])
    for wanted in expect["must"]:
        assert said(person, wanted), (wanted, items(person, wanted["about"]))
    for unwanted in expect["must_not"]:
        assert not said(person, unwanted), (unwanted, items(person, unwanted["about"]))


# Rule 6: PARP inhibitors and tumour drugs.

BRCA1 = "rs80357906"


def test_a_matching_cancer_names_olaparib_and_what_is_missing(tmp_path):
    person = plan_of(tmp_path, vcf(variants=[BRCA1]), Record().condition("Breast cancer", "C50.911"))
    option = items(person, "olaparib", kind="option")[0]
    assert option["action"] == "NAMED_AS_OPTION"
    assert any("HER2-negative: not recorded" in text for text in option["not_checked"])
    # The whole context: the rule's condition is met.
    record = (Record().condition("Metastatic HER2-negative breast cancer", "C50.911")
              .drug("paclitaxel", status="completed", date="2024-09-01").pregnant(False))
    person = plan_of(tmp_path, vcf(variants=[BRCA1]), record)
    option = items(person, "olaparib", kind="option", action="RECOMMENDED")[0]
    assert option["dose"]["label"] == "tablets 300 mg twice daily (usual label dosage)"
    assert option["sources"][0]["pmid"] == "28578601"


@pytest.mark.parametrize("variant, finding", [("BRCA2:c.476-2A>G", "UNCERTAIN_SIGNIFICANCE"),
                                              ("rs11571833", "BENIGN")])
def test_no_parp_inhibitor_for_an_uncertain_or_harmless_variant(tmp_path, variant, finding):
    record = Record().condition("Metastatic HER2-negative breast cancer", "C50.911")
    person = plan_of(tmp_path, vcf(variants=[variant]), record.drug("olaparib", status="draft"))
    assert items(person, "BRCA2", finding=finding)
    assert codes(person, "olaparib") >= {finding, "NOT_INDICATED"}
    assert not codes(person, "olaparib") & {"RECOMMENDED", "NAMED_AS_OPTION"}


def test_a_tumour_finding_on_record_names_its_drug(tmp_path):
    record = Record().condition("Non-small-cell lung cancer, metastatic", "C34.90", "254637007")
    record.add("Observation", status="final", effectiveDateTime="2025-04-01",
               code={"coding": [{"system": "http://loinc.org", "code": "69548-6"}]},
               component=[{"code": {"coding": [{"code": "48018-6"}]},
                           "valueCodeableConcept": {"text": "EGFR"}},
                          {"code": {"coding": [{"code": "48005-3"}]},
                           "valueCodeableConcept": {"text": "p.Leu858Arg"}},
                          {"code": {"coding": [{"code": "48002-0"}]},
                           "valueCodeableConcept": {"coding": [{"code": "LA6684-0"}]}}])
    person = plan_of(tmp_path, vcf(genes=["CYP3A5"]), record)
    assert "RECOMMENDED" in codes(person, "osimertinib")


# Rule 7: the record is read at its date, and only what counts.

GUANINE = {"genes": ["CYP2C19"], "calls": {"rs4244285": "A/A", "rs12769205": "G/G",
                                            "rs3758581": "G/G"}}


def clopidogrel(folder, record):
    return plan_of(folder, vcf(**GUANINE), record.condition("Acute coronary syndrome", "I21.4")
                   .drug("clopidogrel 75 MG Oral Tablet"))


def test_a_stroke_takes_prasugrel_off_the_list(tmp_path):
    person = clopidogrel(tmp_path, Record("male").condition("Stroke", "I63.9", clinical="resolved"))
    assert "AVOID" in codes(person, "clopidogrel")
    assert "NAMED_AS_OPTION" not in codes(person, "prasugrel")
    assert items(person, "prasugrel", action="CONTRAINDICATED")[0]["sources"][0]["rule_id"] == \
        "PRA-STROKE"
    assert "NAMED_AS_OPTION" in codes(person, "ticagrelor")


@pytest.mark.parametrize("how", ["refuted", "future", "family", "error"])
def test_a_stroke_that_does_not_count_leaves_prasugrel(tmp_path, how):
    record = Record("male")
    if how == "family":
        record.family("Stroke", "I63.9")
    elif how == "future":
        record.condition("Stroke", "I63.9", date="2025-07-01")
    else:
        record.condition("Stroke", "I63.9",
                         verification={"refuted": "refuted", "error": "entered-in-error"}[how])
    person = clopidogrel(tmp_path, record)
    assert "NAMED_AS_OPTION" in codes(person, "prasugrel")
    if how != "family":
        assert any("Stroke" in text for text in person["record"]["left_out"])


def test_not_recorded_is_not_absent(tmp_path):
    person = clopidogrel(tmp_path, Record("male"))
    offered = items(person, "prasugrel", kind="option")[0]
    assert "stroke or transient ischaemic attack: not recorded" in offered["not_checked"]
    assert "allergies: not recorded" in offered["not_checked"]


@pytest.mark.parametrize("change", [{"status": "stopped"}, {"status": "entered-in-error"},
                                    {"date": "2025-07-01"}, {"doNotPerform": True},
                                    {"status": "completed"}])
def test_a_drug_that_is_not_taken_interacts_with_nothing(tmp_path, change):
    record = Record("male").drug("simvastatin").drug("clarithromycin", **change)
    person = plan_of(tmp_path, vcf(genes=["SLCO1B1"]), record)
    assert not items(person, "simvastatin+clarithromycin")
    assert any("clarithromycin" in text for text in person["record"]["left_out"])


def kidneys(folder, value, unit, date="2025-05-15", drug="metformin"):
    record = Record("male", "1955-03-15").drug(drug).lab("2160-0", value, unit, date)
    return plan_of(folder, vcf(genes=["CYP3A5"]), record.lab("29463-7", 80, "kg"))


def test_units_are_converted_and_kidney_function_computed(tmp_path):
    # A man of 70 with 2.0 mg/dL: CKD-EPI 2021 gives 35.243; with 3.0 mg/dL about 21.7.
    assert not items(kidneys(tmp_path, 2.0, "mg/dL"), "metformin", action="CONTRAINDICATED")
    person = kidneys(tmp_path, 265.2, "umol/L")
    said = items(person, "metformin", action="CONTRAINDICATED")[0]
    assert any("CKD-EPI 2021, man of 70, creatinine 3 mg/dL = 21.6" in text
               for text in said["because"]), said["because"]


def test_an_old_value_warns_but_gives_no_all_clear(tmp_path):
    said = items(kidneys(tmp_path, 3.0, "mg/dL", "2023-01-01"), "metformin",
                 action="CONTRAINDICATED")[0]
    assert any("an old value: 882 days" in text for text in said["because"])
    person = kidneys(tmp_path, 0.9, "mg/dL", "2023-01-01")
    assert any("an old value" in text for text in items(person, "metformin")[0]["not_checked"])


# Rule 8: alternatives.

def test_an_allergy_takes_an_alternative_off_the_list(tmp_path):
    person = clopidogrel(tmp_path, Record("male").allergy("ticagrelor"))
    assert items(person, "ticagrelor", finding="ALLERGY", action="CONTRAINDICATED")
    assert "NAMED_AS_OPTION" not in codes(person, "ticagrelor")
    person = clopidogrel(tmp_path, Record("male").allergy("ticagrelor", verification="refuted"))
    assert "NAMED_AS_OPTION" in codes(person, "ticagrelor")


# Rule 9: warfarin.

def warfarin(folder, record=None, sex="male", race="2106-3", genes=("CYP2C9", "VKORC1", "CYP4F2"),
             weight=80, height=170, born="1960-03-15", calls=None, drop=(), extra=None):
    record = Record(sex, born, race).drug("warfarin", status="draft", intent="proposal")
    if weight:
        record.lab("29463-7", weight, "kg")
    if height:
        record.lab("8302-2", height, "cm")
    if extra:
        extra(record)
    calls = {"rs1799853": "C/T", "rs9923231": "C/T"} if calls is None else calls
    return plan_of(folder, vcf(genes=genes, calls=calls, drop=drop), record)


def test_the_dose_and_its_arithmetic(tmp_path):
    said = items(warfarin(tmp_path), "warfarin", action="DOSE")[0]
    assert said["dose"]["mg_per_week"] == pytest.approx(26.5246, abs=1e-3)
    assert said["dose"]["arithmetic"].endswith("mg a week")
    assert "3.694 mg a day by the equation of Gage" in said["statement"]
    assert any(text.startswith("always: the INR steers the dose") for text in said["warnings"])


# The other two worked values of the equations: VKORC1 G/G is C/C on the plus strand, A/A is T/T.
@pytest.mark.parametrize("person, mg_per_week, gage_mg_a_day", [
    ({"born": "1980-03-15", "weight": 60, "height": 160, "calls": {},
      "extra": lambda r: r.condition("deep vein thrombosis", icd="I82.4")}, 45.1423, "6.81"),
    ({"born": "1953-03-15", "weight": 50, "height": 155, "race": "2028-9",
      "calls": {"rs9923231": "T/T", "rs1057910": "A/C"},
      "extra": lambda r: r.drug("amiodarone")}, 6.1034, "1.319")])
def test_the_other_worked_doses(tmp_path, person, mg_per_week, gage_mg_a_day):
    said = items(warfarin(tmp_path, **person), "warfarin", action="DOSE")[0]
    assert said["dose"]["mg_per_week"] == pytest.approx(mg_per_week, abs=2e-3)
    assert f"{gage_mg_a_day}" in said["statement"], said["statement"]


@pytest.mark.parametrize("change, missing", [
    ({"weight": None}, "weight"), ({"height": None}, "height"),
    ({"genes": ("CYP2C9",), "calls": {"rs1799853": "C/T"}}, "VKORC1"),
    ({"drop": ("rs1057910",)}, "CYP2C9")])
def test_no_dose_where_something_is_missing(tmp_path, change, missing):
    said = items(warfarin(tmp_path, **change), "warfarin", action="NO_DOSE")[0]
    assert missing in said["statement"] + " ".join(said["not_checked"])
    assert "dose" not in said


def test_no_dose_for_a_child_or_in_pregnancy(tmp_path):
    assert not items(warfarin(tmp_path, born="2012-01-01"), "warfarin", action="DOSE")
    person = warfarin(tmp_path, sex="female", born="1990-01-01", extra=lambda r: r.pregnant())
    assert not items(person, "warfarin", action="DOSE")
    assert items(person, "warfarin", action="CONTRAINDICATED")


# Rule 10.

# Rule 11, 12, 13.

def test_every_item_has_a_source_and_every_file_says_research_use(tmp_path):
    person = clopidogrel(tmp_path, Record("male"))
    for item in person["items"]:
        assert item["sources"], item
        assert all(source.get("table") for source in item["sources"])
    assert any("guidelines.tsv is of 2024-05-31, older than a year" in text
               for text in person["notices"])
    for name in ("plan.json", "plan.tsv", "plan.html", "fhir.json", "calls.tsv"):
        assert "research use" in (tmp_path / f"out.{name}").read_text().lower(), name
    lines = (tmp_path / "out.plan.tsv").read_text().splitlines()
    assert len(lines) == len(person["items"]) + 1
    assert all("research use only" in line for line in lines[1:])
    assert "stop taking" not in (tmp_path / "out.plan.json").read_text().lower()


# Phenoconversion.

def test_an_inhibitor_changes_the_effective_phenotype_and_both_are_shown(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["CYP3A5"]), Record().drug("codeine").drug("paroxetine"),
                     "CYP2D6\t*1/*1\n")
    assert person["effective"] == [{
        "gene": "CYP2D6", "genetic": {"phenotype": "Normal Metabolizer", "activity_score": "2.0"},
        "under_present_drugs": {"phenotype": "Poor Metabolizer", "activity_score": "0"},
        "because": ["paroxetine (taken now), a strong CYP2D6 inhibitor: activity score x 0"]}]
    assert "AVOID" in codes(person, "codeine")
    assert "STANDARD" not in codes(person, "codeine")
    assert "INTERACTION_MAJOR" in codes(person, "codeine+paroxetine")


# What-if, drugs that are not understood, properties.

def test_a_drug_can_be_asked_about(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["CYP2C19"]), Record(), None,
                     ["--drugs", "Citalopram,no such drug"])
    assert items(person, "citalopram")[0]["standing"] == "asked"
    assert person["record"]["drugs_not_understood"] == ["no such drug (--drugs)"]


def warnings_of(person):
    return {(i["about"], i["action"], i["sources"][0].get("rule_id"), i["sources"][0].get("rec_id"))
            for i in person["items"] if i["light"] in ("red", "amber") and i["kind"] != "dose"}


@pytest.mark.parametrize("more", ["paroxetine", "clarithromycin", "omeprazole", "amiodarone",
                                  "rifampin", "olaparib", "fluconazole"])
def test_adding_a_drug_never_removes_a_warning(tmp_path, more):
    def people(extra):
        record = (Record("male", "1948-01-01").drug("codeine").drug("simvastatin").drug("warfarin")
                  .drug("clopidogrel").drug("tacrolimus").condition("Stroke", "I63.9"))
        record = record.drug(extra) if extra else record
        return plan_of(tmp_path, vcf(genes=["CYP2C19", "CYP2C9", "VKORC1", "SLCO1B1", "CYP3A5"],
                                     calls={"rs4244285": "A/A", "rs12769205": "G/G",
                                            "rs3758581": "G/G", "rs4149056": "C/C"}),
                       record, "CYP2D6\t*1/*2x3\n")
    assert warnings_of(people(None)) <= warnings_of(people(more))


def test_the_order_of_the_record_and_the_build_change_nothing(tmp_path):
    record = (Record("male").drug("codeine").drug("simvastatin").drug("clarithromycin")
              .condition("Stroke", "I63.9").lab("2160-0", 1.1, "mg/dL").lab("29463-7", 70, "kg"))
    case = {"genes": ["CYP2C19", "SLCO1B1", "CYP3A5", "DPYD"], "calls": {"rs4149056": "T/C"}}
    first = plan_of(tmp_path, vcf(**case), record)
    files = {n: (tmp_path / f"out.{n}").read_bytes() for n in ("plan.json", "plan.tsv", "plan.html",
                                                               "fhir.json")}
    plan_of(tmp_path, vcf(**case), record)
    for name, content in files.items():
        assert (tmp_path / f"out.{name}").read_bytes() == content, name
    turned = Record("male")
    turned.resources = [record.resources[0]] + record.resources[:0:-1]
    assert plan_of(tmp_path, vcf(**case), turned)["items"] == first["items"]
    other = plan_of(tmp_path, vcf(build=37, **case), record)
    strip = [[(i["about"], i["finding"], i["action"], i["firmness"]) for i in p["items"]]
             for p in (first, other)]
    assert strip[0] == strip[1]


# Hostile and empty input.

def test_hostile_texts_are_shown_and_not_run(tmp_path):
    evil = '<script>alert(1)</script>"}]'
    record = Record().drug(evil).condition(evil, "I63.9").allergy(evil)
    record.resources[0]["id"] = "p1"
    person = plan_of(tmp_path, vcf(genes=["CYP3A5"], sample="<b>&"), record)
    assert any(evil in text for text in person["record"]["drugs_not_understood"])
    for name in ("plan.html", "plan.json"):
        assert "<script>alert" not in (tmp_path / f"out.{name}").read_text()
    json.loads((tmp_path / "out.fhir.json").read_text())


def test_an_empty_record_says_what_is_not_known(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["CYP3A5"]), Record())
    assert "other drugs: no medication list on record" in person["notices"]
    assert "allergies: not recorded" in person["notices"]


@pytest.mark.parametrize("content, status, text", [
    ("{", 4, "record.json:1: no JSON here, expected a FHIR R4 resource or bundle"),
    ("{}", 4, "record.json: no resourceType, expected a FHIR R4 resource or bundle"),
    ('{"resourceType":"Bundle","type":"collection"}', 6,
     "the records hold no Patient, expected at least one")])
def test_records_that_cannot_be_used_are_refused(tmp_path, content, status, text):
    (tmp_path / "record.json").write_text(content)
    done = run(tmp_path, vcf(genes=["CYP3A5"]), options=["--fhir", "record.json"])
    assert done.returncode == status
    assert text in done.stderr


RULES = {"schema": "gcrisk-rules/1", "name": "mine", "date": "2025-01-01", "rules": [
    {"id": "MINE-1", "kind": "interaction", "about": ["codeine"], "when": {"with": ["simvastatin"]},
     "action": "AVOID", "severity": "major", "statement": "{drug} with {with}: my own rule.",
     "source": {"organisation": "my clinic"}, "verified": False}]}


def with_rules(folder, rules):
    (folder / "mine.json").write_text(json.dumps(rules, indent=1))
    return run(folder, vcf(genes=["CYP3A5"]), Record().drug("codeine").drug("simvastatin"), None,
               ["--rules", "mine.json"])


def test_a_user_adds_a_rule(tmp_path):
    done = with_rules(tmp_path, RULES)
    assert done.returncode == 0, done.stderr
    person = json.loads((tmp_path / "out.plan.json").read_text())["people"][0]
    said = items(person, "codeine+simvastatin", action="AVOID")[0]
    assert said["statement"] == "Codeine with simvastatin: my own rule."
    assert "the source was not seen: unverified" in said["warnings"]


@pytest.mark.parametrize("change, text", [
    ({"kind": "spell"}, "mine.json:8: the kind 'spell', expected one of: interaction, pgx"),
    ({"about": ["codein"]}, "no drug is called 'codein'"),
    ({"when": {"weather": "rain"}}, "the key 'weather' is not known here"),
    ({"when": {"condition": ["strok"]}}, "no condition is called 'strok'"),
    ({"when": {"age": {"min": 9, "below": 9}}}, "no number is at least 9, below 9"),
    ({"when": {"lab": {"name": "sodum", "min": 1}}}, "no laboratory value is called 'sodum'"),
    ({"action": "EAT"}, "the action 'EAT', expected one of: CONTRAINDICATED"),
    ({"statement": ""}, "an empty sentence"),
    ({"source": {}}, "neither organisation nor pmid: a rule without a source is not taken"),
    ({"when": {"phenotype": {"gene": "CYP2C91", "is": ["Poor Metabolizer"]}}},
     "no gene is called 'CYP2C91'"),
    ({"when": {"phenotype": {"gene": "CYP2C19", "is": []}}}, "an empty list, expected at least one"),
    ({"when": {"genotype": {"variant": "rs1"}}}, "no variant is called 'rs1'"),
    ({"when": {"apoe": ["e5"]}}, "no APOE result is called 'e5'"),
    ({"when": {"ancestry": ["martian"]}}, "no ancestry is called 'martian'"),
    ({"when": {"tumour": ["EGFR L858Q"]}}, "no tumour finding is called 'EGFR L858Q'"),
    ({"when": {"sex": "unicorn"}}, "the sex 'unicorn', expected female or male"),
    ({"when": {"any": []}}, "an empty list, expected at least one question"),
    ({"asked_with": ["strok"]}, "no condition is called 'strok'"),
    ({"severity": "awful"}, "the severity 'awful', expected one of: contraindicated, major"),
    ({"id": ""}, "an empty identifier"),
    ({"id": "OLA-PREG"}, "the identifier OLA-PREG is taken by another rule")])
def test_a_bad_rule_is_refused_with_file_and_line(tmp_path, change, text):
    rules = json.loads(json.dumps(RULES))
    rules["rules"][0].update(change)
    done = with_rules(tmp_path, rules)
    assert done.returncode == 4
    assert "mine.json:" in done.stderr
    assert text in done.stderr, done.stderr


@pytest.mark.parametrize("text, status, said", [
    ("{", 4, "mine.json:1"),
    ('{"schema": "gcrisk-rules/9", "name": "x", "date": "2025-01-01", "rules": []}', 4,
     "the schema 'gcrisk-rules/9', expected gcrisk-rules/1"),
    ('{"schema": "gcrisk-rules/1", "name": "x", "date": "soon", "rules": []}', 4,
     "'soon' is no date, expected YYYY-MM-DD"),
    ('{"schema": "gcrisk-rules/1", "name": "x", "date": "2025-01-01", "rules": [], "drugs": '
     '[{"name": "warfarin"}]}', 4, "warfarin")])
def test_a_rule_file_that_is_none_is_refused(tmp_path, text, status, said):
    (tmp_path / "mine.json").write_text(text)
    done = run(tmp_path, vcf(genes=["CYP3A5"]), None, None, ["--rules", "mine.json"])
    assert done.returncode == status and said in done.stderr, done.stderr


def test_a_rule_file_that_is_not_there_is_refused(tmp_path):
    done = run(tmp_path, vcf(genes=["CYP3A5"]), None, None, ["--rules", "nowhere.json"])
    assert done.returncode == 3
    assert "nowhere.json: cannot be opened" in done.stderr


def test_an_index_date_that_is_none_is_refused(tmp_path):
    done = run(tmp_path, vcf(genes=["CYP3A5"]), Record(), None, ["--index-date", "June"])
    assert done.returncode == 2
    assert "--index-date June: no day, expected YYYY-MM-DD" in done.stderr


@pytest.mark.parametrize("options, said", [
    (["--also", "everything"], "--also everything: expected apoe or incidental"),
    (["--sample", "Q"], "--sample Q: the file has no such person (1 people, the first is P)"),
    (["--index-date", "2025-06"], "--index-date 2025-06: no day, expected YYYY-MM-DD")])
def test_options_that_mean_nothing_are_refused(tmp_path, options, said):
    done = run(tmp_path, vcf(genes=["CYP3A5"]), Record(), None, options)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_record_without_any_date_asks_for_one(tmp_path):
    bundle = {"resourceType": "Patient", "id": "p1"}
    done = run(tmp_path, vcf(genes=["CYP3A5"]), bundle)
    assert done.returncode == 2
    assert "the record has no date, and --index-date is missing" in done.stderr


def test_nothing_after_the_index_date_is_read(tmp_path):
    record = Record().drug("codeine", date="2025-05-20")
    person = plan_of(tmp_path, vcf(genes=["CYP3A5"]), record, None, ["--index-date", "2025-05-01"])
    assert not items(person, "codeine")
    assert person["index_date"] == "2025-05-01" and INDEX > "2025-05-01"
    assert pathlib.Path(tmp_path / "out.run.json").exists()
