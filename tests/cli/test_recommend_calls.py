# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk recommend`: named alleles, by published cases, by simulated people, by its own rules."""
import csv
import os
import pathlib
import random
import subprocess

import pgx_simulator as pgx
import pytest
from recommend_runs import call, diplotypes, plan_people

SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
EXAMPLES = SOURCE.parent / "shared" / "knowledge" / "examples"
needs_examples = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no ../shared/knowledge")


# --- the published cases ------------------------------------------------------------------------
def blank(text):
    return "" if text in ("", "NA", "n/a", "No Result") else text


def judge(row, got):
    """None if the call meets its judge code, else what is wrong."""
    wanted = diplotypes(row["diplotypes"]) if row["diplotypes"] else set()
    wanted.discard(pgx.normal("Unknown/Unknown"))
    equal = [
        (diplotypes(got["DIPLOTYPES"]), wanted),
        (set(blank(got["PHENOTYPE"]).split(" OR ")), set(blank(row["phenotype"]).split(" OR "))),
    ]
    if row["activity"]:
        equal.append((got["ACTIVITY_SCORE"], row["activity"]))
    if row["components"]:
        equal.append((sorted(got["COMPONENTS"].split(" OR ")),
                      sorted(row["components"].split(" OR "))))
        equal.append((pgx.normal(got["DECISION_DIPLOTYPE"]), pgx.normal(row["decision_diplotype"])))
    if row["missing_n"]:
        equal.append((got["N_MISSING"], row["missing_n"]))
    kind = row["judge"]
    missing = [(got["MISSING"], row["missing"])]
    open_ = [(got["ALLELES_NOT_EXCLUDED"], row["alleles_not_excluded"])]
    checks = {
        "equal": equal,
        "better": equal,
        "equal_and_open": equal + missing + open_ + [(got["FIRMNESS"], "open")],
        "equal_and_warn": equal + [(row["undocumented"] in got["WARNINGS"], True)],
        "refuse_site": missing + open_,
        "partial": missing + open_ + [("*1" in got["DIPLOTYPES"], False),
                                      (got["FIRMNESS"] == "firm", False)],
    }[kind]
    wrong = [f"{a!r}, expected {b!r}" for a, b in checks if a != b]
    return "; ".join(wrong)


