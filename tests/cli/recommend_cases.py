# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""People for the tests of `recommend`: a VCF over the shipped positions, a FHIR record, a run."""
import csv
import json
import os
import pathlib
import subprocess

GCRISK = os.environ["GCRISK"]
SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
PGX = SOURCE / "data" / "reference" / "pgx"
INDEX = "2025-06-01"


def table(name):
    with open(PGX / name, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("##")]
    return list(csv.DictReader(lines, delimiter="\t"))


POSITIONS = table("positions.tsv")
VARIANTS = table("variants.tsv")


def vcf(genes=(), build=38, calls=None, drop=(), variants=(), sample="P"):
    """All positions of `genes` as reference, but for `calls`: {rsid: genotype of letters}; `drop`
    leaves rsids out; `variants` are ids of variants.tsv that one strand carries, or {id: strands}."""
    calls = dict(calls or {})
    if not isinstance(variants, dict):
        variants = dict.fromkeys(variants, 1)
    rows = {}
    for row in POSITIONS:
        if row["gene"] not in genes or row["rsid"] in drop:
            continue
        reference = row["ref38"] if build == 38 else row["ref37"]
        alternatives = [a for a in row["alts38"].split(",") if a]
        if build == 37 and reference != row["ref38"]:
            alternatives = [row["ref38"]] + [a for a in alternatives if a != reference]
        letters = [reference] + alternatives
        position = int(row[f"pos{build}"])
        # A person has the same bases on either build: reference means the GRCh38 base.
        wanted = calls.pop(row["rsid"], None) if row["rsid"] else None
        alleles = wanted.split("/") if wanted else [row["ref38"], row["ref38"]]
        for allele in alleles:
            if allele not in letters:
                letters.append(allele)
        rows[(row["chrom"], position, reference)] = (
            row["rsid"] or ".", ",".join(letters[1:]) or ".",
            "/".join(str(letters.index(a)) for a in alleles))
    for row in VARIANTS:
        if row["id"] not in variants:
            continue
        reference = row["ref38"] if build == 38 else row["ref37"]
        exchanged = reference != row["ref38"]
        other = row["ref38"] if exchanged else row["alt38"]
        strands = 2 - variants[row["id"]] if exchanged else variants[row["id"]]
        rows[(row["chrom"], int(row[f"pos{build}"]), reference)] = (
            row["rsid"] or ".", other, ("0/0", "0/1", "1/1")[strands])
    assert not calls, f"no such rsid among the positions: {calls}"
    order = sorted(rows, key=lambda key: (int(key[0][3:]) if key[0][3:].isdigit() else 23, key[1]))
    contigs = "".join(f"##contig=<ID={name},assembly=GRCh{build}>\n"
                      for name in dict.fromkeys(key[0] for key in order))
    text = (f"##fileformat=VCFv4.2\n{contigs}"
            '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
            f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}\n")
    for key in order:
        rsid, alternatives, genotype = rows[key]
        text += f"{key[0]}\t{key[1]}\t{rsid}\t{key[2]}\t{alternatives}\t.\tPASS\t.\tGT\t{genotype}\n"
    return text


def concept(text, system=None, code=None):
    out = {"text": text}
    if code:
        out["coding"] = [{"system": system, "code": code}]
    return out


ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"


def coding(system, code):
    """A concept by its code alone."""
    return {"coding": [{"system": system, "code": code}]}


