# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The fourteen safety rules of `gcrisk recommend`, each with the exact words that a reader sees."""
import json
import re

import pytest
from recommend_cases import Record, codes, items, plan_of, run, vcf

BRCA1 = "rs80357906"
C19 = {"genes": ["CYP2C19"], "calls": {"rs3758581": "G/G"}}
C19_22 = {"genes": ["CYP2C19"],
          "calls": {"rs4244285": "A/A", "rs12769205": "G/G", "rs3758581": "G/G"}}
NOTHING = {"genes": ["IFNL3"]}


def one(person, about, **wanted):
    found = items(person, about, **wanted)
    assert len(found) == 1, found
    return found[0]


# 1. What was not read is never reference.

def test_rule_01_a_site_that_was_not_read_is_named_with_what_it_leaves_open(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["CYP2C9"], drop=["rs1799853"]),
                     Record().drug("celecoxib"))
    said = one(person, "CYP2C9", kind="gene")
    assert said["statement"] == (
        "CYP2C9 *1/*1 (Normal function, Normal function): Normal Metabolizer (activity score 2.0), "
        "open. No usual dose rests on an open call; it is asked for by: celecoxib.")
    assert said["because"] == ["rs1799853 (chr10:94942290) missing, not in the file; leaves open *2"]


# 2. No usual dose on an open call.

def test_rule_02_no_usual_dose_rests_on_an_open_call(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["CYP2C9"], drop=["rs1799853"]),
                     Record().drug("celecoxib"))
    said = one(person, "celecoxib", kind="gene-drug")
    assert (said["finding"], said["action"], said["firmness"]) == ("OPEN", "NOT_DECIDED", "open")
    assert said["statement"] == ("Not decided: the call is open, and the readings that fit lead to "
                                 "different advice. No usual dose rests on it.")
    assert "CYP2C9 *2 is not ruled out; it would give Intermediate Metabolizer" in said["because"]
    assert "STANDARD" not in codes(person, "celecoxib")


# 3. Never one answer where two fit.

def test_rule_03_two_answers_are_both_shown_with_what_would_tell_them_apart(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["CYP2C19"], calls={"rs12248560": "C/T"},
                                   drop=["rs3758581"]), Record().drug("citalopram"))
    call = next(c for c in person["calls"] if c["gene"] == "CYP2C19")
    assert {d["name"] for d in call["diplotypes"]} == {"*1/*17", "*17/*38"}
    said = one(person, "citalopram", kind="gene-drug")
    assert said["because"][:2] == [
        "CYP2C19 *17/*38 OR *1/*17: Rapid Metabolizer",
        "*17/*38 OR *1/*17: reading chr10:94842866 (rs3758581) would tell them apart"]


# 4. Never guess a build: test_recommend_sites.py has the words of each refusal.

def test_rule_04_all_reference_means_other_alleles_on_the_other_build(tmp_path):
    plain = "\n".join(line for line in vcf(genes=["CYP2C19", "CYP3A5"], build=37).splitlines())
    plain = re.sub(r"\t[01][/|][01]$", "\t0/0", plain, flags=re.M) + "\n"
    person = plan_of(tmp_path, plain, Record().drug("tacrolimus"))
    calls = {c["gene"]: c for c in person["calls"]}
    assert calls["CYP3A5"]["diplotypes"][0]["name"] == "*3/*3"
    assert calls["CYP2C19"]["diplotypes"][0]["name"] == "*1/*1"
    done = run(tmp_path, plain.replace("assembly=GRCh37", "assembly=GRCh38"))
    assert done.returncode == 5
    assert ("person.vcf: the header (the assembly 'GRCh38') says GRCh38, but the bases of "
            in done.stderr)


