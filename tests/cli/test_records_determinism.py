# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The same records give the same bytes: on one and two threads, with little and much memory, in any
order of files and of rows, compressed or not."""
import csv
import gzip
import json
import os
import pathlib
import random
import shutil
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]).parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
RESULTS = ["events.tsv.gz", "clinical.tsv", "dictionary.json", "counts.tsv", "sequences.tsv"]


def results(folder, *arguments):
    subprocess.run([GCRISK, "ingest", "ehr", *map(str, arguments), "--index-date", "last-event",
                    "--sequence", "visits", "--out", folder / "x", "--force", "--quiet"], check=True)
    return {name: (folder / f"x.{name}").read_bytes() for name in RESULTS}


def differing(a, b):
    return [name for name in RESULTS if a[name] != b[name]]


def test_fhir(tmp_path):
    files = sorted((DATA / "fhir" / "synthea_cohort_240_ndjson").iterdir())
    first = results(tmp_path, "--fhir", *files, "--threads", 1)
    for seed in range(3):
        random.Random(seed).shuffle(files)
        assert differing(first, results(tmp_path, "--fhir", *files, "--threads", 2)) == []
    assert differing(first, results(tmp_path, "--fhir", *files, "--threads", 2, "--memory", 256)) == []
    # Lines of one file in another order, and not compressed.
    lines = gzip.open(next(f for f in files if f.name.startswith("Condition"))).read().splitlines(True)
    random.Random(1).shuffle(lines)
    (tmp_path / "Condition.ndjson").write_bytes(b"".join(lines))
    others = [f for f in files if not f.name.startswith("Condition")]
    moved = results(tmp_path, "--fhir", tmp_path / "Condition.ndjson", *others)
    assert differing(first, moved) == []


def test_bundles(tmp_path):
    files = sorted((DATA / "fhir" / "synthea_bundles").iterdir())
    first = results(tmp_path, "--fhir", *files, "--threads", 1)
    random.Random(1).shuffle(files)
    assert differing(first, results(tmp_path, "--fhir", *files, "--threads", 2)) == []


@pytest.mark.parametrize("name", ["gibleed_5.3", "synthea27nj_5.4"])
def test_omop(name, tmp_path):
    source = DATA / "omop" / name
    first = results(tmp_path, "--omop", source, "--threads", 1)
    assert differing(first, results(tmp_path, "--omop", source, "--threads", 2)) == []
    # Other names, compression, separator, and rows in another order.
    folder = tmp_path / "cdm"
    folder.mkdir()
    for path in sorted(source.iterdir()):
        table = path.name.split(".")[0]
        if ".csv" not in path.name:
            continue
        opened = gzip.open(path, "rt", newline="") if path.suffix == ".gz" else open(path, newline="")
        with opened as file:
            header, *rows = csv.reader(file)
        if any("\t" in cell or "\n" in cell for row in rows for cell in row):
            shutil.copy(path, folder)
            continue
        random.Random(1).shuffle(rows)
        with open(folder / f"{table.upper()}.tsv", "w") as out:
            out.writelines("\t".join(row) + "\n" for row in [header, *rows])
    moved = results(tmp_path, "--omop", folder, "--threads", 2)
    assert differing(first, moved) == []


def test_tables_of_events(tmp_path):
    source = DATA / "longitudinal" / "eicu_demo_100"
    mapping = pathlib.Path(os.environ["GCRISK_SOURCE"]) / "docs" / "studies" / "hospital-death-eicu.json"
    names = {m["file"] for m in json.loads(mapping.read_text())["events"]}
    files = sorted(f for f in source.iterdir() if f.name in names)
    assert len(files) > 2
    skip = ["--dictionary", mapping, "--on-bad-record", "skip"]
    first = results(tmp_path, "--events", *files, *skip, "--threads", 1)
    random.Random(1).shuffle(files)
    assert differing(first, results(tmp_path, "--events", *files, *skip, "--threads", 2)) == []
    # An events file is read back as it was written, also cut in two and turned round.
    lines = gzip.decompress(first["events.tsv.gz"]).splitlines(True)
    half = len(lines) // 2
    (tmp_path / "a.tsv").write_bytes(b"".join(lines[:1] + lines[half:][::-1]))
    (tmp_path / "b.tsv").write_bytes(b"".join(lines[:half]))
    again = results(tmp_path, "--events", tmp_path / "a.tsv", tmp_path / "b.tsv", *skip[2:])
    assert again["events.tsv.gz"] == first["events.tsv.gz"]
    assert again["clinical.tsv"] == first["clinical.tsv"]