@needs_examples
def test_every_published_case_meets_its_judge(tmp_path):
    with open(EXAMPLES / "expected.tsv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 536
    results = {}
    wrong = []
    for row in rows:
        key = (row["file"], row["outside"])
        if key not in results:
            options = ["--outside-calls", EXAMPLES / row["outside"]] if row["outside"] else []
            results[key] = call(tmp_path, EXAMPLES / row["file"], *options)
        people = {person for person, _ in results[key]}
        sample = row["sample"] or next(iter(people))
        got = results[key][sample, row["gene"]]
        fault = judge(row, got)
        if fault:
            wrong.append(f"{row['case']} {row['gene']}: {fault}")
        assert got["BUILD"] == row["build"] or not row["build"]
    assert wrong == []


# --- what is shipped and said ---------------------------------------------------------------------
def test_the_page_shows_the_tables_that_are_shipped():
    done = subprocess.run([SOURCE / "tools/dev/make_pgx_docs", "--check"], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@needs_examples
def test_shipped_tables_are_those_of_the_script(tmp_path):
    subprocess.run([SOURCE / "tools/dev/make_pgx_tables", EXAMPLES.parent, tmp_path], check=True)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (pgx.TABLES / path.name).read_bytes(), path.name


# --- simulated people ---------------------------------------------------------------------------
LOWEST = ("DPYD", "RYR1")


def compare(genes, people, calls, expected):
    """Every call against the second opinion, which `expected` keeps; how many, and what is wrong."""
    n = 0
    wrong = []
    for person in people:
        for gene in genes.values():
            got = calls[person.name, gene.name]
            genotypes = person.genotypes[gene.name]
            if gene.name in LOWEST:
                continue
            if (person.name, gene.name) not in expected:
                expected[person.name, gene.name], _ = gene.call(genotypes, person.phased)
            top = expected[person.name, gene.name]
            n += 1
            if diplotypes(got["DIPLOTYPES"]) != top:
                wrong.append(f"{person.name} {gene.name}: {got['DIPLOTYPES']}, expected {top} "
                             f"(made of {person.truth[gene.name]})")
                continue
            reported = {a for d in top for a in d.split("/")}
            left = gene.open_alleles(genotypes, reported)
            unread = {f"{s['chrom']}:{s['pos38' if got['BUILD'] == 'GRCh38' else 'pos37']}"
                      for s, g in zip(gene.sites, genotypes) if g is None}
            shown = set() if got["MISSING"] == "NA" else set(got["MISSING"].split(","))
            if shown != unread:
                wrong.append(f"{person.name} {gene.name}: missing {shown}, expected {unread}")
            names = "" if got["ALLELES_NOT_EXCLUDED"] == "NA" else got["ALLELES_NOT_EXCLUDED"]
            if sorted(names.split(",")) != sorted(",".join(left).split(",")):
                wrong.append(f"{person.name} {gene.name}: open {names}, expected {left}")
            if got["FIRMNESS"] == "firm" and any(
                    gene.function[a] != gene.function[gene.reference] for a in left):
                wrong.append(f"{person.name} {gene.name}: firm, though {left} is open")
            # The phenotype of a pair that was reported under its own names.
            pairs = [d.split("/") for d in top]
            if all(a in gene.function for pair in pairs for a in pair):
                phenotypes = {pgx_blank(gene.phenotype(pair)) for pair in pairs}
                if set(map(pgx_blank, got["PHENOTYPE"].split(" OR "))) != (phenotypes or {""}):
                    wrong.append(f"{person.name} {gene.name}: {got['PHENOTYPE']}, "
                                 f"expected {phenotypes}")
    return n, wrong


def pgx_blank(text):
    return "" if text in ("n/a", "NA") else text


@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_simulated_people_agree_with_a_second_matcher_on_both_builds(tmp_path, phased, missing):
    genes = pgx.load_genes()
    assert len(genes) == 19  # twenty with CYP2D6, which comes by outside calls
    rng = random.Random(f"{phased} {missing}")
    people = [pgx.Person(f"P{i}", genes, rng, phased, missing) for i in range(30)]
    calls = {}
    expected = {}
    for build in (38, 37):
        pgx.write_vcf(tmp_path / f"{build}.vcf", genes, people, build, turn=True,
                      rng=random.Random(build))
        calls[build] = call(tmp_path, f"{build}.vcf", name=f"b{build}")
        n, wrong = compare(genes, people, calls[build], expected)
        assert n == 30 * 17
        assert wrong == []
    for key, row in calls[38].items():
        other = calls[37][key]
        for column in ("DIPLOTYPES", "COMPONENTS", "DECISION_DIPLOTYPE", "PHENOTYPE",
                       "ACTIVITY_SCORE", "FIRMNESS", "N_MISSING", "ALLELES_NOT_EXCLUDED"):
            assert row[column] == other[column], (key, column)


@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("build", [37, 38])
def test_the_lowest_functions_decide_in_dpyd_and_ryr1(tmp_path, phased, build):
    genes = {name: gene for name, gene in pgx.load_genes().items() if name in LOWEST}
    rng = random.Random(5 + phased)
    people = [pgx.Person(f"P{i}", genes, rng, phased) for i in range(60)]
    pgx.write_vcf(tmp_path / "in.vcf", genes, people, build, turn=True)
    calls = call(tmp_path, "in.vcf")
    for person in people:
        for gene in genes.values():
            got = calls[person.name, gene.name]
            pair = person.truth[gene.name]
            variants = [a for a in pair if a != gene.reference]
            if got["COMPONENTS"] == "NA":
                assert pgx.normal(got["DIPLOTYPES"]) == pgx.normal("/".join(pair))
            else:
                assert not phased
                assert sorted(got["COMPONENTS"].split(" OR ")) == sorted(variants)
                assert pgx.normal(got["DECISION_DIPLOTYPE"]) == pgx.normal("/".join(pair))
            assert got["PHENOTYPE"] == gene.phenotype(pair)
            if gene.name == "DPYD":
                total = sum(float(gene.value[a]) for a in pair)
                assert got["ACTIVITY_SCORE"] == f"{total:.1f}"


# --- properties ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def cohort():
    genes = pgx.load_genes()
    rng = random.Random(11)
    return genes, [pgx.Person(f"P{i}", genes, rng, phased=False, missing=0.05) for i in range(12)]


def test_order_of_records_samples_alternatives_and_contig_style_do_not_matter(tmp_path, cohort):
    genes, people = cohort
    pgx.write_vcf(tmp_path / "a.vcf", genes, people, 38)
    call(tmp_path, "a.vcf", name="a")
    wanted = plan_people(tmp_path, "a")
    for seed in range(4):
        rng = random.Random(seed)
        turned = rng.sample(people, len(people))
        pgx.write_vcf(tmp_path / "b.vcf", genes, turned, 38, rng, contig="" if seed % 2 else "chr",
                      shuffle=True, turn=True)
        call(tmp_path, "b.vcf", "--threads", 1 + seed, name="b")
        assert plan_people(tmp_path, "b") == wanted


def test_records_that_are_absent_and_records_that_are_not_called_mean_the_same(tmp_path, cohort):
    genes, people = cohort
    pgx.write_vcf(tmp_path / "a.vcf", genes, people[:1], 38)
    pgx.write_vcf(tmp_path / "b.vcf", genes, people[:1], 38, drop_empty=True)
    assert call(tmp_path, "a.vcf") == call(tmp_path, "b.vcf")


def test_dropping_a_site_only_makes_a_call_more_open(tmp_path):
    genes = pgx.load_genes()
    rng = random.Random(3)
    whole = [pgx.Person(f"P{i}", genes, rng, phased=i % 2 == 0) for i in range(6)]
    dropped = []
    for person in whole:
        for k in range(12):
            other = object.__new__(pgx.Person)
            other.__dict__.update(person.__dict__)
            other.name = f"{person.name}_{k}"
            other.genotypes = {}
            for gene in genes.values():
                genotypes = list(person.genotypes[gene.name])
                varied = [i for i, g in enumerate(genotypes)
                          if set(g) != {gene.sites[i]["ref38"]}]
                chosen = set(rng.sample(range(len(genotypes)), min(1 + k // 3, len(genotypes))))
                if varied and k % 2:
                    chosen.add(rng.choice(varied))
                other.genotypes[gene.name] = [None if i in chosen else g
                                              for i, g in enumerate(genotypes)]
            dropped.append((person, other))
    results = {}
    for phased in (True, False):
        group = [p for p in whole if p.phased == phased] + [o for _, o in dropped
                                                            if o.phased == phased]
        pgx.write_vcf(tmp_path / "a.vcf", genes, group, 38)
        results |= call(tmp_path, "a.vcf")
    for person, other in dropped:
        for gene in genes:
            full = results[person.name, gene]
            less = results[other.name, gene]
            if less["FIRMNESS"] != "firm":
                continue
            assert full["FIRMNESS"] == "firm", (other.name, gene, full, less)
            assert (less["PHENOTYPE"], less["ACTIVITY_SCORE"]) == (
                full["PHENOTYPE"], full["ACTIVITY_SCORE"]), (other.name, gene, full, less)


def names_in(call_):
    pairs = call_["diplotypes"] + call_.get("alternatives", [])
    return {pgx.normal(d["name"]) for d in pairs}


def test_phase_never_yields_a_pair_that_unphased_genotypes_exclude(tmp_path):
    genes = pgx.load_genes()
    rng = random.Random(23)
    people = [pgx.Person(f"P{i}", genes, rng, phased=True, missing=0.03 * (i % 3))
              for i in range(40)]
    pgx.write_vcf(tmp_path / "phased.vcf", genes, people, 38)
    call(tmp_path, "phased.vcf", name="phased")
    for person in people:
        person.phased = False
    pgx.write_vcf(tmp_path / "unphased.vcf", genes, people, 38, turn=True)
    call(tmp_path, "unphased.vcf", name="unphased")
    phased = plan_people(tmp_path, "phased")
    unphased = plan_people(tmp_path, "unphased")
    n = 0
    for name, person in phased.items():
        for one, other in zip(person["calls"], unphased[name]["calls"]):
            assert one["gene"] == other["gene"]
            if other.get("components") or (other["gene"] == "SLCO1B1" and not names_in(one)):
                continue
            if any("rests on" in w for w in other["warnings"] + one["warnings"]):
                continue  # one position alone
            assert names_in(one) <= names_in(other), (name, one["gene"])
            n += len(one["diplotypes"])
    assert n > 500
