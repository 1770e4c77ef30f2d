# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk recommend`: named alleles, by published cases, by simulated people, by its own rules."""
import csv
import json
import os
import pathlib
import random
import subprocess

import pgx_simulator as pgx
import pytest

GCRISK = os.environ["GCRISK"]
SOURCE = pathlib.Path(os.environ["GCRISK_SOURCE"])
EXAMPLES = SOURCE.parent / "shared" / "knowledge" / "examples"
needs_examples = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no ../shared/knowledge")


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


# --- simulated people ---------------------------------------------------------------------------
LOWEST = ("DPYD", "RYR1")


def expected_lowest(gene, person):
    """DPYD and RYR1 from the alleles that were put in: each a variant of its own."""
    pair = person.truth[gene.name]
    return pgx.normal("/".join(pair))


def compare(genes, people, calls):
    """Every call against the second opinion; the number that was compared."""
    n = 0
    wrong = []
    for person in people:
        for gene in genes.values():
            got = calls[person.name, gene.name]
            genotypes = person.genotypes[gene.name]
            if gene.name in LOWEST:
                continue
            top, _ = gene.call(genotypes, person.phased)
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
    people = [pgx.Person(f"P{i}", genes, rng, phased, missing) for i in range(40)]
    calls = {}
    for build in (38, 37):
        pgx.write_vcf(tmp_path / f"{build}.vcf", genes, people, build, turn=True,
                      rng=random.Random(build))
        calls[build] = call(tmp_path, f"{build}.vcf", name=f"b{build}")
        n, wrong = compare(genes, people, calls[build])
        assert n == 40 * 17
        assert wrong == []
    for key, row in calls[38].items():
        other = calls[37][key]
        for column in ("DIPLOTYPES", "COMPONENTS", "DECISION_DIPLOTYPE", "PHENOTYPE",
                       "ACTIVITY_SCORE", "FIRMNESS", "N_MISSING", "ALLELES_NOT_EXCLUDED"):
            assert row[column] == other[column], (key, column)


def lowest_of(gene, alleles):
    order = {"Malignant Hyperthermia associated": 0, "Uncertain function": 1, "Normal function": 2}
    return min((float(gene.value[a]) if gene.value[a] else order[gene.function[a]])
               for a in alleles)


@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("build", [37, 38])
def test_the_lowest_functions_decide_in_dpyd_and_ryr1(tmp_path, phased, build):
    genes = {name: gene for name, gene in pgx.load_genes().items() if name in LOWEST}
    rng = random.Random(5 + phased)
    people = [pgx.Person(f"P{i}", genes, rng, phased) for i in range(150)]
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


def plan_people(folder, name):
    plan = json.loads((folder / f"{name}.plan.json").read_text(encoding="utf-8"))
    return {person["id"]: person for person in plan["people"]}


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


# --- people at the edge -------------------------------------------------------------------------
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


def test_all_reference_person_is_firm_and_normal_in_every_gene(tmp_path):
    genes = pgx.load_genes()
    write(tmp_path / "in.vcf", [r for g in genes.values() for r in site_records(g)])
    calls = call(tmp_path, "in.vcf")
    assert len(calls) == 23
    for gene in genes.values():
        row = calls["S", gene.name]
        assert row["FIRMNESS"] == "firm", row
        shown = gene.shown[gene.reference]
        assert row["DIPLOTYPES"] == f"{shown}/{shown}"
        assert row["N_MISSING"] == "0" and row["WARNINGS"] == "NA"


def test_all_0_0_on_grch37_reads_the_exchanged_bases(tmp_path):
    genes = pgx.load_genes()
    write(tmp_path / "in.vcf", [r for g in genes.values() for r in site_records(g, build=37)],
          header="##contig=<ID=chr1,assembly=GRCh37>\n")
    calls = call(tmp_path, "in.vcf")
    assert calls["S", "CYP2C19"]["DIPLOTYPES"] == "*1/*1"
    assert calls["S", "CYP3A5"]["DIPLOTYPES"] == "*3/*3"
    assert calls["S", "CYP3A5"]["PHENOTYPE"] == "Poor Metabolizer"
    assert calls["S", "DPYD"]["DIPLOTYPES"] == "c.85T>C (*9A)/c.85T>C (*9A)"


