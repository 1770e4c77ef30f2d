# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk recommend --tumour-vcf`: what a tumour's own file shows, and what is refused."""
import pytest
from recommend_cases import INDEX, Record, codes, holds, items, plan_of, run, vcf

GERMLINE = vcf(genes=["IFNL3"])
LUNG = ("Non-small cell lung cancer, metastatic", "C34.90", "254637007")
OFFSET37 = 67_693  # EGFR, from GRCh38


def tumour(records, build=38, samples=("T",), header=""):
    lines = [f"##fileformat=VCFv4.2\n##contig=<ID=chr7,assembly=GRCh{build}>\n{header}"
             + "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
                          *samples])]
    for record in records:
        chrom, position, ref, alt, *rest = record
        filters, keys, *columns = rest or ("PASS", "GT", "0/1")
        move = OFFSET37 if build == 37 else 0
        lines.append("\t".join([chrom, str(position + move), ".", ref, alt, ".", filters, ".", keys,
                                *columns]))
    return "\n".join(lines) + "\n"


def person_of(folder, text, record=None, options=(), name="tumour.vcf"):
    (folder / name).write_text(text)
    record = record or Record("female", "1955-01-01").condition(*LUNG)
    return plan_of(folder, GERMLINE, record, None, ["--tumour-vcf", name, *options])


L858R = ("chr7", 55191822, "T", "G")


@pytest.mark.parametrize("build", [37, 38])
def test_a_sensitising_variant_names_osimertinib_first(tmp_path, build):
    person = person_of(tmp_path, tumour([L858R], build))
    assert holds(person, "osimertinib", "RECOMMENDED", ["EGFR L858R in the tumour's variants"],
                 ["ONC-EGFR-1L"])
    place = 55191822 + (OFFSET37 if build == 37 else 0)
    assert any(f"(chr7:{place} c.2573T>G, T/G)" in text
               for text in items(person, "osimertinib")[0]["because"])
    assert not any(text.startswith("tumour: no tumour findings") for text in person["notices"])


# c.2235 is chr7:55174772. Bases of the reference from c.2230 (codon 744) on:
#   744 ATC 745 AAG 746 GAA 747 TTA 748 AGA 749 GAA 750 GCA 751 ACA 752 TCT 753 CCG
# so that c.2233 is 55174770 and the stretch AAGGAATTAAGAGAAGCAACATCTCCG begins there.
STRETCH, START = "AAGGAATTAAGAGAAGCAACATCTCCG", 55174770


def change(first, removed, inserted=""):
    """A record that takes `removed` bases from c.`first` on and puts `inserted` in their place."""
    at = first - 2233 - 1
    return ("chr7", START + at, STRETCH[at:at + 1 + removed], STRETCH[at] + inserted)


@pytest.mark.parametrize("record", [
    change(2235, 15), change(2236, 15), change(2240, 18), change(2239, 10, "C"),
    change(2237, 19, "T"), change(2239, 9)])
def test_any_in_frame_deletion_of_exon_19_counts(tmp_path, record):
    assert len(record[2]) > len(record[3]) and (len(record[2]) - len(record[3])) % 3 == 0
    person = person_of(tmp_path, tumour([record]))
    assert holds(person, "osimertinib", "RECOMMENDED", ["EGFR exon 19 deletion"], ["ONC-EGFR-1L"])


@pytest.mark.parametrize("record", [
    change(2236, 14),                                     # the frame is lost
    ("chr7", 55174740, "ACGT", "A"),                      # codon 735
    change(2236, 15) + ("germline", "GT", "0/1"),         # FILTER failed
    change(2236, 15) + ("PASS", "GT", "0/0"),
    change(2236, 15) + ("PASS", "GT:AD", "0/1:30,0"),
    change(2236, 15) + ("PASS", "GT:DP", "0/1:0"),
    ("chr7", 55174772, "G", "<DEL>"),
    ("chr8",) + change(2236, 15)[1:]])
def test_what_is_no_in_frame_deletion_of_exon_19_does_not_count(tmp_path, record):
    assert "RECOMMENDED" not in codes(person_of(tmp_path, tumour([record])), "osimertinib")


@pytest.mark.parametrize("record, counts", [
    (("chr7", 55181312, "G", "GGCCAGCGTG"), True),        # nine bases behind c.2303, codon 768
    (("chr7", 55181295, "A", "ATTC"), True),              # right behind codon 762
    (("chr7", 55181292, "G", "GTTC"), False),             # before it
    (("chr7", 55181319, "C", "CAACCCC"), True),
    (("chr7", 55181312, "G", "GGC"), False),              # out of frame
    (("chr7", 55181340, "G", "GGCC"), False)])            # codon 777
