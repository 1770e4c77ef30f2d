#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Three public sets as gcrisk reads them, for the tables of docs/studies/compare-real.md.

compare_inputs.py DATA OUT: DATA is the folder of test data, OUT gets asthma.vcf, asthma.csv,
asthma.pheno.tsv, mice.csv, mice.pheno.tsv, breast.clinical.csv, breast.molecular.tsv and
breast.pheno.tsv.
"""
import collections
import csv
import pathlib
import sys

CALLS = {"NA": "./.", "": "./."}


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, header, table, separator="\t"):
    lines = [separator.join(map(str, row)) for row in [header, *table]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def asthma(data, out):
    """Two-letter genotypes become a VCF; REF is the commoner letter, positions are made up."""
    people = read(data / "genopheno/asthma/asthma.csv")
    ids = [f"p{i:04d}" for i in range(1, len(people) + 1)]
    with open(out / "asthma.vcf", "w", encoding="utf-8") as vcf:
        vcf.write("##fileformat=VCFv4.2\n##contig=<ID=5>\n"
                  '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
        names = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split()
        vcf.write("\t".join(names + ids) + "\n")
        snps = [name for name in people[0] if name.startswith(("rs", "hopo"))]
        for i, snp in enumerate(snps, 1):
            calls = [person[snp] for person in people]
            letters = collections.Counter("".join(c for c in calls if c not in CALLS))
            order = [letter for letter, _ in letters.most_common()]
            code = {letter: str(k) for k, letter in enumerate(order)}
            alt = order[1] if len(order) > 1 else "."
            coded = [CALLS.get(c) or f"{code[c[0]]}/{code[c[1]]}" for c in calls]
            vcf.write("\t".join(["5", str(1000 * i), snp, order[0], alt, ".", "PASS", ".", "GT",
                                 *coded]) + "\n")
    columns = ["country", "gender", "age", "bmi", "smoke"]
    write(out / "asthma.csv", ["IID", *columns],
          [[who, *(p[c] for c in columns)] for who, p in zip(ids, people)], ",")
    write(out / "asthma.pheno.tsv", ["#IID", "asthma"],
          [[who, p["casecontrol"]] for who, p in zip(ids, people)])


def mice(data, out):
    """Body length; sex, season and cage density are what a caretaker knows."""
    animals = read(data / "genopheno/mice/mice_phenotypes.csv")
    columns = ["GENDER", "Obesity.Date.Season", "CageDensity"]
    write(out / "mice.csv", ["IID", "Litter", *columns],
          [[m["SUBJECT.NAME"], "L" + m["Litter"], *(m[c] or "NA" for c in columns)]
           for m in animals], ",")
    write(out / "mice.pheno.tsv", ["#IID", "length"],
          [[m["SUBJECT.NAME"], m["Obesity.BodyLength"] or "NA"] for m in animals])


def breast(data, out):
    """76 probes, four clinical columns, days to distant metastasis."""
    women = read(data / "survival/gse7390_breast_cancer_metastasis.csv")
    clinical = ["age", "er", "grade", "size"]
    probes = [name for name in women[0] if name.startswith("X2")]
    write(out / "breast.clinical.csv", ["IID", *clinical],
          [[w["sample_id"], *(w[c] or "NA" for c in clinical)] for w in women], ",")
    write(out / "breast.molecular.tsv", ["#IID", *probes],
          [[w["sample_id"], *(w[p] for p in probes)] for w in women])
    write(out / "breast.pheno.tsv", ["#IID", "metastasis", "days"],
          [[w["sample_id"], w["e_tdm"], w["t_tdm_days"]] for w in women])


if __name__ == "__main__":
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for make in (asthma, mice, breast):
        make(source, target)