def test_factor_v_leiden_is_the_reference_base_of_grch37(tmp_path):
    write(tmp_path / "in.vcf", [["chr1", 169519049, ".", "T", "C", ".", "PASS", ".", "GT", "0/0"]],
          header="##contig=<ID=chr1,assembly=GRCh37>\n")
    call(tmp_path, "in.vcf")
    (variant,) = plan_people(tmp_path, "p")["S"]["variants"]
    assert (variant["id"], variant["copies"], variant["genotype"]) == ("rs6025", 2, "T/T")


@pytest.mark.parametrize("how", ["absent", "not called"])
def test_nobody_is_normal_without_genotypes(tmp_path, how):
    genes = pgx.load_genes()
    records = [] if how == "absent" else [
        r for g in genes.values() for r in site_records(g, plain="./.")]
    write(tmp_path / "in.vcf", records)
    calls = call(tmp_path, "in.vcf")
    for gene in genes.values():
        row = calls["S", gene.name]
        assert row["FIRMNESS"] == "not_determined"
        assert (row["DIPLOTYPES"], row["PHENOTYPE"]) == ("NA", "NA")
        assert row["N_MISSING"] == str(len(gene.sites))
        assert "no position of the gene was read" in row["WARNINGS"] or gene.name == "NAT2"
    assert calls["S", "NAT2"]["WARNINGS"] == (
        "the position chr8:18400194 (rs1801279) is required and was not read")


@pytest.mark.parametrize("change, why", [
    ({CALL: "./."}, "not called (./.)"),
    ({CALL: "0/."}, "half call (0/.)"),
    ({CALL: "0/1", FILTER: "LowQual"}, "FILTER is LowQual"),
    ({CALL: "0/1", REF: "C"}, "REF is C, which is not the reference base"),
    ({CALL: "0/0/1"}, "the genotype 0/0/1 has 3 alleles"),
    ({CALL: "0"}, "one allele alone (0)"),
    ({CALL: "0/2", ALT: "C,<DEL>"}, "the called allele <DEL> is not made of bases"),
    ({CALL: "0/2", ALT: "C,*"}, "the called allele * is not made of bases"),
    ({CALL: "0/1", ALT: "N"}, "the called allele N is not made of bases"),
    ({CALL: "0/3"}, "the genotype 0/3 names an allele that the record lacks"),
    ({CALL: "x/y"}, "'x/y' is no genotype"),
    ({CALL: "0/1:30,0", FORMAT: "GT:AD"}, "the reads (AD 30,0) contradict the genotype"),
    ({CALL: "1/1:30,2", FORMAT: "GT:AD"}, "the reads (AD 30,2) contradict the genotype"),
    ({CALL: "0/0:0", FORMAT: "GT:DP"}, "no read covers the position (DP 0)"),
    ({CALL: "0/0:0", FORMAT: "GT:GQ"}, "the genotype quality is 0"),
    ({CALL: "0/1:q10", FORMAT: "GT:FT"}, "FT is q10"),
    ({CALL: "30", FORMAT: "DP"}, "no genotype (GT)"),
])
def test_what_is_not_certain_is_not_read(tmp_path, change, why):
    """Safety rule 1, on the site of TPMT *3C and *41."""
    gene = pgx.load_genes()["TPMT"]
    write(tmp_path / "in.vcf", site_records(gene, {18130687: change}))
    row = call(tmp_path, "in.vcf")["S", "TPMT"]
    assert row["MISSING"] == "chr6:18130687"
    assert row["ALLELES_NOT_EXCLUDED"] == "*3C,*41"
    assert (row["DIPLOTYPES"], row["FIRMNESS"]) == ("*1/*1", "open")
    (site,) = plan_people(tmp_path, "p")["S"]["calls"][17]["sites"]
    assert site["position"] == "chr6:18130687" and site["rsid"] == "rs1142345"
    assert site["why"] == why
    assert site["alleles_left_open"] == ["*3C", "*41"]