def test_rule_04_factor_v_leiden_is_the_reference_of_grch37(tmp_path):
    person = plan_of(tmp_path, vcf(build=37, variants={"rs6025": 2}),
                     Record().drug("ethinylestradiol"))
    said = one(person, "ethinylestradiol", finding="INTERACTION_MAJOR")
    assert said["statement"] == (
        "Factor V Leiden or prothrombin G20210A with ethinylestradiol, an estrogen: the risk of "
        "thrombosis rises; avoid estrogen, a progestin alone or a method without hormones is "
        "preferred.")
    assert "F5 rs6025, two copies (chr1:169519049 T/T)" in said["because"]


# 5. Not tested without an outside call.

@pytest.mark.parametrize("gene, drug", [("CYP2D6", "codeine"), ("HLA-B", "abacavir"),
                                        ("MT-RNR1", "gentamicin")])
def test_rule_05_what_a_vcf_cannot_answer_is_not_tested(tmp_path, gene, drug):
    # The tag variant of HLA-B*57:01 as 0/0 proves nothing.
    text = vcf(**NOTHING) + "chr6\t31464003\trs2395029\tT\tG\t.\tPASS\t.\tGT\t0/0\n"
    person = plan_of(tmp_path, text, Record().drug(drug))
    said = one(person, gene, finding="NOT_TESTED")
    assert said["statement"] == (f"{gene} was not tested, which is not the same as normal; it is "
                                 f"asked for by: {drug}.")
    assert (f"{gene} cannot be told from a plain VCF: it takes an outside call; tag variants never "
            "prove that an allele is absent") in said["because"]
    assert "STANDARD" not in codes(person, drug)


# 6. PARP inhibitors and tumour drugs.

def test_rule_06_no_parp_inhibitor_without_a_cancer(tmp_path):
    person = plan_of(tmp_path, vcf(variants=[BRCA1]), Record().drug("olaparib", status="draft"))
    said = one(person, "olaparib", finding="NO_INDICATION")
    assert said["action"] == "NOT_INDICATED"
    assert said["statement"] == (
        "A pathogenic BRCA1/2 variant without a cancer on record is no reason for a PARP "
        "inhibitor; screening, risk-reducing surgery and testing of relatives are the topics.")


@pytest.mark.parametrize("variant, statement", [
    ("BRCA2:c.476-2A>G", "A variant of uncertain significance alone leads to no clinical action, "
                         "and no PARP inhibitor rests on it."),
    ("rs11571833", "The variant found is known to be harmless (a late truncation such as BRCA2 "
                   "p.Lys3326Ter counts among them): no clinical action, and no PARP inhibitor "
                   "rests on it.")])
def test_rule_06_none_for_what_is_uncertain_or_harmless(tmp_path, variant, statement):
    record = Record().condition("Metastatic HER2-negative breast cancer", "C50.911")
    person = plan_of(tmp_path, vcf(variants=[variant]), record.drug("olaparib", status="draft"))
    assert one(person, "olaparib", action="NOT_INDICATED")["statement"] == statement


def test_rule_06_none_in_pregnancy(tmp_path):
    record = Record().condition("Metastatic HER2-negative breast cancer", "C50.911").pregnant()
    person = plan_of(tmp_path, vcf(variants=[BRCA1]), record)
    assert one(person, "olaparib", action="CONTRAINDICATED")["statement"] == (
        "Olaparib harms the unborn child (fetal harm): not in pregnancy. A pregnancy test comes "
        "first; contraception until 6 months after the last dose in women, 3 months in men.")
    assert not codes(person, "olaparib") & {"RECOMMENDED", "NAMED_AS_OPTION"}


def test_rule_06_no_tumour_drug_and_no_tumour_burden_from_a_germline_file(tmp_path):
    text = vcf(**NOTHING) + "chr7\t55191822\t.\tT\tG\t.\tPASS\t.\tGT\t0/1\n"
    record = Record().condition("Non-small-cell lung cancer, metastatic", "C34.90", "254637007")
    person = plan_of(tmp_path, text, record)
    for drug in ("osimertinib", "gefitinib", "erlotinib", "pembrolizumab"):
        assert not items(person, drug)
    assert ("tumour: no tumour findings were given, so no tumour drug rests on them; tumour "
            "mutational burden is never computed from a germline file") in person["notices"]


