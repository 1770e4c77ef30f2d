# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the source tables are found by people made for them: every interaction, and every guideline
row but those for people who take the drug already and those whose lookup no call can give (n/a)."""
import csv
import json
import re

import pytest
from recommend_cases import SOURCE, holds, items, run, vcf

KNOWLEDGE = SOURCE.parent / "shared" / "knowledge"
pytestmark = pytest.mark.skipif(not KNOWLEDGE.exists(), reason="no ../shared/knowledge")
NOTHING = vcf(genes=["IFNL3"])


def rows(name):
    with open(KNOWLEDGE / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def by_drug():
    out = {}
    for row in rows("pgx/recommendations.tsv") if KNOWLEDGE.exists() else ():
        out.setdefault(row["drug"], []).append(row)
    return out


def many(text, names):
    """The same genotypes for everybody."""
    lines = []
    for line in text.splitlines():
        cells = line.split("\t")
        if not line.startswith("##"):
            cells[9:] = names if line.startswith("#") else cells[9:] * len(names)
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def is_score(value):
    return re.fullmatch(r"[≥]?\d+(\.\d+)?", value) is not None


DRUGS = by_drug()


@pytest.mark.parametrize("part", range(6))
def test_every_row_of_the_guidelines_is_found_by_its_lookup(tmp_path, part):
    wrong = []
    n = 0
    for drug in sorted(DRUGS)[part::6]:
        calls = ["#IID\tGENE\tDIPLOTYPE\tPHENOTYPE\tACTIVITY_SCORE"]
        wanted = {}
        for number, row in enumerate(DRUGS[drug]):
            if row["population"] == "CBZ-no alternatives" or "use >3" in row["population"]:
                continue  # only shown to people who take it already
            lookup = dict(pair.split("=") for pair in row["lookup"].split(";"))
            if "n/a" in lookup.values():
                continue  # no call can be made that gives no score
            name = f"R{number}"
            wanted[name] = row
            for gene, value in lookup.items():
                if value == "No Result":
                    continue
                calls.append(f"{name}\t{gene}\t\t\t{value}" if is_score(value)
                             else f"{name}\t{gene}\t\t{value}")
        done = run(tmp_path, many(NOTHING, list(wanted)), None, "\n".join(calls) + "\n",
                   ["--drugs", drug])
        assert done.returncode == 0, done.stderr
        people = json.loads((tmp_path / "out.plan.json").read_text())["people"]
        for person in people:
            row = wanted[person["id"]]
            n += 1
            found = [i for i in items(person, drug, kind="gene-drug")
                     if row["rec_id"] in {s.get("rec_id") for s in i["sources"]}]
            if not found:
                wrong.append((row["rec_id"], drug, row["lookup"], "not found"))
                continue
            said = found[0]
            untested = "No Result" in row["lookup"]
            # No usual dose beside a row of another population that speaks against it.
            beside = {other["action"] for other in DRUGS[drug] if other["lookup"] == row["lookup"]}
            allowed = {row["action"]}
            if row["action"] == "STANDARD" and beside != {"STANDARD"}:
                allowed = {"STANDARD", "INFORM"}
            if row["action"] != "INDICATED" and not untested and said["action"] not in allowed:
                wrong.append((row["rec_id"], drug, row["lookup"], said["action"], allowed))
            if untested and (said["firmness"] == "firm" or said["action"] == "STANDARD"):
                wrong.append((row["rec_id"], drug, row["lookup"], "firm without a gene"))
            for key, column in (("percent", "start_pct"), ("maintenance_percent", "maint_pct"),
                                ("increase_percent", "increase_pct")):
                if row[column] and not untested and said.get("dose", {}).get(key) != row[column]:
                    wrong.append((row["rec_id"], drug, column, said.get("dose")))
    assert wrong == []
    assert n > 100  # people; the tables have 1,996 rows for 78 drugs


# ---- interactions ---------------------------------------------------------------------------------

FINDING = {"contraindicated": "CONTRAINDICATED", "major": "INTERACTION_MAJOR",
           "moderate": "INTERACTION_MODERATE"}
CLASSES = (json.loads((KNOWLEDGE / "interactions/classes.json").read_text())
           if KNOWLEDGE.exists() else {})
RULES = [r for r in (json.loads((KNOWLEDGE / "interactions/rules.json").read_text())["rules"]
                     if KNOWLEDGE.exists() else ()) if r["id"] not in ("ALLERGY", "DUP")]
CONDITIONS = {
    "long QT or QTc over 500 ms": "I45.81", "prior stroke": "I63.9",
    "prior transient ischaemic attack": "G45.9", "intracranial haemorrhage": "I61.9",
    "active bleeding": "K92.2", "autoimmune disease": "M32.9", "organ transplant": "Z94.0",
    "deep vein thrombosis": "I82.401", "pulmonary embolism": "I26.99"}
COLUMNS = ["date", "sex", "birth_date", "medications", "conditions", "pregnant", "weight_kg",
           "creatinine_mg_dl", "egfr", "lvef_pct"]


def listed(value):
    return value if isinstance(value, list) else [value]


def others_of(kind, value):
    for name in listed(value):
        if kind == "with_class":
            enzyme, group = name.split(".")
            yield from (n.replace(" (single dose)", "") for n in CLASSES[enzyme][group])
        else:
            yield "cisplatin" if name.startswith("other ") else name


def people_for(rule):
    """(row of a record, about) for each way to meet the rule's trigger: a pair, or the drug."""
    (kind, value), = rule["trigger"].items()
    for drug in listed(rule["drug"]):
        row = {"date": "2025-05-20", "sex": "female", "birth_date": "1985-01-01",
               "medications": drug}
        if kind in ("with", "with_class"):
            for other in others_of(kind, value):
                yield row | {"medications": f"{drug};{other}"}, f"{drug}+{other}"
        elif kind == "condition":
            for name in listed(value):
                yield row | {"conditions": CONDITIONS[name]}, drug
        else:
            low, high = value if kind == "crcl_ml_min" else (0, 0)
            yield row | {
                "pregnant": {"pregnant": "yes"}, "breastfeeding": {"conditions": "breastfeeding"},
                "age_min": {"birth_date": f"{2024 - int(value)}-07-01"} if kind == "age_min" else {},
                "age_max": {"birth_date": f"{2025 - int(value)}-01-01"} if kind == "age_max" else {},
                "weight_kg_max": {"weight_kg": "59"}, "egfr_max": {"egfr": "29"},
                "lvef_pct_max": {"lvef_pct": "49"},
                # Cockcroft-Gault, woman of 40 and 60 kg: 100*60*0.85/(72 c) = 70.83/c mL/min.
                "crcl_ml_min": {"weight_kg": "60", "creatinine_mg_dl":
                                f"{70.83 / max(1, (low + high) / 2):.3f}"}}[kind], drug