def test_a_half_call_with_the_variant_is_never_normal(tmp_path):
    gene = pgx.load_genes()["TPMT"]
    write(tmp_path / "in.vcf", site_records(gene, {18130687: {CALL: "./1"}}))
    row = call(tmp_path, "in.vcf")["S", "TPMT"]
    assert (row["DIPLOTYPES"], row["FIRMNESS"]) == ("NA", "not_determined")
    assert row["WARNINGS"].startswith(
        "one strand carries C at chr6:18130687 (rs1142345), the other was not read")


@pytest.mark.parametrize("records, diplotype", [
    ([("T", "C", "0/1"), ("T", "C", "0/1")], "*1/*3C"),       # the same twice
    ([("T", "C", "0/1"), ("T", "G", "0/1")], "*3C/*41"),      # a split multi-allelic record
    ([("T", "C", "0/1"), ("T", "G", "0/0")], "*1/*3C"),
    ([("T", "C", "1/1"), ("T", "G", "0/0")], "*3C/*3C"),
    ([("t", "c", "0/1")], "*1/*3C"),                          # lower case
    ([("T", "G,C", "0/2")], "*1/*3C"),
    ([("T", "C,<NON_REF>", "0/1")], "*1/*3C"),
    ([("TT", "CT", "0/1")], "*1/*3C"),                        # bases that REF and ALT share
    ([("T", ".", "0/0")], "*1/*1"),
    ([("T", "<*>", "0/0")], "*1/*1"),
])
def test_ways_to_write_one_genotype(tmp_path, records, diplotype):
    gene = pgx.load_genes()["TPMT"]
    others = [r for r in site_records(gene) if r[1] != "18130687"]
    lines = [["6", "18130687", ".", ref, alt, ".", ".", ".", "GT", gt] for ref, alt, gt in records]
    for order in (lines, lines[::-1]):
        write(tmp_path / "in.vcf", order + others)
        row = call(tmp_path, "in.vcf")["S", "TPMT"]
        assert (row["DIPLOTYPES"], row["FIRMNESS"]) == (diplotype, "firm")


@pytest.mark.parametrize("records", [
    [("T", "C", "0/1"), ("T", "C", "0/0")],
    [("T", "C", "1/1"), ("T", "G", "0/1")],
    [("T", "C", "0/1"), ("T", ".", "0/0")],
])
def test_records_that_contradict_each_other_are_not_read(tmp_path, records):
    gene = pgx.load_genes()["TPMT"]
    others = [r for r in site_records(gene) if r[1] != "18130687"]
    lines = [["chr6", "18130687", ".", *r[:2], ".", ".", ".", "GT", r[2]] for r in records]
    for order in (lines, lines[::-1]):
        write(tmp_path / "in.vcf", order + others)
        row = call(tmp_path, "in.vcf")["S", "TPMT"]
        assert (row["MISSING"], row["FIRMNESS"]) == ("chr6:18130687", "open")
        assert "two records of this position contradict each other" in row["WARNINGS"]


@pytest.mark.parametrize("ref, alt", [("CAT", "CATAT"), ("C", "CAT"), ("CATA", "CATATA")])
def test_insertions_are_compared_after_trimming(tmp_path, ref, alt):
    gene = pgx.load_genes()["UGT1A1"]
    write(tmp_path / "in.vcf",
          site_records(gene, {233760233: {REF: ref, ALT: alt, CALL: "0/1"}}))
    row = call(tmp_path, "in.vcf")["S", "UGT1A1"]
    assert (row["DIPLOTYPES"], row["MISSING"]) == ("*1/*28", "NA")


def test_a_reference_block_states_the_reference_inside(tmp_path):
    gene = pgx.load_genes()["TPMT"]
    block = ["chr6", "18130600", ".", "A", "<NON_REF>", ".", ".", "END=18149200", "GT:DP:GQ:MIN_DP",
             "0/0:30:90:12"]
    variant = ["chr6", "18130687", ".", "T", "C,<NON_REF>", ".", ".", ".", "GT:DP", "0/1:25"]
    write(tmp_path / "in.vcf", [block, variant])
    row = call(tmp_path, "in.vcf")["S", "TPMT"]
    assert (row["DIPLOTYPES"], row["FIRMNESS"], row["N_MISSING"]) == ("*1/*3C", "firm", "0")
    for column in ("0/0:30:90:0", "0/0:0:0:.", "./.:0:0:0", "0/0:30:0:12"):
        write(tmp_path / "in.vcf", [[*block[:9], column]])
        row = call(tmp_path, "in.vcf")["S", "TPMT"]
        assert (row["FIRMNESS"], row["N_MISSING"]) == ("not_determined", str(len(gene.sites)))


