# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The studies of docs/studies/ from records to an evaluated model: the commands of each page run,
attrition is counted again by other means, and an outcome that was shuffled cannot be predicted."""
import collections
import concurrent.futures
import csv
import datetime
import gzip
import math
import os
import pathlib
import random
import re
import subprocess

import pytest

GCRISK = pathlib.Path(os.environ["GCRISK"])
SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
DATA = SOURCE.parent / "shared" / "data"
STUDIES = SOURCE / "docs" / "studies"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")


def run_page(name, folder):
    blocks = re.findall(r"^```sh\n(.*?)^```", (STUDIES / f"{name}.md").read_text(), re.S | re.M)
    assert blocks
    environment = dict(os.environ, DATA=str(DATA), MAPPING=str(STUDIES / f"{name}.json"),
                       PATH=f"{GCRISK.parent}:{os.environ['PATH']}")
    result = subprocess.run(["bash", "-euc", "\n".join(blocks)], cwd=folder, env=environment,
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stderr


def gcrisk(folder, *arguments):
    result = subprocess.run([GCRISK, *map(str, arguments)], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stderr


def table(path):
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)
    with opened as file:
        return list(csv.DictReader(file, delimiter="\t"))


def attrition(folder):
    return [(int(r["PEOPLE"]), int(r["OUTCOMES"])) for r in table(folder / "study" / "attrition.tsv")]


def auroc(path):
    for row in table(path):
        if row["METRIC"].lower() == "auroc":
            # A model that says the same of everybody has no interval.
            return tuple(float(row["VALUE" if row[k] == "NA" else k]) for k in ("VALUE", "LO", "HI"))
    raise AssertionError("no AUROC")


# Chance may fail a check once in a thousand times; the seeds are fixed, so that it fails never or always.
RARE = 0.001
FAR = 3.29  # standard deviations of a normal variable: two-sided probability 0.001


def misses_allowed(n):
    """The least m such that more than m of n intervals of 95 % miss with a probability below RARE."""
    tail, m = 1.0, -1
    while tail >= RARE:
        m += 1
        tail -= math.comb(n, m) * 0.05**m * 0.95**(n - m)
    return m


def shuffled_auroc(folder, seed, split="50/0/50"):
    """The same features, another outcome: those of the study in another order. AUROC with its
    interval, and how far chance alone spreads it: (n1 + n0 + 1) / (12 n1 n0) is the variance of
    the Mann-Whitney statistic over its n1 n0 pairs when scores say nothing; ties make it smaller."""
    rows = [line.rstrip("\n").split("\t") for line in open(folder / "study" / "events.clinical.tsv")]
    header = rows.pop(0)
    at = header.index("outcome")
    outcome = [r[at] for r in rows]
    random.Random(seed).shuffle(outcome)
    keep = [i for i, name in enumerate(header) if name not in ("outcome", "outcome_days")]
    here = folder / f"shuffle{seed}"
    here.mkdir()
    with open(here / "table.tsv", "w") as file:
        for row, value in zip([header, *rows], ["outcome", *outcome]):
            file.write("\t".join([row[i] for i in keep] + [value]) + "\n")
    one = ["--threads", 1]
    gcrisk(here, "preprocess", "--clinical", "table.tsv", "--pheno-name", "outcome", "--split", split,
           "--out", "study/", *one)
    gcrisk(here, "train", "lr", "--study", "study/", "--out", "model/", *one)
    gcrisk(here, "predict", "--model", "model/", "--study", "study/", "--set", "test", "--out", "test", *one)
    gcrisk(here, "evaluate", "--predictions", "test.predictions.tsv", "--out", "judged", *one)
    tested = {r["#IID"] for r in table(here / "study" / "split.tsv") if r["SET"] == "test"}
    n1 = sum(row[0] in tested and value == "1" for row, value in zip(rows, outcome))
    n0 = len(tested) - n1
    return (*auroc(here / "judged.metrics.tsv"), math.sqrt((n1 + n0 + 1) / (12 * n1 * n0)))


def check_shuffled(folder, n=20):
    """An outcome in random order cannot be predicted: over many orders the AUROC is 0.5 on
    average, and its intervals hold 0.5 as often as they claim."""
    with concurrent.futures.ThreadPoolExecutor(2) as two:
        found = list(two.map(lambda seed: shuffled_auroc(folder, seed), range(1, n + 1)))
    misses = sum(not low <= 0.5 <= high for _, low, high, _ in found)
    assert misses <= misses_allowed(n), found
    # Each deviation in units of its own spread; the orders are drawn independently.
    mean = sum((value - 0.5) / spread for value, _, _, spread in found) / n
    assert abs(mean) * math.sqrt(n) < FAR, (mean, found)


def check_no_future(folder, prefix, index_of, arguments):
    """Features are the same when everything at or after the index is taken out of the events."""
    events = [line.rstrip("\n").split("\t") for line in gzip.open(folder / f"{prefix}.events.tsv.gz", "rt")]
    header = events.pop(0)
    index = index_of(events)
    with open(folder / "past.tsv", "w") as file:
        file.write("\t".join(header) + "\n")
        for e in events:
            # Of the index event itself the code is needed to find the index again.
            if e[1] == "" or e[0] in index and (e[1] < index[e[0]][0] or
                                                (e[1], e[2]) == index[e[0]]):
                file.write("\t".join(e) + "\n")
    gcrisk(folder, "ingest", "ehr", "--events", "past.tsv", *arguments, "--out", "past")
    gcrisk(folder, "ingest", "ehr", "--events", f"{prefix}.events.tsv.gz", *arguments, "--out", "all")
    past = {r["#IID"]: r for r in table(folder / "past.clinical.tsv")}
    whole = {r["#IID"]: r for r in table(folder / "all.clinical.tsv")}
    assert set(past) <= set(whole)
    shared = {c for c in next(iter(whole.values())) if c in next(iter(past.values()))}
    assert len(shared) > 20
    for person, row in past.items():
        assert {c: row[c] for c in shared} == {c: whole[person][c] for c in shared}


def test_gastrointestinal_bleeding_from_omop(tmp_path):
    run_page("gi-bleeding-omop", tmp_path)
    # The same by hand: first exposure, first bleeding, observation.
    omop = DATA / "omop" / "gibleed_5.3"
    day = datetime.date.fromisoformat
    start = {}
    for r in csv.DictReader(gzip.open(omop / "drug_exposure.csv.gz", "rt")):
        if r["drug_concept_id"] in ("1118084", "1124300"):
            when = day(r["drug_exposure_start_date"])
            start[r["person_id"]] = min(start.get(r["person_id"], when), when)
    bleeds = collections.defaultdict(list)
    for r in csv.DictReader(gzip.open(omop / "condition_occurrence.csv.gz", "rt")):
        if r["condition_concept_id"] == "192671":
            bleeds[r["person_id"]].append(day(r["condition_start_date"]))
    observed = {r["person_id"]: (day(r["observation_period_start_date"]),
                                 day(r["observation_period_end_date"]))
                for r in csv.DictReader(open(omop / "observation_period.csv"))}
    kept = outcomes = 0
    for person, index in start.items():
        begin, end = observed[person]
        if not begin <= index <= end or (index - begin).days < 365:
            continue
        after = [b for b in bleeds[person] if 1 <= (b - index).days <= 90]
        if any(b <= index for b in bleeds[person]):
            continue
        if not after and (min(end, index + datetime.timedelta(90)) - index).days - 1 < 89:
            continue
        kept += 1
        outcomes += bool(after)
    assert attrition(tmp_path)[-1] == (kept, outcomes)
    assert outcomes > 300
    value, low, high = auroc(tmp_path / "judged.metrics.tsv")
    assert low > 0.55
    check_shuffled(tmp_path)

    def index_of(events):
        index = {}
        for e in events:
            if e[2] in ("RxNorm/140587", "RxNorm/3355"):
                index.setdefault(e[0], (e[1], e[2]))
        return index
    check_no_future(tmp_path, "bleed", index_of,
                    ["--index-date", "first:RxNorm/140587|RxNorm/3355"])


def test_death_from_fhir(tmp_path):
    run_page("death-fhir", tmp_path)
    people, outcomes = attrition(tmp_path)[-1]
    # By hand: the first and last date of each patient and the death, from the events.
    first, last, death = {}, {}, {}
    for e in table(tmp_path / "cohort.events.tsv.gz"):
        who, when = e["subject_id"], e["time"][:10]
        if when == "" or e["code"] == "MEDS_BIRTH":
            continue
        first[who] = min(first.get(who, when), when)
        last[who] = max(last.get(who, when), when)
        if e["code"] == "MEDS_DEATH":
            death[who] = when
    studied = {w for w in first if first[w] <= "2005-01-01" <= last[w]}
    assert people == len(studied)
    assert outcomes == 25 == sum("2005-01-01" < death.get(w, "") <= "2020-12-31" for w in studied)
    value, low, high = auroc(tmp_path / "judged.metrics.tsv")
    assert value > 0.6
    check_shuffled(tmp_path)
    check_no_future(tmp_path, "cohort", lambda events: {e[0]: ("2005-01-01", "") for e in events},
                    ["--index-date", "2005-01-01"])


def test_death_in_hospital_from_intensive_care_tables(tmp_path):
    run_page("hospital-death-eicu", tmp_path)
    stays = list(csv.DictReader(open(DATA / "longitudinal" / "eicu_demo_100" / "patient.csv")))
    rows = attrition(tmp_path)
    assert rows[0][0] == len(stays) == 174
    # Observed at 24 hours: something is known of the stay later. A death after that is an outcome.
    last = {}
    for e in table(tmp_path / "stays.events.tsv.gz"):
        last[e["subject_id"]] = max(last.get(e["subject_id"], ""), e["time"])
    late = [s for s in stays if last[s["patientunitstayid"]] >= "2000-01-02T00:00:00"]
    assert rows[-1] == (len(late), sum(s["hospitaldischargestatus"] == "Expired" for s in late))
    sets = {r["#IID"]: r["SET"] for r in table(tmp_path / "study" / "split.tsv")}
    by_patient = collections.defaultdict(set)
    for s in stays:
        if s["patientunitstayid"] in sets:
            by_patient[s["uniquepid"]].add(sets[s["patientunitstayid"]])
    assert all(len(found) == 1 for found in by_patient.values())
    auroc(tmp_path / "judged.metrics.tsv")
    check_shuffled(tmp_path)
    check_no_future(tmp_path, "stays",
                    lambda events: {e[0]: ("2000-01-02T00:00:00", "") for e in events},
                    ["--index-date", "2000-01-02T00:00:00", "--on-bad-record", "skip"])