class Record:
    """A FHIR bundle that grows."""

    def __init__(self, sex="female", born="1980-03-15", race=None):
        patient = {"resourceType": "Patient", "id": "p1", "gender": sex, "birthDate": born}
        if race:
            patient["extension"] = [{
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                "extension": [{"url": "ombCategory", "valueCoding": {
                    "system": "urn:oid:2.16.840.1.113883.6.238", "code": race}}]}]
        self.resources = [patient]

    def add(self, kind, **members):
        number = len(self.resources)
        self.resources.append({"resourceType": kind, "id": f"r{number}",
                               "subject": {"reference": "Patient/p1"}, **members})
        return self

    def drug(self, name, status="active", intent="order", date="2025-05-20", **more):
        return self.add("MedicationRequest", status=status, intent=intent, authoredOn=date,
                        medicationCodeableConcept={"text": name}, **more)

    def condition(self, text, icd=None, snomed=None, clinical="active", verification="confirmed",
                  date="2024-05-01", **more):
        code = {"text": text, "coding": []}
        if icd:
            code["coding"].append({"system": ICD, "code": icd})
        if snomed:
            code["coding"].append({"system": SNOMED, "code": snomed})
        status = "http://terminology.hl7.org/CodeSystem/condition-"
        return self.add("Condition", code=code, onsetDateTime=date,
                        clinicalStatus={"coding": [{"system": status + "clinical",
                                                    "code": clinical}]},
                        verificationStatus={"coding": [{"system": status + "ver-status",
                                                        "code": verification}]}, **more)

    def lab(self, loinc, value, unit, date="2025-05-15", status="final"):
        return self.add("Observation", status=status, code=concept("lab", LOINC, loinc),
                        effectiveDateTime=date,
                        valueQuantity={"value": value, "unit": unit, "code": unit})

    def pregnant(self, yes=True, date="2025-05-25"):
        return self.add("Observation", status="final", effectiveDateTime=date,
                        code=concept("Pregnancy status", LOINC, "82810-3"),
                        valueCodeableConcept=concept("x", SNOMED,
                                                     "77386006" if yes else "60001007"))

    def allergy(self, text, verification="confirmed", clinical="active"):
        status = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"
        self.add("AllergyIntolerance", code={"text": text}, recordedDate="2020-01-01",
                 clinicalStatus={"coding": [{"system": status + "clinical", "code": clinical}]},
                 verificationStatus={"coding": [{"system": status + "verification",
                                                 "code": verification}]})
        self.resources[-1]["patient"] = self.resources[-1].pop("subject")
        return self

    def answer(self, loinc, text, code, system=SNOMED, date="2025-04-01"):
        return self.add("Observation", status="final", code=concept("question", LOINC, loinc),
                        effectiveDateTime=date, valueCodeableConcept=concept(text, system, code))

    def procedure(self, text, snomed, date="2022-05-01"):
        return self.add("Procedure", status="completed", performedDateTime=date,
                        code=concept(text, SNOMED, snomed))

    def tumour(self, gene, change, protein, source="LA6684-0", date="2025-04-01"):
        parts = [(gene, "48018-6"), (change, "48004-6"), (protein, "48005-3")]
        return self.add(
            "Observation", status="final", effectiveDateTime=date, code=coding(LOINC, "69548-6"),
            valueCodeableConcept=coding(LOINC, "LA9633-4"),
            component=[{"code": coding(LOINC, loinc), "valueCodeableConcept": {"text": text}}
                       for text, loinc in parts if text]
            + [{"code": coding(LOINC, "48002-0"), "valueCodeableConcept": coding(LOINC, source)}])

    def family(self, text, icd):
        self.add("FamilyMemberHistory", status="completed", date="2024-01-01",
                 condition=[{"code": {"text": text, "coding": [{"system": ICD, "code": icd}]}}])
        self.resources[-1]["patient"] = self.resources[-1].pop("subject")
        return self

    def bundle(self):
        return {"resourceType": "Bundle", "type": "collection",
                "timestamp": INDEX + "T00:00:00Z",
                "entry": [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r}
                          for r in self.resources]}


def run(folder, text, record=None, outside=None, options=()):
    """Runs `recommend`; the process. Files lie at folder/out.*"""
    (folder / "person.vcf").write_text(text)
    words = [GCRISK, "recommend", "--vcf", "person.vcf", "--out", "out", "--force", *options]
    if record is not None:
        bundle = record.bundle() if isinstance(record, Record) else record
        (folder / "record.json").write_text(json.dumps(bundle))
        words += ["--fhir", "record.json"]
    if outside is not None:
        (folder / "outside.tsv").write_text(outside)
        words += ["--outside-calls", "outside.tsv"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def plan_of(folder, *arguments, **named):
    """The person of plan.json."""
    done = run(folder, *arguments, **named)
    assert done.returncode == 0, done.stderr
    plan = json.loads((folder / "out.plan.json").read_text())
    return plan["people"][0]


def items(person, about=None, **wanted):
    return [i for i in person["items"] if (about is None or i["about"] == about)
            and all(i.get(key) == value for key, value in wanted.items())]


def holds(person, about, code, because=(), ids=(), value=None):
    """Does some item about `about` say `code` (a finding or an action), with these words anywhere
    in the item and these identifiers among its sources?"""
    for item in items(person, about):
        if code == "FIRM_STANDARD":
            said = item["action"] == "STANDARD" and item["firmness"] == "firm"
        elif code == "CLEAN_STANDARD":
            said = item["action"] == "STANDARD" and not item.get("warnings")
        elif code == "BARE_DOSE":
            said = item["action"] == "DOSE" and "INR" not in words(item)
        else:
            said = code in (item["finding"], item["action"])
        text = words(item).lower()
        known = {source.get(key) for source in item["sources"] for key in ("rule_id", "rec_id")}
        said = said and all(i in known for i in ids)
        said = said and all(word.lower() in text for word in because)
        if said and value:
            said = (abs(item["dose"]["mg_per_week"] - value["mg_per_week"]) <= value["tolerance"]
                    and item["dose"]["algorithm"] == value["algorithm"])
        if said:
            return True
    return False


def codes(person, about):
    """Findings and actions of everything said about `about`."""
    return {i[key] for i in items(person, about) for key in ("finding", "action")}


def words(item):
    return " ".join([item["statement"], *item["because"], *item.get("warnings", ()),
                     *item["not_checked"]])
