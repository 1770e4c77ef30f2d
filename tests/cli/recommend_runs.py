# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of `gcrisk recommend` share: running it, reading and writing small files."""
import csv
import json
import os
import subprocess

import pgx_simulator as pgx

GCRISK = os.environ["GCRISK"]


def run(folder, *arguments, code=0):
    done = subprocess.run([GCRISK, "recommend", *map(str, arguments)], cwd=folder, text=True,
                          capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stderr


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {(row["#IID"], row["GENE"]): row for row in rows}


def call(folder, vcf, *options, name="p"):
    run(folder, "--vcf", vcf, "--out", folder / name, "--force", *options)
    return table(folder / f"{name}.calls.tsv")


def diplotypes(text):
    return set() if text == "NA" else {pgx.normal(d) for d in text.split(" OR ")}


def plan_people(folder, name):
    plan = json.loads((folder / f"{name}.plan.json").read_text(encoding="utf-8"))
    return {person["id"]: person for person in plan["people"]}


def write(path, records, header="##contig=<ID=chr1,assembly=GRCh38>\n", samples=("S",)):
    path.write_text("##fileformat=VCFv4.2\n" + header +
                    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" +
                    "\t".join(samples) + "\n" +
                    "".join("\t".join(map(str, r)) + "\n" for r in records), encoding="utf-8")


def site_records(gene, change=None, build=38, fmt="GT", plain="0/0"):
    """All positions of a gene as reference; `change`: columns by GRCh38 position."""
    records = []
    for site in gene.sites:
        ref = site["ref38" if build == 38 else "ref37"]
        alts = ",".join(b for b in [site["ref38"], *site["alts38"].split(",")] if b != ref)
        record = [site["chrom"], site["pos38" if build == 38 else "pos37"], ".", ref, alts, ".",
                  "PASS", ".", fmt, plain]
        for column, value in (change or {}).get(int(site["pos38"]), {}).items():
            record[column] = value
        records.append(record)
    return records


REF, ALT, FILTER, INFO, FORMAT, CALL = 3, 4, 6, 7, 8, 9
