# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Features of chosen people of the published sets, worked out by hand from their records."""
import csv
import datetime
import os
import pathlib
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]).parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")


def features(folder, *arguments):
    subprocess.run([GCRISK, "ingest", "ehr", *map(str, arguments), "--min-prevalence", "0", "--out", folder / "x",
                    "--quiet"], check=True)
    with open(folder / "x.clinical.tsv") as file:
        return {r["#IID"]: r for r in csv.DictReader(file, delimiter="\t")}


def check(row, wanted):
    for name, value in wanted.items():
        found = row[name]
        assert found == value if isinstance(value, str) else float(found) == pytest.approx(value, rel=1e-12), name


def test_fhir(tmp_path):
    """Body weight of a man born on 5 October 1963, before 2010: 97.2 kg on 24 December 2000, 100.4 on 12
    October 2003, 105.0 on 16 October 2005, 108.0 on 21 October 2007. 1,825 days before the index is 2
    January 2005."""
    row = features(tmp_path, "--fhir", DATA / "fhir" / "synthea_cohort_240_ndjson", "--index-date", "2010-01-01",
                   "--window", "ever,1825d", "--aggregate", "last,count,min,max,mean,slope")[
        "829bb06a-42b9-433d-a8f6-560727c63da9"]
    a, b, c, d = 97.21355749214675, 100.44785807252606, 105.03049861269325, 108.03120583515923
    days = (datetime.date(2007, 10, 21) - datetime.date(2005, 10, 16)).days
    assert days == 735
    weight = "LOINC/29463-7"
    check(row, {f"{weight}:count:ever": 4, f"{weight}:count:1825d": 2, f"{weight}:last:ever": d,
                f"{weight}:min:ever": a, f"{weight}:min:1825d": c, f"{weight}:max:ever": d,
                f"{weight}:mean:ever": (a + b + c + d) / 4, f"{weight}:mean:1825d": (c + d) / 2,
                f"{weight}:slope:1825d": (d - c) / days, "GENDER": "male"})
    # A day of birth counts from its middle.
    lived = (datetime.date(2010, 1, 1) - datetime.date(1963, 10, 5)).days - 0.5
    assert float(row["age_at_index"]) == pytest.approx(lived / 365.25, abs=1e-4)


def test_omop(tmp_path):
    """Person 6 of the 5.3 set before 2000: otitis media in 1965, 1966 and 1969; acute bronchitis in 1967,
    1976 and 1997; viral sinusitis in 1993 (and 2001); 81 mg of aspirin in 1965, 1966, 1967 and 1971.
    3,650 days before the index is 3 January 1990."""
    row = features(tmp_path, "--omop", DATA / "omop" / "gibleed_5.3", "--index-date", "2000-01-01", "--window",
                   "ever,3650d", "--aggregate", "count")["6"]
    check(row, {"SNOMED/65363002:count:ever": 3, "SNOMED/65363002:count:3650d": 0,
                "SNOMED/444814009:count:ever": 3, "SNOMED/444814009:count:3650d": 1,
                "SNOMED/195662009:count:ever": 1, "SNOMED/195662009:count:3650d": 1,
                "RxNorm/243670:count:ever": 4, "RxNorm/243670:count:3650d": 0, "GENDER": "female"})
    lived = (datetime.date(2000, 1, 1) - datetime.date(1963, 12, 31)).days - 0.5
    assert float(row["age_at_index"]) == pytest.approx(lived / 365.25, abs=1e-4)


def test_sequences_of_visits(tmp_path):
    """The same man's weights in the steps of his visits; the gap is between beginnings of steps."""
    features(tmp_path, "--fhir", DATA / "fhir" / "synthea_cohort_240_ndjson", "--index-date", "2010-01-01",
             "--sequence", "visits", "--max-steps", "1000")
    with open(tmp_path / "x.sequences.tsv") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if r["#IID"].startswith("829bb06a-42b9")]
    assert [int(r["STEP"]) for r in rows] == list(range(1, len(rows) + 1))
    weighed = [r for r in rows if r["LOINC/29463-7:last:ever"] != "NA"]
    assert [r["BEGIN"][:10] for r in weighed] == ["2000-12-24", "2003-10-12", "2005-10-16", "2007-10-21"]
    assert [round(float(r["LOINC/29463-7:last:ever"]), 1) for r in weighed] == [97.2, 100.4, 105.0, 108.0]
    begins = [datetime.datetime.fromisoformat(r["BEGIN"]) for r in rows]
    assert rows[0]["GAP"] == "NA" and all(b <= datetime.datetime(2010, 1, 1) for b in begins)
    for k in range(1, len(rows)):
        assert float(rows[k]["GAP"]) == pytest.approx((begins[k] - begins[k - 1]).total_seconds() / 86400)
    # Every event before the index is in one step: the counts of codes without values add up.
    with open(tmp_path / "x.clinical.tsv") as file:
        whole = next(r for r in csv.DictReader(file, delimiter="\t") if r["#IID"].startswith("829bb06a-42b9"))
    counted = [c for c in rows[0] if c.endswith(":count:ever")]
    assert len(counted) > 20
    for c in counted:
        assert sum(int(r[c]) for r in rows) == int(whole[c]), c