# --- builds -------------------------------------------------------------------------------------
def test_a_header_that_contradicts_the_bases_is_refused(tmp_path):
    gene = pgx.load_genes()["CYP2C19"]
    write(tmp_path / "in.vcf", site_records(gene, build=37))
    said = run(tmp_path, "--vcf", "in.vcf", "--out", "p", code=5)
    assert ("in.vcf: the header (the assembly 'GRCh38') says GRCh38, but the bases of 35 records "
            "are those of GRCh37 (0 of GRCh38)") in said
    assert not list(tmp_path.glob("p.*"))


def test_the_build_is_found_by_the_bases_or_asked_for(tmp_path):
    gene = pgx.load_genes()["CYP2C19"]
    for build in (37, 38):
        write(tmp_path / "in.vcf", site_records(gene, build=build), header="")
        assert call(tmp_path, "in.vcf")["S", "CYP2C19"]["BUILD"] == f"GRCh{build}"
        said = run(tmp_path, "--vcf", "in.vcf", "--out", "q", "--build", 75 - build, code=5)
        assert f"--build {75 - build} says GRCh{75 - build}, but the bases of 35 records" in said
    write(tmp_path / "in.vcf", [], header="")
    said = run(tmp_path, "--vcf", "in.vcf", "--out", "q", code=5)
    assert "the build cannot be told: the header does not name it, and no record has a position" in (
        said)
    write(tmp_path / "in.vcf", [], header="##contig=<ID=1,length=249250621>\n##reference=hg38.fa\n")
    said = run(tmp_path, "--vcf", "in.vcf", "--out", "q", code=5)
    assert "the header says GRCh37 by the length of contig 1 and GRCh38 by the line" in said
    write(tmp_path / "in.vcf", [])
    said = run(tmp_path, "--vcf", "in.vcf", "--out", "q", "--build", 37, code=5)
    assert "--build 37 was given, but the header says GRCh38 by the assembly 'GRCh38'" in said


# --- outside calls ------------------------------------------------------------------------------
def outside(tmp_path, text, gene, *options):
    (tmp_path / "o.tsv").write_text(text, encoding="utf-8")
    write(tmp_path / "in.vcf", [])
    return call(tmp_path, "in.vcf", "--outside-calls", "o.tsv", *options)["S", gene]


@pytest.mark.parametrize("line, diplotype, phenotype, score", [
    ("CYP2D6\t*4/*1", "*1/*4", "Intermediate Metabolizer", "1.0"),
    ("CYP2D6\tCYP2D6*1/CYP2D6*10.002", "*1/*10", "Normal Metabolizer", "1.25"),
    ("CYP2D6\t*1x3/*2", "*1x≥3/*2", "Ultrarapid Metabolizer", "≥4.0"),
    ("CYP2D6\t*1/*36+*10", "*1/[*36 + *10]", "Normal Metabolizer", "1.25"),
    ("CYP2D6\t[*36 + *10]/*4.012", "*4/[*36 + *10]", "Intermediate Metabolizer", "0.25"),
    ("CYP2D6\t\tpoor metabolizer", "Poor Metabolizer", "Poor Metabolizer", "n/a"),
    ("CYP2D6\t\t\t>=3", "Ultrarapid Metabolizer (≥3.0)", "Ultrarapid Metabolizer", "≥3.0"),
    ("HLA-B\t*57:01:01/HLA-B*15:02", "*15:02/*57:01",
     "*15:02 positive+*57:01 positive+*58:01 negative", "NA"),
    ("HLA-B\t*57:01 negative", "*57:01 negative", "*57:01 negative", "NA"),
    ("HLA-A\t\t*31:01 Positive", "*31:01 Positive", "*31:01 positive", "NA"),
    ("MT-RNR1\tm.1555A>G", "m.1555A>G",
     "increased risk of aminoglycoside-induced hearing loss", "NA"),
])
def test_outside_calls_in_many_hands(tmp_path, line, diplotype, phenotype, score):
    row = outside(tmp_path, line + "\n", line.split("\t")[0])
    assert (row["DIPLOTYPES"], row["PHENOTYPE"], row["ACTIVITY_SCORE"], row["FIRMNESS"]) == (
        diplotype, phenotype, score, "firm")