def test_rule_06_no_drug_for_a_carrier_without_the_disease(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["CFTR"], calls={"rs75527207": "G/A"}),
                     Record().drug("ivacaftor", intent="proposal"))
    assert one(person, "ivacaftor", finding="NO_INDICATION")["statement"] == (
        "Ivacaftor: cystic fibrosis is not on record; the variant alone is no reason for it.")


# 7. What counts in a record.

def test_rule_07_not_recorded_is_not_absent(tmp_path):
    said = one(plan_of(tmp_path, vcf(**NOTHING), Record().drug("metformin")), "metformin",
               finding="NOT_RECORDED")
    assert said["statement"] == ("Metformin: nothing on record speaks against it, but not "
                                 "everything that was to be checked is recorded.")
    assert "eGFR: not recorded (kidney function: no creatinine or eGFR)" in said["not_checked"]
    person = plan_of(tmp_path, vcf(**NOTHING))
    assert ("no health record was given: drugs, diagnoses, pregnancy, kidney function and "
            "allergies are not known, which is not the same as absent") in person["notices"]


@pytest.mark.parametrize("change, why", [
    ({"verification": "refuted"}, "Condition/r1 (Stroke): refuted (2024-05-01)"),
    ({"verification": "entered-in-error"}, "Condition/r1 (Stroke): entered in error"),
    ({"date": "2025-07-01"}, "Condition/r1 (Stroke): dated 2025-07-01, after the index date "
                             "2025-06-01")])
def test_rule_07_entries_that_do_not_count_are_listed(tmp_path, change, why):
    person = plan_of(tmp_path, vcf(**C19_22), Record("male").condition("Stroke", "I63.9", **change)
                     .drug("clopidogrel").condition("STEMI", "I21.3"))
    assert why in person["record"]["left_out"]
    assert "NAMED_AS_OPTION" in codes(person, "prasugrel")


def test_rule_07_resolved_stopped_and_family_entries_do_not_count(tmp_path):
    record = (Record().drug("simvastatin").drug("clarithromycin", status="stopped")
              .condition("Hypertension", "I10", clinical="resolved").family("Stroke", "I63.9"))
    person = plan_of(tmp_path, vcf(genes=["SLCO1B1"]), record)
    assert "MedicationRequest/r2 (clarithromycin): stopped" in person["record"]["left_out"]
    assert "Condition/r3 (Hypertension): resolved (2024-05-01)" in person["record"]["left_out"]
    assert ("FamilyMemberHistory/r4 (Stroke): in the family only" in person["record"]["left_out"])
    assert not items(person, "simvastatin+clarithromycin") and not items(person, "DASH diet")


def test_rule_07_old_values_are_called_old_and_units_converted_or_refused(tmp_path):
    def because(value, unit, date):
        record = Record("male", "1955-03-15").drug("metformin").lab("2160-0", value, unit, date)
        return plan_of(tmp_path, vcf(**NOTHING), record)

    # 3.0 mg/dL on 2023-01-01 is 882 days old on 2025-06-01.
    said = one(because(3.0, "mg/dL", "2023-01-01"), "metformin", action="CONTRAINDICATED")
    assert said["because"][0] == ("kidney function: eGFR 21.67 mL/min/{1.73_m2} (2023-01-01), an "
                                  "old value: 882 days")
    # 265.2 umol/L x 0.0113122 = 3.0 mg/dL.
    said = one(because(265.2, "umol/L", "2025-05-15"), "metformin", action="CONTRAINDICATED")
    assert said["because"][1].startswith("CKD-EPI 2021, man of 70, creatinine 3 mg/dL = 21.6")
    person = because(3.0, "cubit", "2025-05-15")
    assert ("Observation/r2: creatinine, serum or plasma is in 'cubit', which cannot be converted "
            "to mg/dL (understood: mg/L, mg/dL, mmol/L, umol/L); the value is not used"
            ) in person["record"]["warnings"]


