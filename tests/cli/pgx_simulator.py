# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""People with known named alleles, and a second opinion on what they should be called.

The matcher here shares nothing with the program but the tables: it writes out every way to lay
unphased bases on two strands and compares the strands letter by letter.
"""
import csv
import itertools
import os
import pathlib
import random
import re

TABLES = pathlib.Path(os.environ["GCRISK_SOURCE"]) / "data" / "reference" / "pgx"
IUPAC = {"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC"}


def read(name):
    with open(TABLES / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Gene:
    def __init__(self, row, positions, alleles, phenotypes, priorities):
        self.name = row["gene"]
        self.chrom = row["chrom"]
        self.method = row["match_method"]
        self.lenient = row["undocumented_alt_as_reference"] == "1"
        self.scored = row["phenotype_method"] == "activity_score"
        self.sites = [p for p in positions if p["gene"] == self.name
                      and p["role"].startswith("defining")]
        self.index = {}
        for i, site in enumerate(self.sites):
            self.index.setdefault(site["pos38"], []).append(i)
        self.alleles = {}
        self.function = {}
        self.value = {}
        self.shown = {}
        for a in alleles:
            if a["gene"] != self.name:
                continue
            self.function[a["allele"]] = a["function"]
            self.value[a["allele"]] = a["activity_value"]
            self.shown[a["allele"]] = a["reported_as"] or a["allele"]
            if a["is_reference"] == "1":
                self.reference = a["allele"]
                self.alleles[a["allele"]] = {i: s["ref38"] for i, s in enumerate(self.sites)}
            elif ":" in a["definition38"]:
                cells = {}
                for cell in a["definition38"].split(";"):
                    at, base = cell.split(":")
                    cells[self.site_with(at, base)] = base
                self.alleles[a["allele"]] = cells
        mine = [p for p in phenotypes if p["gene"] == self.name]
        self.pairs = {p["key"]: p["phenotype"] for p in mine if p["kind"] == "pair"}
        self.singles = {p["key"]: p["phenotype"] for p in mine if p["kind"] == "single"}
        self.ranges = [([float(x) for x in p["key"].split()] + [9e9], p["phenotype"])
                       for p in mine if p["kind"] == "range"]
        self.priorities = {frozenset(p["possible_diplotypes"].split(" or ")): p["pick"]
                           for p in priorities if p["gene"] == self.name}

    def site_with(self, position, base):
        for i in self.index[position]:
            known = [self.sites[i]["ref38"], *self.sites[i]["alts38"].split(",")]
            if any(b in known for b in IUPAC.get(base, "")) or base in known:
                return i
        raise KeyError((self.name, position, base))

    def allows(self, allele, site, bases):
        named = self.alleles[allele].get(site, self.sites[site]["ref38"])
        return bases == named or bases in IUPAC.get(named, "") and len(bases) == 1

    def strand(self, allele, rng):
        """Bases of one strand; an IUPAC letter takes one of its bases by chance."""
        bases = []
        for i, site in enumerate(self.sites):
            named = self.alleles[allele].get(i, site["ref38"])
            bases.append(rng.choice(IUPAC[named]) if named in IUPAC else named)
        return bases

    # --- the second opinion -------------------------------------------------------------------
    def matching(self, strand, readable):
        return [a for a, cells in self.alleles.items()
                if any(i in cells for i in readable)
                and all(self.allows(a, i, strand[i]) for i in readable)]

    def score(self, allele, strand, readable):
        return sum(1 for i, named in self.alleles[allele].items() if i in readable
                   and not (named in IUPAC and strand[i] == self.sites[i]["ref38"]))

    def call(self, genotypes, phased):
        """genotypes: (base, base), (base,) or None a site. Best pairs, all fitting pairs."""
        readable = [i for i, g in enumerate(genotypes) if g is not None]
        known = [{s["ref38"], *s["alts38"].split(",")} for s in self.sites]
        fixed = list(genotypes)
        for i in readable:
            if any(b not in known[i] for b in fixed[i]):
                if not self.lenient:
                    return set(), set()
                fixed[i] = tuple(b if b in known[i] else self.sites[i]["ref38"] for b in fixed[i])
        if any(len(fixed[i]) == 1 for i in readable):
            strand = [g[0] if g else None for g in fixed]
            scores = {(a,): self.score(a, strand, readable) for a in self.matching(strand, readable)}
        else:
            het = [i for i in readable if fixed[i][0] != fixed[i][1]]
            ways = [()] if phased or len(het) < 2 else itertools.product((0, 1), repeat=len(het) - 1)
            scores = {}
            for way in ways:
                turned = {i for i, turn in zip(het[1:], way) if turn}
                one = [None if g is None else g[1] if i in turned else g[0]
                       for i, g in enumerate(fixed)]
                two = [None if g is None else g[0] if i in turned else g[1]
                       for i, g in enumerate(fixed)]
                for a in self.matching(one, readable):
                    for b in self.matching(two, readable):
                        pair = tuple(sorted((a, b)))
                        score = self.score(a, one, readable) + self.score(b, two, readable)
                        scores[pair] = max(score, scores.get(pair, 0))
        best = max(scores.values(), default=0)
        top = {self.name_of(p) for p, s in scores.items() if s == best}
        every = {self.name_of(p) for p in scores}
        if self.name == "NAT2":
            if any(genotypes[i] is None for i, s in enumerate(self.sites) if "required" in s["role"]):
                return set(), set()
            for possible, pick in self.priorities.items():
                if {normal(p) for p in possible} == top:
                    top = {normal(pick)}
        if self.name == "SLCO1B1" and not top:
            site = next(i for i, s in enumerate(self.sites) if s["rsid"] == "rs4149056")
            if genotypes[site] is not None:
                top = {normal("/".join("*1" if b == "T" else "*5" for b in genotypes[site]))}
        return top, every

    def name_of(self, pair):
        return normal("/".join(self.shown[a] for a in pair))

    def phenotype(self, pair):
        """Of two allele names, or one."""
        if self.scored:
            values = [self.value[a] for a in pair]
            if "" in values:
                return "n/a"
            if "n/a" in values:
                return "Indeterminate"
            total = sum(map(float, values))
            return next((p for (low, high, *_), p in self.ranges if low <= total <= high),
                        "Indeterminate")
        functions = sorted(self.function[a] for a in pair)
        if len(pair) == 1:
            return self.singles.get(functions[0], "n/a")
        return self.pairs.get("|".join(functions), "n/a")

    def open_alleles(self, genotypes, reported):
        result = set()
        for allele, cells in self.alleles.items():
            if allele == self.reference or self.shown[allele] in reported:
                continue
            unread = [i for i in cells if genotypes[i] is None]
            if not any(cells[i] != self.sites[i]["ref38"] for i in unread):
                continue
            if all(any(self.allows(allele, i, b) for b in genotypes[i])
                   for i in cells if genotypes[i] is not None):
                result.add(self.shown[allele])
        return result


def normal(diplotype):
    """Order inside a pair is free."""
    return "/".join(sorted(diplotype.split("/")))


def load_genes():
    positions = read("positions.tsv")
    alleles = read("alleles.tsv")
    phenotypes = read("phenotypes.tsv")
    priorities = read("unphased_priorities.tsv")
    return {row["gene"]: Gene(row, positions, alleles, phenotypes, priorities)
            for row in read("genes.tsv") if row["vcf_callable"] == "1"}


def natural(text):
    return [int(t) if t.isdigit() else t for t in re.split(r"(\d+)", text)]


class Person:
    """Strands of every gene, and which sites a file tells of."""

    def __init__(self, name, genes, rng, phased, missing=0.0):
        self.name = name
        self.phased = phased
        self.male = rng.random() < 0.4
        self.truth = {}
        self.genotypes = {}
        for gene in genes.values():
            pair = [rng.choice(list(gene.alleles)) if rng.random() < 0.6 else gene.reference
                    for _ in range(1 if gene.chrom == "chrX" and self.male else 2)]
            self.truth[gene.name] = pair
            strands = [gene.strand(a, rng) for a in pair]
            self.genotypes[gene.name] = [
                None if rng.random() < missing else tuple(s[i] for s in strands)
                for i in range(len(gene.sites))]


def write_vcf(path, genes, people, build, rng=None, contig="chr", drop_empty=False, shuffle=False,
              turn=False):
    """turn: the bases of unphased heterozygous genotypes change places by chance."""
    rng = rng or random.Random(1)
    assembly = "GRCh38" if build == 38 else "GRCh37"
    records = []
    for gene in genes.values():
        for i, site in enumerate(gene.sites):
            calls = [p.genotypes[gene.name][i] for p in people]
            if drop_empty and all(c is None for c in calls):
                continue
            ref = site["ref38"] if build == 38 else site["ref37"]
            others = [b for b in [site["ref38"], *site["alts38"].split(",")] if b != ref]
            others += sorted({b for c in calls if c for b in c} - {ref, *others})
            if shuffle:
                rng.shuffle(others)
            number = {b: str(k) for k, b in enumerate([ref, *others])}
            columns = []
            for person, call in zip(people, calls):
                if call is None:
                    columns.append("./.")
                    continue
                if turn and not person.phased and rng.random() < 0.5:
                    call = call[::-1]
                columns.append(("|" if person.phased else "/").join(number[b] for b in call))
            chrom = site["chrom"][3:] if contig == "" else site["chrom"]
            records.append([chrom, site["pos38" if build == 38 else "pos37"], site["rsid"] or ".",
                            ref, ",".join(others), ".", "PASS", ".", "GT", *columns])
    if shuffle:
        rng.shuffle(records)
    chroms = sorted({r[0] for r in records})
    with open(path, "w", encoding="utf-8") as file:
        file.write("##fileformat=VCFv4.2\n")
        for chrom in chroms:
            file.write(f"##contig=<ID={chrom},assembly={assembly}>\n")
        file.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
                   + "\t".join(p.name for p in people) + "\n")
        for record in records:
            file.write("\t".join(record) + "\n")