def plans(folder, people):
    """Plans of rows of a record, all in one run."""
    names = [f"P{i}" for i in range(len(people))]
    (folder / "people.tsv").write_text("\t".join(["#IID", *COLUMNS]) + "\n" + "".join(
        "\t".join([name, *(row.get(c, "NA") for c in COLUMNS)]) + "\n"
        for name, row in zip(names, people)))
    done = run(folder, many(NOTHING, names), None, None,
               ["--clinical", "people.tsv", "--index-date", "2025-06-01"])
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out.plan.json").read_text())["people"]


def test_every_interaction_of_the_source_is_found_by_everybody_it_is_about(tmp_path):
    wanted = [(rule, row, about) for rule in RULES for row, about in people_for(rule)]
    assert len(wanted) > 250
    for (rule, row, about), person in zip(wanted, plans(tmp_path, [w[1] for w in wanted])):
        assert holds(person, about, FINDING[rule["severity"]], [], [rule["id"]]), (
            rule["id"], row, items(person))


def test_no_interaction_is_found_without_its_reason(tmp_path):
    drugs = sorted({d for rule in RULES for d in listed(rule["drug"])})
    well = {"date": "2025-05-20", "sex": "female", "birth_date": "1975-01-01", "pregnant": "no",
            "weight_kg": "70", "creatinine_mg_dl": "0.7", "lvef_pct": "60"}
    found = plans(tmp_path, [well | {"medications": drug} for drug in drugs])
    for drug, person in zip(drugs, found):
        assert items(person, drug) or person["drugs"][0]["name"] == drug
        assert not [i for i in person["items"] if i["kind"] == "interaction"], drug