def test_without_an_outside_call_nothing_is_tested(tmp_path):
    write(tmp_path / "in.vcf", [])
    calls = call(tmp_path, "in.vcf")
    for gene in ("CYP2D6", "HLA-A", "HLA-B", "MT-RNR1"):
        row = calls["S", gene]
        assert (row["DIPLOTYPES"], row["PHENOTYPE"], row["FIRMNESS"]) == (
            "NA", "NA", "not_determined")
        assert row["WARNINGS"] == "not tested: a VCF cannot answer it, --outside-calls can"


@pytest.mark.parametrize("text, gene, warning", [
    ("CYP2D6\t*1/*1\t\t0.5\n", "CYP2D6",
     "o.tsv:1: the activity score '0.5' contradicts the diplotype (*1/*1 has 2.0); "
     "the activity score is taken"),
    ("CYP2D6\t*4/*4\tNormal Metabolizer\n", "CYP2D6",
     "o.tsv:1: the phenotype 'Normal Metabolizer' contradicts the diplotype "
     "(*4/*4 gives Poor Metabolizer); the phenotype is taken"),
    ("CYP2D6\t*1/*1\nCYP2D6\t*4/*4\n", "CYP2D6",
     "the outside calls of CYP2D6 contradict each other (o.tsv:1, o.tsv:2): all are shown, "
     "none is preferred"),
    ("HLA-B\t*57:01/*44:03\t*57:01 negative\n", "HLA-B",
     "o.tsv:1: *57:01 is in the type and said to be negative"),
    ("CYP2D6\t*1/*999\n", "CYP2D6",
     "the tables have no allele '*999' of CYP2D6 (o.tsv:1): its function is not known"),
])
def test_contradicting_outside_calls_are_open(tmp_path, text, gene, warning):
    row = outside(tmp_path, text, gene)
    assert row["FIRMNESS"] == "open"
    assert warning in row["WARNINGS"]


def test_one_field_of_hla_decides_nothing(tmp_path):
    row = outside(tmp_path, "HLA-B\t*57/*44\n", "HLA-B")
    assert (row["FIRMNESS"], row["PHENOTYPE"]) == ("not_determined", "NA")
    assert "'*57' of o.tsv:1 has one field: which allele it is cannot be told" in row["WARNINGS"]


@pytest.mark.parametrize("text, message", [
    ("CYP2D6\n", "o.tsv:1: 1 columns, expected a gene, then diplotype"),
    ("CYP2D6\t\t\t\n", "o.tsv:1: nothing behind the gene"),
    ("\t*1/*1\n", "o.tsv:1: no gene"),
    ("CYP2D6\t\t\tmuch\n", "o.tsv:1: the activity score is 'much', expected a number"),
    ("CYP2D6\t*1/*2/*3\n", "o.tsv:1: the diplotype '*1/*2/*3' is not one allele or two"),
])
def test_malformed_outside_calls(tmp_path, text, message):
    (tmp_path / "o.tsv").write_text(text)
    write(tmp_path / "in.vcf", [])
    said = run(tmp_path, "--vcf", "in.vcf", "--outside-calls", "o.tsv", "--out", "p", code=4)
    assert message in said


def test_an_outside_call_overrides_the_vcf_and_says_so(tmp_path):
    gene = pgx.load_genes()["CYP2C19"]
    (tmp_path / "o.tsv").write_text("CYP2C19\t*2/*2\nABC1\t*1/*1\n")
    write(tmp_path / "in.vcf", site_records(gene, {94842866: {CALL: "1/1"}}))
    row = call(tmp_path, "in.vcf", "--outside-calls", "o.tsv")["S", "CYP2C19"]
    assert (row["DIPLOTYPES"], row["PHENOTYPE"]) == ("*2/*2", "Poor Metabolizer")
    assert "the outside call stands in place of the call from the VCF (*1/*1)" in row["WARNINGS"]
    assert "the tables do not know the gene 'ABC1' of o.tsv:2: its outside call is not used" in (
        row["WARNINGS"])


