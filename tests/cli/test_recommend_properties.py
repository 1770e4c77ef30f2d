# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What must hold of every plan of `gcrisk recommend`, on simulated people over all genes.

GCRISK_TEST_SEED chooses other people; the same number makes the same ones.
"""
import os
import random

import pgx_simulator as pgx
import pytest
from recommend_cases import table
from recommend_runs import call, plan_people

SEED = int(os.environ.get("GCRISK_TEST_SEED", "1"))
DRUGS = ["abacavir", "allopurinol", "amitriptyline", "atazanavir", "atorvastatin", "azathioprine",
         "capecitabine", "carbamazepine", "celecoxib", "citalopram", "clopidogrel", "codeine",
         "efavirenz", "fluvastatin", "gentamicin", "hydralazine", "irinotecan", "ivacaftor",
         "metoprolol", "omeprazole", "phenytoin", "rasburicase", "rosuvastatin", "sevoflurane",
         "simvastatin", "siponimod", "tacrolimus", "voriconazole", "warfarin"]
# Severe first; what a reader would take for a warning of the same drug.
SEVERE = ["CONTRAINDICATED", "CONTRAINDICATED_RELATIVE", "AVOID", "NOT_INDICATED"]


def outside(people, rng):
    names = [row["allele"] for row in table("alleles.tsv") if row["gene"] == "CYP2D6"
             and row["activity_value"] not in ("", "n/a")]
    lines = ["#IID\tGENE\tDIPLOTYPE\tPHENOTYPE\tACTIVITY_SCORE"]
    for person in people:
        pair = "/".join(rng.choice(names) for _ in range(2))
        lines.append(f"{person.name}\tCYP2D6\t{pair}")
        status = rng.choice(["positive", "negative"])
        lines.append(f"{person.name}\tHLA-B\t*57:01 {status}")
    return "\n".join(lines) + "\n"


class Cohort:
    def __init__(self, folder):
        self.folder = folder
        self.genes = pgx.load_genes()
        rng = random.Random(f"people {SEED}")
        self.people = [pgx.Person(f"P{i}", self.genes, rng, phased=False,
                                  missing=0.02 * (i % 3)) for i in range(16)]
        (folder / "outside.tsv").write_text(outside(self.people, rng), encoding="utf-8")

    def plan(self, name, people=None, drugs=tuple(DRUGS), build=38, **style):
        """{person: plan}; `style` as write_vcf takes it."""
        pgx.write_vcf(self.folder / f"{name}.vcf", self.genes, people or self.people, build, **style)
        return self.run(name, name, drugs)

    def run(self, vcf, name, drugs):
        call(self.folder, f"{vcf}.vcf", "--outside-calls", "outside.tsv", "--drugs", ",".join(drugs),
             name=name)
        return plan_people(self.folder, name)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return Cohort(tmp_path_factory.mktemp("cohort"))


def separators(path, rng):
    """Separators of genotypes that are homozygous say nothing: they change by chance."""
    lines = []
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            cells = line.split("\t")
            cells[9:] = ["|".join(c.split("/")) if "/" in c and "." not in c
                         and len(set(c.split("/"))) == 1 and rng.random() < 0.5 else c for c in cells[9:]]
            line = "\t".join(cells)
        lines.append(line)
    path.write_text("\n".join(lines) + "\n")


def test_the_way_a_file_is_written_changes_no_plan(cohort):
    wanted = cohort.plan("plain")
    assert sum(len(p["items"]) for p in wanted.values()) > 30 * len(cohort.people)
    for i in range(3):
        rng = random.Random(f"written {SEED} {i}")
        people = rng.sample(cohort.people, len(cohort.people))
        pgx.write_vcf(cohort.folder / "turned.vcf", cohort.genes, people, 38, rng,
                      contig="" if i % 2 else "chr", shuffle=True, turn=True)
        separators(cohort.folder / "turned.vcf", rng)
        assert cohort.run("turned", "turned", DRUGS) == wanted


def test_both_builds_give_the_same_plan(cohort):
    plans = [cohort.plan(f"build{build}", build=build) for build in (38, 37)]
    for name, person in plans[0].items():
        said = [[(i["about"], i["kind"], i["finding"], i["action"], i["firmness"], i["severity"],
                  i["statement"], i.get("dose")) for i in p[name]["items"]] for p in plans]
        assert said[0] == said[1] != [], name


def test_dropping_sites_makes_advice_open_and_never_another_firm_one(cohort):
    rng = random.Random(f"dropped {SEED}")
    others = []
    for person in cohort.people:
        other = object.__new__(pgx.Person)
        other.__dict__.update(person.__dict__)
        other.genotypes = {}
        for gene in cohort.genes.values():
            genotypes = list(person.genotypes[gene.name])
            for i in rng.sample(range(len(genotypes)), min(rng.randint(1, 4), len(genotypes))):
                genotypes[i] = None
            other.genotypes[gene.name] = genotypes
        others.append(other)
    whole = cohort.plan("whole")
    less = cohort.plan("less", others)
    n_firm = 0
    for name, person in less.items():
        full = {(i["about"], i["population"]): i for i in whole[name]["items"]
                if i["kind"] == "gene-drug" and "population" in i}
        for item in person["items"]:
            if item["kind"] != "gene-drug" or item["firmness"] != "firm":
                continue
            before = full.get((item["about"], item.get("population")))
            if before is None:
                continue
            n_firm += 1
            assert before["firmness"] == "firm", (name, item, before)
            assert before["action"] == item["action"], (name, item["about"])
        for one, other in zip(whole[name]["calls"], person["calls"]):
            if other["firmness"] == "firm":
                assert one["firmness"] == "firm", (name, one["gene"])
                assert ([o["phenotype"] for o in one["outcomes"]]
                        == [o["phenotype"] for o in other["outcomes"]]), (name, one["gene"])
    assert n_firm > 20


def test_phase_never_adds_a_pair_that_unphased_genotypes_exclude(cohort):
    rng = random.Random(f"phase {SEED}")
    people = [pgx.Person(f"Q{i}", cohort.genes, rng, phased=True) for i in range(20)]
    phased = cohort.plan("phased", people)
    for person in people:
        person.phased = False
    unphased = cohort.plan("unphased", people, turn=True)
    n = 0
    for name, person in phased.items():
        for one, other in zip(person["calls"], unphased[name]["calls"]):
            rests = [w for w in one["warnings"] + other["warnings"] if "rests on" in w]
            if other.get("components") or rests:
                continue
            pairs = [{pgx.normal(d["name"]) for d in c["diplotypes"] + c.get("alternatives", [])}
                     for c in (one, other)]
            assert pairs[0] <= pairs[1], (name, one["gene"])
            n += len(pairs[0])
    assert n > 250


def warnings_of(person, drugs):
    """The most severe thing that is said about each drug, and every rule that speaks against it."""
    out = {}
    for item in person["items"]:
        if not set(item.get("drugs", ())) & drugs or item["kind"] in ("gene", "option"):
            continue
        light = ["red", "amber"].index(item["light"]) if item["light"] in ("red", "amber") else 9
        rank = 0 if item["action"] in SEVERE else 1 + light
        drug = item["drugs"][0]
        out[drug, "worst"] = min(rank, out.get((drug, "worst"), 99))
        for source in item["sources"]:
            if item["kind"] == "interaction" and light < 9:
                out[drug, item["about"], source.get("rule_id")] = 0
    return out


@pytest.mark.parametrize("number", range(6))
def test_adding_a_drug_never_removes_a_warning(cohort, number):
    rng = random.Random(f"drugs {SEED} {number}")
    names = [row["name"] for row in table("../drugs/drugs.tsv")
             if row["name"] and not row["name"].startswith("@")]
    drugs = rng.sample(DRUGS, 5) + rng.sample(names, 5)
    more = rng.choice(sorted(set(names) - set(drugs)))
    if number == 0:
        cohort.plan("asked")
    before = cohort.run("asked", "before", drugs) if (cohort.folder / "asked.vcf").exists() else (
        cohort.plan("asked", drugs=drugs))
    after = cohort.run("asked", "after", drugs + [more])
    for name, person in before.items():
        had = warnings_of(person, set(drugs))
        has = warnings_of(after[name], set(drugs))
        for key, rank in had.items():
            assert key in has and has[key] <= rank, (name, more, key, rank, has.get(key))