# 8. No alternative that is itself contraindicated.

def test_rule_08_prasugrel_is_not_offered_after_a_stroke(tmp_path):
    person = plan_of(tmp_path, vcf(**C19_22), Record("male").condition("Stroke", "I63.9")
                     .drug("clopidogrel").condition("STEMI", "I21.3"))
    said = items(person, "clopidogrel", action="AVOID")[0]
    status = {a["name"]: a["status"] for a in said["alternatives"]}
    assert status == {"prasugrel": "not offered", "ticagrelor": "offered"}
    assert one(person, "prasugrel", action="CONTRAINDICATED")["statement"] == (
        "Prasugrel is contraindicated after a stroke or transient ischaemic attack; it is not "
        "named as the alternative.")


def test_rule_08_an_allergy_takes_it_off_the_list(tmp_path):
    person = plan_of(tmp_path, vcf(**C19_22), Record("male").allergy("ticagrelor")
                     .drug("clopidogrel").condition("STEMI", "I21.3"))
    assert one(person, "ticagrelor", finding="ALLERGY")["statement"] == (
        "ticagrelor: an allergy or intolerance is on record (ticagrelor); it is taken off the "
        "list.")
    assert "NAMED_AS_OPTION" not in codes(person, "ticagrelor")


def test_rule_08_tramadol_is_no_way_out_of_codeine(tmp_path):
    person = plan_of(tmp_path, vcf(**NOTHING), Record().drug("codeine"), "CYP2D6\t*1/*2x3\n")
    said = items(person, "codeine", action="AVOID")[0]
    assert said["alternatives"] == [{
        "name": "non-tramadol opioid", "status": "named",
        "why": "a kind of drug; to be checked by name; an opioid that CYP2D6 has to activate "
               "(codeine, tramadol, hydrocodone) is no alternative"}]
    assert not items(person, "tramadol")


# 9. Warfarin.

def warfarin(folder, born="1960-03-15", race="2106-3", drop=(), weight=80, more=None, calls=None):
    record = Record("male", born, race).drug("warfarin", status="draft").lab("8302-2", 170, "cm")
    record = record.lab("29463-7", weight, "kg") if weight else record
    record = more(record) if more else record
    return plan_of(folder, vcf(genes=["CYP2C9", "VKORC1", "CYP4F2"], drop=drop,
                               calls=calls or {"rs1799853": "C/T", "rs9923231": "C/T"}), record)


@pytest.mark.parametrize("change, statement", [
    ({"weight": None}, "Warfarin: no dose is given, not recorded: weight."),
    ({"born": "2012-01-01"}, "Warfarin: no dose is given, the equations are for adults; children "
                             "are dosed clinically or by a paediatric equation in European "
                             "ancestry."),
    ({"drop": ("rs9923231",), "calls": {"rs1799853": "C/T"}}, "Warfarin: no dose by genotype is given, CYP2C9 *2 and *3 or VKORC1 "
                               "rs9923231 is not determined: dose clinically.")])
def test_rule_09_no_dose_where_something_is_missing(tmp_path, change, statement):
    said = one(warfarin(tmp_path, **change), "warfarin", kind="dose")
    assert (said["action"], said["statement"]) == ("NO_DOSE", statement)
    assert "dose" not in said


def test_rule_09_the_dose_always_comes_with_the_inr(tmp_path):
    # (5.6044 - 0.2614*6 + 0.0087*170 + 0.0128*80 - 0.8677 - 0.5211)^2 = 5.15021^2 = 26.5246
    said = one(warfarin(tmp_path), "warfarin", action="DOSE")
    assert said["statement"] == (
        "Warfarin: starting estimate 26.52 mg a week (3.789 mg a day) by the IWPC equation; 3.694 "
        "mg a day by the equation of Gage. The INR steers the dose.")
    assert said["warnings"][0] == ("always: the INR steers the dose; check it within days and "
                                   "titrate (target 2 to 3)")


