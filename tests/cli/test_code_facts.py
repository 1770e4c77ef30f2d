# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The table of laboratory codes against what others say: names of codes in OMOP vocabularies, units
in FHIR records, and molar masses added up from atomic weights."""
import csv
import gzip
import json
import os
import pathlib
import re

import pytest

SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
DATA = SOURCE.parent / "shared" / "data"
FACTS = {code: (unit, float(mass)) for code, unit, mass in re.findall(
    r'CodeFacts\{"LOINC/([\d-]+)", "([^"]*)", ([\d.]+),', (SOURCE / "src/clinical/code_facts.cpp").read_text())}

# LOINC's property, as it stands in the brackets of a name, and the units that can measure it.
KINDS = {
    "Mass/volume": r"(k|m|u|n|p)?g/(d|m|u)?L", "Moles/volume": r"(m|u|n)?mol/L", "#/volume": r"10\*\d+/u?L",
    "Enzymatic activity/volume": r"U/L", "Entitic mass": "pg", "Entitic volume": "fL", "Volume Fraction": "%",
    "Mass Ratio": "mg/g", "Volume Rate/Area": r"mL/min/\{1\.73_m2\}", "Ratio": r"kg/m2",
}

# Standard atomic weights, abridged (CIAAW 2021).
WEIGHT = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "Ca": 40.078, "Mg": 24.305, "Cl": 35.45, "Fe": 55.845,
          "P": 30.974, "K": 39.098, "Na": 22.990}
FORMULA = {
    "2160-0": "C4H7N3O", "14682-9": "C4H7N3O", "38483-4": "C4H7N3O",  # creatinine
    "2093-3": "C27H46O", "2085-9": "C27H46O", "2089-1": "C27H46O", "13457-7": "C27H46O", "18262-6": "C27H46O",
    "2339-0": "C6H12O6", "2345-7": "C6H12O6",  # glucose
    "1975-2": "C33H36N4O6",  # bilirubin
    "2571-8": "C57H104O6",  # triolein
    "3084-1": "C5H4N4O3",  # uric acid
    "2524-7": "C3H6O3",  # lactic acid
    "3094-0": "N2", "6299-2": "N2",  # the nitrogen of urea
    "2028-9": "CO2", "20565-8": "CO2", "17861-6": "Ca", "49765-1": "Ca", "19123-9": "Mg", "2069-3": "Cl",
    "2075-0": "Cl", "2498-4": "Fe", "2777-1": "P", "2823-3": "K", "6298-4": "K", "2947-0": "Na", "2951-2": "Na",
}


def test_molar_masses_are_sums_of_atomic_weights():
    assert len(FACTS) == 60
    for code, formula in FORMULA.items():
        total = sum(WEIGHT[atom] * int(n or 1) for atom, n in re.findall(r"([A-Z][a-z]?)(\d*)", formula))
        assert FACTS[code][1] == pytest.approx(total, rel=2e-4), code
    others = {code: mass for code, (_, mass) in FACTS.items() if mass > 0 and code not in FORMULA}
    assert others == {"1751-7": 66437, "718-7": 16114}  # proteins


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
def test_units_measure_what_the_vocabulary_says_that_the_code_is():
    names = {}
    for folder in sorted((DATA / "omop").iterdir()):
        with open(folder / "concept.csv") as file:
            for row in csv.DictReader(file):
                if row["vocabulary_id"] == "LOINC":
                    names[row["concept_code"]] = row["concept_name"]
    checked = 0
    for code, (unit, _) in FACTS.items():
        kind = re.search(r"\[([^\]]+)\]", names.get(code, ""))
        if kind:
            assert re.fullmatch(KINDS[kind[1]], unit), (code, unit, names[code])
            checked += 1
    assert checked >= 35


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
def test_units_are_those_of_records():
    found = {}
    for path in (DATA / "fhir").rglob("Observation*.ndjson.gz"):
        for line in gzip.open(path, "rt"):
            resource = json.loads(line)
            for part in [resource, *resource.get("component", [])]:
                if "valueQuantity" in part:
                    code = part["code"]["coding"][0]["code"]
                    found.setdefault(code, set()).add(part["valueQuantity"]["code"])
    same = [code for code, (unit, _) in FACTS.items() if unit in found.get(code, ())]
    other = {code: found[code] for code, (unit, _) in FACTS.items() if code in found and unit not in found[code]}
    assert len(same) >= 30 and other == {}, other