def test_outside_calls_of_many_people(tmp_path):
    write(tmp_path / "in.vcf", [], samples=("A", "B"))
    (tmp_path / "o.tsv").write_text("CYP2D6\t*4/*4\n")
    said = run(tmp_path, "--vcf", "in.vcf", "--outside-calls", "o.tsv", "--out", "p", code=2)
    assert "--outside-calls names no people, and the VCF has 2 of them" in said
    (tmp_path / "o.tsv").write_text("#IID\tGENE\tDIPLOTYPE\tPHENOTYPE\tACTIVITY_SCORE\n"
                                    "B\tCYP2D6\t*4/*4\n")
    calls = call(tmp_path, "in.vcf", "--outside-calls", "o.tsv")
    assert calls["A", "CYP2D6"]["FIRMNESS"] == "not_determined"
    assert calls["B", "CYP2D6"]["DIPLOTYPES"] == "*4/*4"


def test_exported_calls_come_back_as_outside_calls(tmp_path):
    genes = pgx.load_genes()
    write(tmp_path / "in.vcf", [r for g in genes.values() for r in site_records(g)])
    before = call(tmp_path, "in.vcf", "--export-calls", name="a")
    write(tmp_path / "empty.vcf", [])
    after = call(tmp_path, "empty.vcf", "--outside-calls", "a.outside.tsv", name="b")
    for gene in genes:
        for column in ("DIPLOTYPES", "PHENOTYPE", "ACTIVITY_SCORE"):
            if before["S", gene]["PHENOTYPE"] not in ("n/a", "NA"):
                assert before["S", gene][column] == after["S", gene][column]


# --- assuming, and its mark ---------------------------------------------------------------------
def test_assume_reference_needs_research_and_marks_every_line(tmp_path):
    write(tmp_path / "in.vcf", [])
    said = run(tmp_path, "--vcf", "in.vcf", "--out", "p", "--assume-reference", code=2)
    assert "--assume-reference was given without --research" in said
    calls = call(tmp_path, "in.vcf", "--assume-reference", "--research")
    assert calls["S", "TPMT"]["DIPLOTYPES"] == "*1/*1"
    for row in calls.values():
        assert row["WARNINGS"].startswith("ASSUMED REFERENCE: positions that were not read were "
                                          "taken for the reference")
        assert row["USE"] == "research use only"
    assert plan_people(tmp_path, "p")["S"]["assumed_reference"] is True


def test_what_would_tell_two_answers_apart_is_said(tmp_path):
    gene = pgx.load_genes()["CYP2C19"]
    records = [r for r in site_records(gene, {94761900: {CALL: "0/1"}}) if r[1] != "94842866"]
    write(tmp_path / "in.vcf", records)
    row = call(tmp_path, "in.vcf")["S", "CYP2C19"]
    assert diplotypes(row["DIPLOTYPES"]) == {pgx.normal("*1/*17"), pgx.normal("*17/*38")}
    assert "reading chr10:94842866 (rs3758581) would tell them apart" in row["WARNINGS"]


def test_the_less_likely_pair_is_said_where_its_phenotype_differs(tmp_path):
    gene = pgx.load_genes()["TPMT"]
    het = {18130687: {CALL: "0/1"}, 18138997: {CALL: "0/1"}}
    write(tmp_path / "in.vcf", site_records(gene, het))
    row = call(tmp_path, "in.vcf")["S", "TPMT"]
    assert row["DIPLOTYPES"] == "*1/*3A"
    assert row["WARNINGS"] == ("*3B/*3C (Poor Metabolizer) fits too and is less likely; phased "
                               "genotypes would tell")


def test_hostile_names_do_not_break_the_files(tmp_path):
    name = "</script><b>\"x\"&amp;"
    write(tmp_path / "in.vcf", [], samples=(name,))
    calls = call(tmp_path, "in.vcf")
    assert (name, "TPMT") in calls
    text = (tmp_path / "p.plan.json").read_text()
    assert "<" not in text and json.loads(text)["people"][0]["id"] == name