def test_rule_09_african_ancestry_without_its_alleles_is_dosed_clinically(tmp_path):
    said = one(warfarin(tmp_path, race="2054-5", drop=("rs28371685",)), "warfarin", kind="dose")
    # Without genotype: (4.0376 - 0.2546*6 + 0.0118*170 + 0.0134*80 + 0.406)^2 = 5.994^2 = 35.93
    assert said["statement"] == (
        "Warfarin: in African ancestry CYP2C9 *5, *6, *8 and *11 have to be tested before a dose "
        "by genotype; they are not: dose clinically (clinical equation: 35.93 mg a week).")
    assert "african_not_tested" in {source.get("rule_id") for source in said["sources"]}


def test_rule_09_amiodarone_counts_once(tmp_path):
    person = warfarin(tmp_path, more=lambda r: r.drug("amiodarone"))
    assert "amiodarone counts once, by its term in the equation" in one(
        person, "warfarin", action="DOSE")["because"]
    assert one(person, "warfarin+amiodarone", kind="interaction")["statement"] == (
        "Warfarin with amiodarone: the INR rises over weeks. The dose equations have a term for "
        "amiodarone: it counts once, the dose is not reduced a second time.")


# 10. What a negative result does not rule out.

def test_rule_10_a_negative_result_rules_no_malignant_hyperthermia_out(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["RYR1", "CACNA1S"]), Record().drug("sevoflurane"))
    assert "Sevoflurane: a result without a known variant of RYR1 or CACNA1S does not rule out " \
           "malignant hyperthermia; personal and family history decide." in [
               i["statement"] for i in items(person, "sevoflurane")]
    assert "STANDARD" not in codes(person, "sevoflurane")


def test_rule_10_a_heterozygous_woman_needs_the_enzyme_test(tmp_path):
    person = plan_of(tmp_path, vcf(genes=["G6PD"], calls={"rs5030868": "G/A"}),
                     Record().drug("rasburicase"))
    assert one(person, "rasburicase", kind="gene-drug")["statement"] == (
        "Rasburicase: the genotype cannot settle it: the enzyme's activity is measured first, "
        "since harm is more likely with this result.")


# 11. Sources.

RICH = (Record("male", "1948-01-01", "2106-3").drug("codeine").drug("paroxetine")
        .drug("clopidogrel").drug("omeprazole").drug("metformin").drug("azathioprine")
        .drug("warfarin", status="draft").drug("amiodarone").drug("phenytoin")
        .condition("STEMI", "I21.3").condition("Hypertension", "I10").allergy("penicillin")
        .lab("2160-0", 1.6, "mg/dL").lab("29463-7", 82, "kg").lab("8302-2", 176, "cm"))
RICH_GENES = {"genes": ["CYP2C19", "CYP2C9", "VKORC1", "TPMT", "NUDT15"], "variants": [BRCA1],
              "calls": {"rs4244285": "A/A", "rs12769205": "G/G", "rs3758581": "G/G"}}


def test_rule_11_every_item_has_source_version_and_date(tmp_path):
    person = plan_of(tmp_path, vcf(**RICH_GENES), RICH, "CYP2D6\t*1/*4\n", ["--also", "incidental"])
    kinds = {item["kind"] for item in person["items"]}
    assert kinds >= {"gene-drug", "interaction", "phenoconversion", "dose", "gene", "option",
                     "finding", "screening", "lifestyle"}
    for item in person["items"]:
        assert item["sources"], item
        for source in item["sources"]:
            assert source["table"] and source["version"] and source["date"], (item["id"], source)
            assert source["verified"]
        unverified = any(s["verified"] == "false" for s in item["sources"])
        assert ("the source was not seen: unverified" in item.get("warnings", ())) == unverified


