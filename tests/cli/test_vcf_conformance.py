# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The specification's own test files, and awkward ones of other tools, against the tables of
docs/formats.md. `python3 tests/cli/test_vcf_conformance.py` writes the table anew."""

import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pytest

SOURCE = pathlib.Path(os.environ.get("GCRISK_SOURCE", pathlib.Path(__file__).parents[2]))
GCRISK = os.environ.get("GCRISK", str(SOURCE / "build" / "bin" / "gcrisk"))
DATA = SOURCE / ".." / "shared" / "data"
PAGE = SOURCE / "docs" / "formats.md"
BEGIN, END = "<!-- conformance: begin -->", "<!-- conformance: end -->"

# What the families of invalid files break; the file names say no more.
FAMILIES = {
    "body_alt": "ALT: letters that are no bases, spaces, empty alleles, open brackets",
    "body_chrom": "CHROM: `<` without `>`, spaces; colons and commas",
    "body_contiguous": "contigs that come twice",
    "body_duplicated": "variants that stand twice",
    "body_filter": "FILTER: `.` in a list, empty or reserved names, spaces",
    "body_format": "FORMAT: empty keys, spaces, GT not first, a broken genotype",
    "body_id": "ID: spaces; empty parts",
    "body_info": "INFO: numbers, types and counts of values",
    "body_pos": "POS: no whole number",
    "body_qual": "QUAL: words, below zero",
    "body_ref": "REF: several alleles, letters that are no bases, `.`",
    "body_sample": "sample columns: alleles that are not listed, types and counts of values, a sample named twice",
    "body_samples_ploidy": "PL: counts of values",
    "body_unsorted": "positions that fall",
    "fileformat": "first line: no version, another name",
    "header": "#CHROM line: wrong column names; FORMAT without samples",
    "meta": "meta lines: no `##`, line breaks, quotes and brackets that stay open",
    "meta_alt": "##ALT lines",
    "meta_assembly": "##assembly lines",
    "meta_contig": "##contig lines",
    "meta_format": "##FORMAT lines: types and counts",
    "meta_info": "##INFO lines: types and counts",
    "meta_pedigree": "##PEDIGREE lines",
    "meta_pedigreedb": "##pedigreeDB lines",
    "meta_sample": "##SAMPLE lines",
}


def ingest(path):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([GCRISK, "ingest", "vcf", "--vcf", str(path), "--out",
                               f"{folder}/o", "--threads", "1", "--quiet"],
                              capture_output=True, text=True, timeout=60)
        written = pathlib.Path(folder, "o.bed").exists()
    assert written == (done.returncode == 0), path
    return done.returncode, done.stderr


def ingest_all(paths):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return dict(zip(paths, pool.map(ingest, paths)))


def files(pattern):
    found = sorted(DATA.glob(pattern))
    if not found:
        pytest.skip(f"{DATA}/{pattern} is not there")
    return found


def table():
    """A row for each family of invalid files: the numbers of those refused, read, and without
    samples."""
    outcomes = collections.defaultdict(lambda: collections.defaultdict(set))
    for path, (code, message) in ingest_all(files("vcf_conformance/4.?/failed/*.vcf")).items():
        assert code in (0, 4, 6), (path, code, message)
        if code == 4:
            assert re.search(re.escape(path.name) + r":\d+: ", message), message
        if code == 6:
            assert "no sample" in message, message
        family, number = re.fullmatch(r"failed_(.*)_(\d+)", path.stem).groups()
        outcomes[family][code].add((number, path.parts[-3]))
    rows = ["| files `failed_…` | what they break | refused, exit 4 | read | sites only, exit 6 |",
            "|---|---|---|---|---|"]
    for family in sorted(outcomes):
        cells = [numbers(outcomes[family][code]) for code in (4, 0, 6)]
        rows.append(f"| {family} | {FAMILIES[family]} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def numbers(found):
    """"000-003, 005"; a number that only one version of the specification has says which."""
    by_number = collections.defaultdict(set)
    for number, version in found:
        by_number[number].add(version)
    parts = []
    for number in sorted(by_number):
        only = "" if len(by_number[number]) == 2 else f" ({min(by_number[number])})"
        before = parts[-1] if parts else None
        if before and not only and not before[2] and int(before[1]) + 1 == int(number):
            before[1] = number
        else:
            parts.append([number, number, only])
    return ", ".join((a if a == b else f"{a}-{b}") + only for a, b, only in parts) or "–"


def test_invalid_files_fare_as_the_page_says():
    page = PAGE.read_text()
    assert page.split(BEGIN)[1].split(END)[0].strip() == table()


def test_valid_files_are_read():
    for path, (code, message) in ingest_all(files("vcf_conformance/4.?/passed/*.vcf")).items():
        if code == 6:  # no sample columns, or no records
            lines = [line for line in path.read_text().splitlines() if not line.startswith("##")]
            assert len(lines[0].split("\t")) < 10 or len(lines) == 1, (path, message)
        else:
            assert code == 0, (path, message)


# Of the awkward files, all but these are read or have nothing to read.
REFUSED = {
    "norm.setref.vcf": "norm.setref.vcf:39: REF is '.'",
}


def test_awkward_files_are_read():
    paths = [p for p in files("vcf_edge/*/*") + files("vcf_edge/*/*/*")
             if p.name.endswith((".vcf", ".vcf.gz", ".bcf"))]
    assert len(paths) >= 80
    for path, (code, message) in ingest_all(paths).items():
        if path.name in REFUSED:
            assert code == 4 and REFUSED[path.name] in message, message
        elif code == 6:
            assert "no sample" in message or "no variant left: 0 of" in message
        else:
            assert code == 0, (path, message)


def test_real_files_are_read():
    paths = [p for p in files("vcf/*") if p.name.endswith((".vcf.gz", ".bgz", ".bcf"))]
    for path, (code, message) in ingest_all(paths).items():
        assert code == 0, (path, message)


if __name__ == "__main__":
    text = PAGE.read_text()
    head, rest = text.split(BEGIN)
    PAGE.write_text(head + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1])
    sys.exit(0)