def test_in_frame_insertions_of_exon_20_speak_against_the_older_drugs(tmp_path, record, counts):
    lung = Record("female", "1955-01-01").condition(*LUNG).drug("erlotinib", intent="proposal")
    for build in (37, 38):
        person = person_of(tmp_path, tumour([record], build), lung)
        assert holds(person, "erlotinib", "RESISTANCE", ["exon 20"], ["ONC-EGFR-EX20"]) == counts
        assert "RECOMMENDED" not in codes(person, "osimertinib")


def test_a_finding_without_the_cancer_names_no_drug(tmp_path):
    person = person_of(tmp_path, tumour([L858R]), Record("female", "1955-01-01"))
    assert not items(person, "osimertinib")


def test_a_pathogenic_variant_of_the_tumour_counts_where_the_guideline_says_so(tmp_path):
    text = tumour([]) + "chr17\t43057062\t.\tT\tTG\t.\tPASS\t.\tGT\t0/1\n"
    ovary = Record("female", "1955-01-01").condition("Ovarian cancer, stage IIIC, responded to "
                                                     "platinum", "C56.1")
    assert holds(person_of(tmp_path, text, ovary), "olaparib", "RECOMMENDED",
                 ["BRCA1 pathogenic in the tumour's variants"], ["ONC-BRCA-PARP-OVARY"])
    breast = Record().condition("Metastatic HER2-negative breast cancer", "C50.911")
    assert not items(person_of(tmp_path, text, breast), "olaparib")  # germline alone counts there
    assert not items(person_of(tmp_path, text, breast), "BRCA1")


def test_the_tumour_beside_normal_tissue(tmp_path):
    two = tumour([L858R + ("PASS", "GT", "0/0", "0/1")], samples=("N", "T"),
                 header="##normal_sample=N\n##tumor_sample=T\n")
    assert "RECOMMENDED" in codes(person_of(tmp_path, two), "osimertinib")
    two = two.replace("##tumor_sample=T\n", "")
    assert "RECOMMENDED" in codes(person_of(tmp_path, two, options=["--tumour-sample", "T"]),
                                  "osimertinib")
    assert not items(person_of(tmp_path, two, options=["--tumour-sample", "N"]), "osimertinib")


@pytest.mark.parametrize("text, options, status, said", [
    (tumour([L858R + ("PASS", "GT", "0/0", "0/1")], samples=("N", "T")), [], 5,
     "tumour.vcf: 2 samples, expected the tumour of one person\n"
     "  hint: choose one with --tumour-sample: N, T"),
    (tumour([L858R]), ["--tumour-sample", "X"], 2,
     "--tumour-sample X: the file has no such person (1 people, the first is T)"),
    (tumour([], samples=()), [], 6, "tumour.vcf: no sample in it"),
    (tumour([("chr7", 55191822, "C", "G")], header=""), [], 0, ""),
    (tumour([]).replace("assembly=GRCh38", "ID2=x"), [], 5,
     "tumour.vcf: the build cannot be told: the header does not name it, and no record has a "
     "position")])
def test_what_a_tumour_file_must_be(tmp_path, text, options, status, said):
    (tmp_path / "tumour.vcf").write_text(text)
    done = run(tmp_path, GERMLINE, Record().condition(*LUNG), None,
               ["--tumour-vcf", "tumour.vcf", *options])
    assert done.returncode == status, done.stderr
    assert said in done.stderr


def test_a_germline_file_is_no_tumour(tmp_path):
    done = run(tmp_path, GERMLINE, Record().condition(*LUNG), None, ["--tumour-vcf", "person.vcf"])
    assert done.returncode == 2
    assert ("--tumour-vcf and --vcf name the same file: a germline file says nothing of a tumour"
            in done.stderr)


def test_a_tumour_is_of_one_person(tmp_path):
    (tmp_path / "tumour.vcf").write_text(tumour([L858R]))
    two = "\n".join(line + ("\tQ" if line.startswith("#CHROM") else "\t0/0"
                            if not line.startswith("#") else "")
                    for line in GERMLINE.splitlines()) + "\n"
    done = run(tmp_path, two, None, None, ["--tumour-vcf", "tumour.vcf", "--index-date", INDEX])
    assert done.returncode == 2
    assert "--tumour-vcf is of one person, and the VCF has 2" in done.stderr
