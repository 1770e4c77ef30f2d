# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk ingest vcf` as a user runs it: every awkward input, every refusal."""

import gzip
import json
import os
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
HEADER = "##fileformat=VCFv4.2\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
# Codes of a .bed: homozygous ALT, missing, heterozygous, homozygous REF.
ALT, NA, HET, REF = 0, 1, 2, 3


def run(*arguments, cwd, **keywords):
    return subprocess.run([GCRISK, "ingest", "vcf", *arguments], cwd=cwd, text=True,
                          capture_output=True, **keywords)


def vcf(records, samples=("A", "B", "C"), header=HEADER):
    lines = ["\t".join(str(x) for x in record) for record in records]
    return header + COLUMNS + "\t".join(samples) + "\n" + "".join(line + "\n" for line in lines)


def record(*calls, chrom="20", pos=100, id=".", ref="A", alt="C", filter="PASS", format="GT"):
    return (chrom, pos, id, ref, alt, ".", filter, ".", format, *calls)


def ingest(tmp_path, text, *options, name="in.vcf"):
    (tmp_path / name).write_text(text)
    result = run("--vcf", name, "--out", "out", "--force", *options, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    return outputs(tmp_path)


def outputs(tmp_path, prefix="out"):
    """Codes (a list a variant), rows of .bim, manifest."""
    bim = [line.split("\t") for line in (tmp_path / f"{prefix}.bim").read_text().splitlines()]
    n = len((tmp_path / f"{prefix}.fam").read_text().splitlines())
    bed = (tmp_path / f"{prefix}.bed").read_bytes()
    assert bed[:3] == b"\x6c\x1b\x01"
    width = (n + 3) // 4
    assert len(bed) == 3 + width * len(bim)
    codes = [[bed[3 + width * v + s // 4] >> 2 * (s % 4) & 3 for s in range(n)]
             for v in range(len(bim))]
    return codes, bim, json.loads((tmp_path / f"{prefix}.run.json").read_text())


def dropped(manifest):
    return {(d["what"], d["reason"]): d["count"] for d in manifest["dropped"]}


def refuse(tmp_path, text, code, *options):
    (tmp_path / "in.vcf").write_text(text)
    result = run("--vcf", "in.vcf", "--out", "out", *options, cwd=tmp_path)
    assert result.returncode == code, result.stderr
    assert not list(tmp_path.glob("out.*"))
    return result.stderr


def test_writes_bed_bim_and_fam(tmp_path):
    codes, bim, manifest = ingest(tmp_path, vcf([
        record("0|0", "0|1", "1|1"),
        record("./.", "1/0", "0/0", pos=200, id="rs1", ref="G", alt="GT")]))
    assert codes == [[REF, HET, ALT], [NA, HET, REF]]
    assert bim == [["20", "20:100:A:C", "0", "100", "C", "A"],
                   ["20", "rs1", "0", "200", "GT", "G"]]
    assert (tmp_path / "out.fam").read_text().split("\n")[0].split() == \
        ["0", "A", "0", "0", "0", "-9"]
    assert manifest["kept"]["variants"] == 2 and manifest["dropped"] == []


def test_splits_multiallelic_records_with_other_alts_missing(tmp_path):
    text = vcf([record("0/2", "1/2", "2/2", alt="C,G")])
    codes, bim, manifest = ingest(tmp_path, text)
    assert codes == [[NA, NA, NA], [HET, NA, ALT]]
    assert [row[1] for row in bim] == ["20:100:A:C", "20:100:A:G"]
    text += "\t".join(map(str, record("0/0", "0/1", "1/1", pos=101))) + "\n"
    codes, bim, manifest = ingest(tmp_path, text, "--multiallelic", "skip")
    assert codes == [[REF, HET, ALT]]
    assert dropped(manifest)["records", "multi-allelic"] == 1


def test_counts_half_calls_haploid_and_polyploid_calls(tmp_path):
    codes, _, manifest = ingest(tmp_path, vcf([
        record("./1", "0|.", "1|1"), record("0", "1", "."), record("0/0/1", "./././.", "0/1")]))
    assert codes == [[NA, NA, ALT], [REF, ALT, NA], [NA, NA, HET]]
    assert dropped(manifest) == {("calls", "half-call"): 2, ("calls", "more than two alleles"): 1}
    assert manifest["kept"]["haploid calls, as homozygous"] == 2


def test_keeps_star_and_symbolic_alleles_out_of_the_way(tmp_path):
    codes, bim, manifest = ingest(tmp_path, vcf([
        record("0/1", "0/2", "1/2", alt="C,*"),
        record("0/1", "1/1", "0/0", pos=101, alt="<DEL>"),
        record("0/1", "0/0", "0/2", pos=102, alt="C,<NON_REF>"),
        record("0/0", "0/0", "0/0", pos=103, alt="<NON_REF>")]))
    assert codes == [[HET, NA, NA], [HET, ALT, REF], [HET, REF, NA]]
    assert [row[4] for row in bim] == ["C", "<DEL>", "C"]
    assert dropped(manifest) == {("records", "gVCF reference block"): 1,
                                 ("alleles", "'*' or <NON_REF> beside other ALTs"): 2}
    assert any("gVCF" in warning for warning in manifest["warnings"])


def test_reads_genotypes_that_are_not_the_first_or_only_key(tmp_path):
    codes, _, _ = ingest(tmp_path, vcf([
        record("0/1:3", "1/1", "./.:1", format="GT:DP"),
        record("3:0/1", "1:1/1", ".:./.", format="DP:GT"),
        record("3", "1", ".", format="DP")]))
    assert codes == [[HET, ALT, NA], [HET, ALT, NA], [NA, NA, NA]]


def test_filters_are_counted_by_reason(tmp_path):
    text = vcf([
        record("0/1:10:5", "1/1:30:1", "0/0:.:.", format="GT:GQ:DP"),
        record("0/1:10:5", "1/1:30:1", "0/0:.:.", format="GT:GQ:DP", pos=101, filter="q10"),
        record("0/1:10:5", "1/1:30:9", "0/0", format="GT:GQ:DP", pos=102, filter=".")])
    codes, _, manifest = ingest(tmp_path, text, "--pass-only", "--min-gq", "20", "--min-dp", "4")
    assert codes == [[NA, NA, REF], [NA, ALT, REF]]
    assert dropped(manifest) == {("records", "FILTER is not PASS"): 1,
                                 ("calls", "GQ below --min-gq"): 2,
                                 ("calls", "DP below --min-dp"): 1}


def test_hard_calls_dosages_and_probabilities(tmp_path):
    text = vcf([record("0/0:0.95:0,1,0", "0/0:1.5:0.1,0.1,0.8", "0/1:.:.", format="GT:DS:GP")])
    codes, _, manifest = ingest(tmp_path, text, "--from", "DS")
    assert codes == [[HET, NA, HET]]
    assert dropped(manifest) == {("calls", "dosage beyond --hard-call-threshold"): 1}
    codes, _, _ = ingest(tmp_path, text, "--from", "GP", "--hard-call-threshold", "0.35")
    assert codes == [[HET, ALT, HET]]  # 0.1 + 2 * 0.8 = 1.7, 0.3 from 2


def test_takes_regions_with_and_without_an_index(tmp_path):
    records = [record("0/0", "0/1", "1/1", pos=p, chrom=c) for c in ("1", "2")
               for p in range(10, 1000, 10)]
    text = vcf(records, header=HEADER + "##contig=<ID=1>\n##contig=<ID=2>\n"
               '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
    _, scanned, manifest = ingest(tmp_path, text, "--region", "chr2:100-200")
    assert [int(row[3]) for row in scanned] == list(range(100, 201, 10))
    assert dropped(manifest)["records", "outside the regions"] == 187
    (tmp_path / "r.bed").write_text("1\t0\t20\n2\t99\t120\n2\t100\t130\n")
    _, by_file, _ = ingest(tmp_path, text, "--regions-file", "r.bed")
    assert [(row[0], int(row[3])) for row in by_file] == \
        [("1", 10), ("1", 20), ("2", 100), ("2", 110), ("2", 120), ("2", 130)]
    if subprocess.run(["which", "bcftools"], capture_output=True).returncode:
        pytest.skip("bcftools is not there to make an index")
    for kind, name in (("-Oz", "in.vcf.gz"), ("-Ob", "in.bcf")):
        subprocess.run(["bcftools", "view", kind, "-o", name, "in.vcf"], cwd=tmp_path, check=True)
        subprocess.run(["bcftools", "index", name], cwd=tmp_path, check=True)
        result = run("--vcf", name, "--regions-file", "r.bed", "--out", "out", "--force",
                     cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert outputs(tmp_path)[1] == by_file
        assert "with index" in result.stderr


def test_keeps_the_samples_asked_for_in_the_order_of_the_file(tmp_path):
    (tmp_path / "keep").write_text("#FID\tIID\n0\tE\n0\tA\n0\tnobody\n")
    samples = tuple("ABCDE")
    text = vcf([record("0/0", "0/1", "1/1", "./.", "1/0"),
                record("0/0:1", "0/1:1", "1/1:1", "./.:1", "1/1:1", format="GT:DP")], samples)
    codes, _, manifest = ingest(tmp_path, text, "--samples-file", "keep")
    assert codes == [[REF, HET], [REF, ALT]]
    assert [line.split()[1] for line in (tmp_path / "out.fam").read_text().splitlines()] == \
        ["A", "E"]
    assert dropped(manifest) == {("samples", "not in --samples-file"): 3,
                                 ("samples of --samples-file", "not in the VCF"): 1}
    (tmp_path / "keep").write_text("X\n")
    for old in tmp_path.glob("out.*"):
        old.unlink()
    message = refuse(tmp_path, text, 6, "--samples-file", "keep")
    assert "no sample left: none of the 1 samples asked for is in in.vcf" in message


def test_concatenates_files_of_the_same_samples_alone(tmp_path):
    (tmp_path / "1.vcf").write_text(vcf([record("0/0", "0/1", "1/1", chrom="1")]))
    (tmp_path / "2.vcf").write_text(vcf([record("0/1", "0/1", "0/1", chrom="2")]))
    result = run("--vcf", "1.vcf", "2.vcf", "--out", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert outputs(tmp_path)[0] == [[REF, HET, ALT], [HET, HET, HET]]
    (tmp_path / "3.vcf").write_text(vcf([], samples=("A", "C", "B")))
    result = run("--vcf", "1.vcf", "3.vcf", "--out", "out3", cwd=tmp_path)
    assert result.returncode == 5
    assert "3.vcf: sample 2 is C, in 1.vcf it is B" in result.stderr
    (tmp_path / "4.vcf").write_text(vcf([], samples=("A", "B")))
    result = run("--vcf", "1.vcf", "4.vcf", "--out", "out4", cwd=tmp_path)
    assert result.returncode == 5 and "4.vcf has 2 samples, 1.vcf has 3" in result.stderr


def test_checks_the_build(tmp_path):
    text = vcf([record("0/0", "0/1", "1/1")],
               header=HEADER + "##contig=<ID=chr20,length=64444167>\n")
    assert ingest(tmp_path, text)[2]["notes"]["build"] == "38"
    (tmp_path / "in.vcf").write_text(text)
    result = run("--vcf", "in.vcf", "--build", "37", "--out", "b", cwd=tmp_path)
    assert result.returncode == 5
    assert "its contig lengths are those of build 38, --build says 37" in result.stderr


def test_warns_of_unsorted_variants(tmp_path):
    _, bim, manifest = ingest(tmp_path, vcf([record("0/0", "0/1", "1/1", pos=p)
                                             for p in (200, 100)]))
    assert [row[3] for row in bim] == ["200", "100"]
    assert "20:100 comes after 20:200" in manifest["warnings"][0]


@pytest.mark.parametrize("text, code, words", [
    (vcf([], samples=("A", "B", "A")), 4, "in.vcf:2: the sample A stands twice"),
    (vcf([], samples=("A", "B b")), 4, "the sample name 'B b' holds white space"),
    (HEADER + COLUMNS[:-8] + "\n", 6, "no sample: the file lists sites only"),
    (vcf([]), 6, "no variant left: 0 of 0 records"),
    (HEADER + "##x=y\n", 4, "in.vcf:3: the file ends before the #CHROM line"),
    ("", 4, "in.vcf:1: the file ends before the #CHROM line"),
    ("hello\n", 4, "in.vcf:1: the file begins 'hello', expected ##fileformat=VCFv4"),
    (vcf([record("0/0", "0/3", "0/1")]), 4,
     "in.vcf:3: genotype 0/3 needs 3 alternate alleles, the record lists 1"),
    (vcf([record("0/0", "0/x", "0/1")]), 4, "in.vcf:3: the genotype of sample 2 is '0/x'"),
    (vcf([record("0/0", "0/1")]), 4, "in.vcf:3: the record has 2 samples, the header lists 3"),
    (vcf([record("0/0", "0/1", "0/0", "0/0")]), 4,
     "in.vcf:3: the record has more than 3 samples, the header lists 3"),
    (vcf([record("0/0", "0/1", "0/0", pos="1e3")]), 4, "in.vcf:3: POS is '1e3'"),
    (vcf([record("0/0", "0/1", "0/0", ref=".")]), 4, "in.vcf:3: REF is '.', expected bases"),
    (vcf([record("0/0", "0/1", "0/0", alt="C,,T")]), 4, "in.vcf:3: ALT holds ''"),
    (vcf([record("0/0", "0/1", "0/0", id="a b")]), 4, "in.vcf:3: ID is 'a b'"),
    (vcf([record("0/0", "0/1", "0/0", chrom="chr 1")]), 4, "in.vcf:3: CHROM is 'chr 1'"),
    (vcf([("20", 5, ".")]), 4, "in.vcf:3: the record has 3 columns, expected 12"),
])
def test_refuses_in_one_clear_sentence(tmp_path, text, code, words):
    message = refuse(tmp_path, text, code)
    assert words in message
    assert message.splitlines()[-2].startswith("gcrisk ingest vcf: error: ") or \
        message.splitlines()[-1].startswith("gcrisk ingest vcf: error: ")


def test_skips_bad_records_on_request_and_counts_them(tmp_path):
    text = vcf([record("0/0", "0/1", "0/1"), record("0/0", "0/3", "0/1"),
                record("0/0", "0/1"), record("1/1", "0/1", "0/1", pos=300)])
    codes, _, manifest = ingest(tmp_path, text, "--on-bad-record", "skip")
    assert codes == [[REF, HET, HET], [ALT, HET, HET]]
    assert dropped(manifest) == {("records", "malformed"): 2}
    assert any("in.vcf:4: genotype 0/3" in warning for warning in manifest["warnings"])


def test_reads_standard_input_crlf_and_a_missing_last_line_end(tmp_path):
    text = vcf([record("0/0", "0/1", "1/1"), record("0/0:1", "0/1:1", "1/1:1", format="GT:DP"),
                record("0/1", "0/1", "0/1")])
    expected = [[REF, HET, ALT], [REF, HET, ALT], [HET, HET, HET]]
    for data in (text, text.replace("\n", "\r\n"), text[:-1]):
        for packed in (data.encode(), gzip.compress(data.encode())):
            result = subprocess.run([GCRISK, "ingest", "vcf", "--vcf", "-", "--out", "out",
                                     "--force"], cwd=tmp_path, input=packed, capture_output=True)
            assert result.returncode == 0, result.stderr
            assert outputs(tmp_path)[0] == expected


def test_reports_files_that_cannot_be_read(tmp_path):
    assert run("--vcf", "no.vcf", "--out", "o", cwd=tmp_path).returncode == 3
    result = run("--vcf", ".", "--out", "o", cwd=tmp_path)
    assert result.returncode == 3 and "is a folder" in result.stderr
    assert run("--vcf", "in.vcf", cwd=tmp_path).returncode == 3
    result = run("--out", "o", cwd=tmp_path)
    assert result.returncode == 2 and "--vcf" in result.stderr
