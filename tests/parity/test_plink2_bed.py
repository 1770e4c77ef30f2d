# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`ingest vcf` makes the .bed of `plink2 --make-bed`, byte by byte, and the same .bim and .fam."""

import json
import os
import pathlib
import random
import shutil
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"
PLINK2 = shutil.which("plink2")

pytestmark = pytest.mark.skipif(PLINK2 is None, reason="plink2 is not installed")


def data(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return str(path)


def gcrisk(folder, *options, out="ours"):
    done = subprocess.run([GCRISK, "ingest", "vcf", *options, "--out", out, "--force"], cwd=folder,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / out


def plink2(folder, *options, out="theirs"):
    done = subprocess.run([PLINK2, *options, "--make-bed", "--allow-extra-chr", "--threads", "2",
                           "--out", out], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / out


def read_bim(path):
    """Chromosomes without 'chr', as plink2 writes them (PAR1 and the like become X); IDs that the
    VCF does not have are '.' there and chrom:pos:ref:alt here."""
    rows = []
    for line in open(f"{path}.bim"):
        chromosome, name, _, position, a1, a2 = line.split()
        chromosome = {"23": "X", "24": "Y", "26": "MT", "M": "MT"}.get(
            chromosome.removeprefix("chr"), chromosome.removeprefix("chr"))
        if name == f"{line.split()[0]}:{position}:{a2}:{a1}":
            name = "."
        rows.append((chromosome, name, position, a1, a2))
    return rows


def read_fam(path):
    return [line.split() for line in open(f"{path}.fam")]


def assert_same(ours, theirs):
    assert read_fam(ours) == read_fam(theirs)
    assert read_bim(ours) == read_bim(theirs)
    assert open(f"{ours}.bed", "rb").read() == open(f"{theirs}.bed", "rb").read()


@pytest.mark.parametrize("name", [
    "vcf/1kg_chr20_unphased203.vcf.gz",
    "vcf/1kg_chr20_reference300.bcf",
    "vcf/1kg_chr20_203_imputed_GT_DS_GP.vcf.gz",
    "vcf/1kg_phase1_chr2_GT_DS_GL_11.vcf.gz",
    "vcf/1kg_phase3_chr21_2504.vcf.gz",
    "vcf/1kg_phase3_chr21_2504.plain_gzip.vcf.gz",
    "vcf/1kg_phase3_chrX_Y_MT_2504.vcf.gz",
    "vcf/1kg_phase3_multiallelic_mixed_phase_2504.vcf.gz",
    "vcf/1kg_highcov_chr22_100.GRCh38.vcf.gz",
    "genopheno/mice/mice_hs1814.vcf.gz",
])
def test_real_files(tmp_path, name):
    kind = "--bcf" if name.endswith(".bcf") else "--vcf"
    path = data(name)
    theirs = plink2(tmp_path, kind, path, "--max-alleles", "2", "--vcf-half-call", "missing")
    assert_same(gcrisk(tmp_path, "--vcf", path, "--multiallelic", "skip"), theirs)


@pytest.mark.parametrize("field, threshold", [("DS", "0.1"), ("DS", "0.25"), ("DS", "0.49"),
                                              ("GP", "0.1"), ("GP", "0.3")])
def test_hard_calls_of_an_imputed_file(tmp_path, field, threshold):
    path = data("vcf/1kg_chr20_203_imputed_GT_DS_GP.vcf.gz")
    theirs = plink2(tmp_path, "--vcf", path, f"dosage={field}" + ("-force" if field == "GP" else ""), "--hard-call-threshold", threshold)
    ours = gcrisk(tmp_path, "--vcf", path, "--from", field, "--hard-call-threshold", threshold)
    assert_same(ours, theirs)


@pytest.mark.parametrize("options, theirs", [
    (["--min-gq", "20"], ["--vcf-min-gq", "20"]),
    (["--min-dp", "10"], ["--vcf-min-dp", "10"]),
    (["--min-gq", "15", "--min-dp", "5"], ["--vcf-min-gq", "15", "--vcf-min-dp", "5"]),
])
def test_filters(tmp_path, options, theirs):
    path = data("vcf/1kg_highcov_chr22_100.GRCh38.vcf.gz")
    peer = plink2(tmp_path, "--vcf", path, "--max-alleles", "2", "--vcf-half-call", "missing",
                  *theirs)
    assert_same(gcrisk(tmp_path, "--vcf", path, "--multiallelic", "skip", *options), peer)


def test_pass_only_keeps_records_without_a_filter_too(tmp_path):
    random_vcf(tmp_path / "in.vcf", 5, 40, seed=1)
    theirs = plink2(tmp_path, "--vcf", "in.vcf", "--vcf-half-call", "missing", "--var-filter")
    ours = gcrisk(tmp_path, "--vcf", "in.vcf", "--pass-only")
    assert_same(ours, theirs)
    assert 0 < len(read_bim(ours)) < 40


def random_vcf(path, n_samples, n_variants, seed):
    """Two-allele records of every shape that plink2 reads, in lanes fast and slow."""
    rng = random.Random(seed)
    with open(path, "w") as out:
        out.write("##fileformat=VCFv4.2\n##contig=<ID=1>\n"
                  '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
                  '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">\n'
                  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t")
        out.write("\t".join(f"s{i}" for i in range(n_samples)) + "\n")
        for v in range(n_variants):
            calls = {0: ["0|0", "0|1", "1|0", "1|1"], 1: ["0/0", "0/1", "1/1", "./."],
                     2: ["0|0", "0/1", "1|1", ".|.", "./1", "0|."],
                     3: ["0", "1", ".", "0|1", "1/1", "./."]}[v % 4]
            tail = ":7" if v % 3 == 1 else ""
            row = "\t".join(rng.choice(calls) + tail for _ in range(n_samples))
            out.write(f"1\t{100 + v}\t{'.' if v % 2 else f'rs{v}'}\tA\tC\t.\t"
                      f"{rng.choice(['.', 'PASS', 'q10', 'q10;s50'])}\t.\t"
                      f"{'GT:DP' if tail else 'GT'}\t{row}\n")


@pytest.mark.parametrize("n_samples", [1, 3, 4, 7, 8, 9, 31, 32, 33, 64, 65, 257])
def test_random_calls_at_ragged_widths(tmp_path, n_samples):
    random_vcf(tmp_path / "in.vcf", n_samples, 60, seed=n_samples)
    theirs = plink2(tmp_path, "--vcf", "in.vcf", "--vcf-half-call", "missing")
    assert_same(gcrisk(tmp_path, "--vcf", "in.vcf"), theirs)
    for threads in ("1", "2"):
        gcrisk(tmp_path, "--vcf", "in.vcf", "--threads", threads, out=f"t{threads}")
    for ending in (".bed", ".bim", ".fam"):
        assert (tmp_path / f"t1{ending}").read_bytes() == (tmp_path / f"t2{ending}").read_bytes()


def test_split_rows_equal_those_of_bcftools_norm(tmp_path):
    """bcftools splits a record into rows where other ALTs are reference (0); here they are missing.
    So the calls that are not missing here are the same there, and the missing ones hold another
    ALT."""
    bcftools = shutil.which("bcftools")
    if bcftools is None:
        pytest.skip("bcftools is not installed")
    path = data("vcf/1kg_phase3_multiallelic_mixed_phase_2504.vcf.gz")
    subprocess.run([bcftools, "norm", "-m", "-any", "-o", "split.vcf", path], cwd=tmp_path,
                   check=True, capture_output=True)
    ours = gcrisk(tmp_path, "--vcf", path)
    theirs = gcrisk(tmp_path, "--vcf", "split.vcf", out="split")
    assert read_bim(ours) == read_bim(theirs)
    left, right = (open(f"{p}.bed", "rb").read() for p in (ours, theirs))
    assert len(left) == len(right)
    n = len(read_fam(ours))
    differing = 0
    for a, b in zip(left[3:], right[3:]):
        for shift in (0, 2, 4, 6):
            x, y = a >> shift & 3, b >> shift & 3
            if x != y:
                assert x == 1
                differing += 1
    assert 0 < differing < n * len(read_bim(ours))
    counts = json.loads((tmp_path / "ours.run.json").read_text())["kept"]
    assert counts["multi-allelic records that were split"] == 400
