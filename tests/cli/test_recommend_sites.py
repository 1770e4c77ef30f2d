# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk recommend`: what is read, what is not, builds, outside calls, and the exact words."""
import gzip
import json
import shutil
import subprocess

import pgx_simulator as pgx
import pytest
from recommend_runs import (GCRISK, ALT, CALL, FILTER, FORMAT, REF, call, diplotypes, plan_people, run,
                            site_records, table, write)


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


def test_a_block_of_vcf_4_5_ends_for_each_sample_by_itself(tmp_path):
    """LEN instead of END: TPMT lies in 18130687-18149127 of chr6; B's block ends before 18143724."""
    gene = pgx.load_genes()["TPMT"]
    block = ["chr6", "18130600", ".", "A", "<*>", ".", ".", ".", "GT:DP:LEN",
             f"0/0:30:{18149200 - 18130600}", f"0/0:30:{18140000 - 18130600 + 1}"]
    write(tmp_path / "in.vcf", [block], samples=("A", "B"))
    calls = call(tmp_path, "in.vcf")
    n_before = sum(int(site["pos38"]) <= 18140000 for site in gene.sites)
    assert 0 < n_before < len(gene.sites)
    assert (calls["A", "TPMT"]["DIPLOTYPES"], calls["A", "TPMT"]["N_MISSING"]) == ("*1/*1", "0")
    assert calls["A", "TPMT"]["FIRMNESS"] == "firm"
    assert calls["B", "TPMT"]["N_MISSING"] == str(len(gene.sites) - n_before)
    assert calls["B", "TPMT"]["FIRMNESS"] == "open"
    assert "chr6:18143724" in calls["B", "TPMT"]["MISSING"]


def test_every_kind_of_file_says_the_same(tmp_path):
    gene = pgx.load_genes()["TPMT"]
    records = sorted(site_records(gene, {18130687: {CALL: "0|1"}, 18143724: {CALL: "1|0"}}),
                     key=lambda r: int(r[1]))
    write(tmp_path / "in.vcf", records, header="##contig=<ID=chr6,assembly=GRCh38>\n"
          "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n")
    wanted = call(tmp_path, "in.vcf")
    assert wanted["S", "TPMT"]["DIPLOTYPES"] == "*2/*3C"
    (tmp_path / "in.vcf.gz").write_bytes(gzip.compress((tmp_path / "in.vcf").read_bytes()))
    assert call(tmp_path, "in.vcf.gz") == wanted
    with open(tmp_path / "in.vcf", "rb") as file:
        subprocess.run([GCRISK, "recommend", "--vcf", "-", "--out", "pipe"], cwd=tmp_path,
                       stdin=file, check=True, capture_output=True)
    assert table(tmp_path / "pipe.calls.tsv") == wanted
    if shutil.which("bcftools"):
        subprocess.run(["bcftools", "view", "-Ob", "-o", "in.bcf", "in.vcf"], cwd=tmp_path,
                       check=True, capture_output=True)
        assert call(tmp_path, "in.bcf") == wanted


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


def test_a_file_of_the_other_strand_is_refused(tmp_path):
    gene = pgx.load_genes()["CYP2C19"]
    records = site_records(gene)
    other = str.maketrans("ACGT", "TGCA")
    for record in records:
        record[REF], record[ALT] = record[REF].translate(other), record[ALT].translate(other)
    write(tmp_path / "in.vcf", records)
    said = run(tmp_path, "--vcf", "in.vcf", "--out", "q", code=5)
    assert "in.vcf: REF is not the base of GRCh38 in 35 of 35 records at positions of the" in said


@pytest.mark.parametrize("sets, diplotype", [
    (("7", "7"), "*2/*3"), (("7", "9"), "*2/*3"), (("a", "b"), "*2/*3"), ((".", "."), "*2/*3")])
def test_phase_sets_hold_inside_a_set_only(tmp_path, sets, diplotype):
    """*2 and *3 of CYP2C9 in trans; across sets both ways are open, and one of them fits."""
    gene = pgx.load_genes()["CYP2C9"]
    change = {94942290: {FORMAT: "GT:PS", CALL: f"0|1:{sets[0]}"},
              94981296: {FORMAT: "GT:PS", CALL: f"1|0:{sets[1]}"}}
    write(tmp_path / "in.vcf", site_records(gene, change))
    assert call(tmp_path, "in.vcf")["S", "CYP2C9"]["DIPLOTYPES"] == diplotype
    change[94981296][CALL] = f"0|1:{sets[1]}"  # in cis: no allele has both
    write(tmp_path / "in.vcf", site_records(gene, change))
    row = call(tmp_path, "in.vcf")["S", "CYP2C9"]
    assert row["DIPLOTYPES"] == ("NA" if sets[0] == sets[1] else "*2/*3")


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