def test_rule_11_both_dates_are_printed_and_old_tables_raise_a_notice(tmp_path):
    person = plan_of(tmp_path, vcf(**C19), Record().drug("azathioprine"))
    for text in ("the table guidelines.tsv is of 2024-05-31, older than a year: look for a newer "
                 "version of the guideline",
                 "newer than the tables, 2026-02-03: the recommendations for thiopurines were "
                 "revised; the rows here are those of May 2024",
                 "newer than the tables, 2026-02-03: TPMT *45, *46 and *47 were added; they are "
                 "not looked for here"):
        assert text in person["notices"], person["notices"]
    said = items(person, "azathioprine", kind="gene-drug")[0]
    assert ("newer than the tables, 2026-02-03: the recommendations for thiopurines were revised; "
            "the rows here are those of May 2024") in said["warnings"]
    tables = {t["table"]: t["date"] for t in json.loads(
        (tmp_path / "out.plan.json").read_text())["tables"]}
    assert (tables["alleles.tsv"], tables["guidelines.tsv"]) == ("2025-11-05", "2024-05-31")
    page = (tmp_path / "out.plan.html").read_text()
    assert "of 2025-11-05" in page and "of 2024-05-31" in page


# 12. Nothing that was not asked for.

def test_rule_12_apoe_only_on_request(tmp_path):
    text = vcf(variants={"rs429358": 2, "rs7412": 0})
    assert not items(plan_of(tmp_path, text, Record()), "APOE")
    for name in ("plan.json", "plan.tsv", "plan.html", "fhir.json"):
        assert "Alzheimer" not in (tmp_path / f"out.{name}").read_text(), name
    said = one(plan_of(tmp_path, text, Record(), None, ["--also", "apoe"]), "APOE")
    assert said["statement"] == (
        "APOE e4: LDL cholesterol and coronary risk are somewhat higher; lipids, blood pressure, "
        "exercise and diet are what can be acted on. It is also a risk factor for Alzheimer "
        "disease: this is shown because it was asked for.")


def test_rule_12_findings_beside_the_question_are_off_unless_asked_for(tmp_path):
    text = vcf(**C19_22 | {"variants": [BRCA1]})
    notice = ("the question is about drugs: findings in genes that bear on none of them, nor on a "
              "diagnosis of the person or the family, are not shown (--also incidental shows them)")
    person = plan_of(tmp_path, text, Record(), None, ["--drugs", "citalopram"])
    assert notice in person["notices"] and not items(person, "BRCA1")
    for more in (Record().condition("Breast cancer", "C50.9"), Record().family("x", "C50.9")):
        person = plan_of(tmp_path, text, more, None, ["--drugs", "citalopram"])
        assert items(person, "BRCA1", finding="PATHOGENIC")
    person = plan_of(tmp_path, text, Record(), None, ["--drugs", "olaparib"])
    assert items(person, "BRCA1", finding="PATHOGENIC")
    person = plan_of(tmp_path, text, Record(), None, ["--drugs", "citalopram", "--also",
                                                      "incidental"])
    assert items(person, "BRCA1", finding="PATHOGENIC") and notice not in person["notices"]


# 13. Research use only.

def test_rule_13_research_use_only_in_every_file_and_never_stop_taking(tmp_path):
    plan_of(tmp_path, vcf(**RICH_GENES), RICH, "CYP2D6\t*1/*4\n")
    for name in ("plan.json", "plan.tsv", "plan.html", "fhir.json", "calls.tsv"):
        text = (tmp_path / f"out.{name}").read_text()
        assert "research use only" in text.lower(), name
        assert "stop taking" not in text.lower()
    for name in ("plan.tsv", "calls.tsv"):
        lines = (tmp_path / f"out.{name}").read_text().splitlines()
        assert all(line.endswith("research use only") for line in lines[1:]), name
    page = (tmp_path / "out.plan.html").read_text()
    assert ("A clinician decides; no medication is to be changed on this page alone." in page)
    for entry in json.loads((tmp_path / "out.fhir.json").read_text())["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] != "Patient" and "region" not in resource["id"]:
            assert ("Research use only. A clinician decides; no medication is to be changed on "
                    "this alone." in json.dumps(resource)), resource["id"]


# 14. The model's risk is its own section: test_recommend_risk.py.
