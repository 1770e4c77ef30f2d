# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Calls of a cohort: gcrisk recommend beside bcftools, which only reads the same file.

Everybody has a pair of named alleles in each gene that is called, drawn with six tenths for the
reference, and two copies of the reference elsewhere (CYP2D6); one genotype of five hundred is missing. `bcftools query` of every genotype is a peer for reading; no
program that calls named alleles does so for a cohort in minutes.
"""
import os
import pathlib
import random
import sys

from measure import Race

PEOPLE = (10_000, 100_000)
SITES = 1_205
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def make_cohort(path, n):
    import numpy as np

    os.environ.setdefault("GCRISK_SOURCE", str(SOURCE))
    sys.path.insert(0, str(SOURCE / "tests" / "cli"))
    import pgx_simulator as pgx

    draw = np.random.default_rng(1)
    letters = random.Random(1)
    with open(path, "wb") as file:
        names = "\t".join(f"S{i:06}" for i in range(n))
        file.write(("##fileformat=VCFv4.2\n##contig=<ID=chr1,assembly=GRCh38>\n#CHROM\tPOS\tID\t"
                    f"REF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}\n").encode())
        def write(site, first, second):
            cells = np.full((n, 4), ord("\t"), dtype=np.uint8)
            cells[:, 1] = ord("/")
            cells[:, 0] = ord("0") + first
            cells[:, 2] = ord("0") + second
            cells[draw.random(n) < 0.002, 0:3:2] = ord(".")
            cells[-1, 3] = ord("\n")
            file.write("\t".join([site["chrom"], site["pos38"], site["rsid"] or ".", site["ref38"],
                                  site["alts38"] or ".", ".", "PASS", ".", "GT", ""]).encode())
            file.write(cells.tobytes())

        written = set()
        for gene in pgx.load_genes().values():
            alleles = list(gene.alleles)
            odds = [0.6 if a == gene.reference else 0.4 / (len(alleles) - 1) for a in alleles]
            strands = [gene.strand(a, letters) for a in alleles]
            first = draw.choice(len(alleles), n, p=odds)
            second = draw.choice(len(alleles), n, p=odds)
            for i, site in enumerate(gene.sites):
                bases = [site["ref38"], *site["alts38"].split(",")]
                code = np.array([bases.index(strand[i]) for strand in strands], dtype=np.uint8)
                write(site, code[first], code[second])
                written.add((site["chrom"], site["pos38"]))
        # The defining positions of CYP2D6, which are read over: it is called from outside only.
        for k in range(SITES - len(written)):
            write({"chrom": "chr22", "pos38": str(42_126_500 + 20 * k), "rsid": "", "ref38": "A",
                   "alts38": "G"}, 0, 0)


def races(folder):
    for n in PEOPLE:
        name = f"people{n}.vcf"
        if not os.path.exists(os.path.join(folder, name)):
            make_cohort(os.path.join(folder, name), n)
        ours = [os.environ["GCRISK"], "recommend", "--vcf", name, "--out", "calls", "--force",
                "--quiet"]
        peer = ["bcftools", "query", "-f", "[%GT ]\n", "-o", "genotypes.txt", name]
        yield Race("calls of named alleles", f"{n:,} people × 1,205 sites", ours, peer,
                   "bcftools query (reads only)", aim="100,000 in 3 minutes", runs=1)
