# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""preprocess beside PLINK: what its filters keep, kinship, pruning and components, on real files."""
import json
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data"),
    pytest.mark.skipif(shutil.which("plink2") is None, reason="plink2 is not installed"),
]

SOURCES = {
    "bigsnpr": ["--bfile", DATA / "plink/bigsnpr/example"],
    "missing": ["--bfile", DATA / "plink/bigsnpr/example-missing"],
    "mice": ["--bfile", DATA / "genopheno/mice/mice"],
    "kg20": ["--vcf", DATA / "vcf/1kg_chr20_unphased203.vcf.gz", "--max-alleles", "2"],
}


def plink2(*arguments):
    subprocess.run(["plink2", "--chr-set", "22", "--silent", *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory):
    """Each set as PLINK files with unique variant IDs and no phenotype."""
    folder = tmp_path_factory.mktemp("cohorts")
    for name, source in SOURCES.items():
        plink2(*source, "--set-all-var-ids", "@:#:$r:$a", "--new-id-max-allele-len", "300",
               "--rm-dup", "force-first", "--make-bed", "--out", folder / name)
    return folder


def preprocess(bfile, out, *arguments):
    """Everybody in the training set, so that PLINK sees the same people."""
    split = out.with_suffix(".split")
    people = [line.split()[1] for line in pathlib.Path(f"{bfile}.fam").read_text().splitlines()]
    split.write_text("#IID\tSET\n" + "".join(f"{p}\ttrain\n" for p in people))
    subprocess.run([GCRISK, "preprocess", "--bfile", bfile, "--split-file", split, "--out", out,
                    "--quiet", *map(str, arguments)], check=True)


def column(path, name):
    lines = pathlib.Path(path).read_text().splitlines()
    at = lines[0].lstrip("#").split("\t").index(name.lstrip("#"))
    return [line.split("\t")[at] for line in lines[1:]]


def kept_variants(study):
    return column(study / "variants.tsv", "ID")


def bim_ids(path):
    return [line.split()[1] for line in pathlib.Path(path).read_text().splitlines()]


@pytest.mark.parametrize("cohort, options", [
    ("missing", ["--geno", "0.03"]),
    ("missing", ["--maf", "0.1"]),
    ("missing", ["--max-maf", "0.2"]),
    ("missing", ["--mac", "40"]),
    ("missing", ["--geno", "0.04", "--maf", "0.05"]),
    ("kg20", ["--maf", "0.05"]),
    ("kg20", ["--mac", "2", "--max-maf", "0.3"]),
])
def test_the_same_variants_pass(cohorts, tmp_path, cohort, options):
    plink2("--bfile", cohorts / cohort, *options, "--make-just-bim", "--out", tmp_path / "peer")
    preprocess(cohorts / cohort, tmp_path / "ours", *options)
    expected = bim_ids(tmp_path / "peer.bim")
    assert 0 < len(expected) < len(bim_ids(cohorts / f"{cohort}.bim"))
    assert kept_variants(tmp_path / "ours") == expected


@pytest.fixture(scope="module")
def with_sexes(tmp_path_factory):
    """Drawn genotypes of 60 people on an autosome, X, Y and MT; a tenth of men's calls on X and Y
    are heterozygous, a twentieth of all are missing."""
    folder = tmp_path_factory.mktemp("sexes")
    draw = np.random.default_rng(3)
    sexes = draw.integers(0, 3, 60)
    names = [f"P{i}" for i in range(60)]
    lines = ["##fileformat=VCFv4.2",
             '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
             "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
                        *names])]
    for chromosome in ("1", "X", "Y", "MT"):
        for j in range(100):
            calls = draw.random((60, 2)) < draw.random() * 0.3
            one = (chromosome != "1") & (sexes == 1) & (draw.random(60) < 0.9)
            calls[one, 1] = calls[one, 0]
            missing = draw.random(60) < 0.05
            cells = ["./." if m else f"{min(a, b):d}/{max(a, b):d}"
                     for (a, b), m in zip(calls, missing)]
            # Behind the shared part of X.
            lines.append("\t".join([chromosome, str(5_000_000 + j), f"{chromosome}_{j}", "A", "G",
                                    ".", ".", ".", "GT", *cells]))
    (folder / "drawn.vcf").write_text("\n".join(lines) + "\n")
    (folder / "sex.tsv").write_text(
        "#IID\tSEX\n" + "".join(f"{n}\t{s}\n" for n, s in zip(names, sexes)))
    subprocess.run(["plink2", "--silent", "--vcf", "drawn.vcf", "--update-sex", "sex.tsv",
                    "--split-par", "b38", "--make-bed", "--out", "drawn"], cwd=folder, check=True)
    return folder / "drawn"


@pytest.mark.parametrize("options", [["--maf", "0.1"], ["--max-maf", "0.1"], ["--mac", "4"]])
def test_the_same_variants_of_sex_chromosomes_pass(with_sexes, tmp_path, options):
    subprocess.run(["plink2", "--silent", "--bfile", with_sexes, *options, "--make-just-bim",
                    "--out", tmp_path / "peer"], check=True)
    preprocess(with_sexes, tmp_path / "ours", *options)
    expected = bim_ids(tmp_path / "peer.bim")
    for chromosome in ("1_", "X_", "Y_", "MT_"):
        assert 0 < sum(name.startswith(chromosome) for name in expected) < 100
    assert kept_variants(tmp_path / "ours") == expected


def test_frequencies_on_sex_chromosomes_are_the_same(with_sexes, tmp_path):
    subprocess.run(["plink2", "--silent", "--bfile", with_sexes, "--freq", "--out",
                    tmp_path / "peer"], check=True)
    preprocess(with_sexes, tmp_path / "ours")
    expected = dict(zip(column(tmp_path / "peer.afreq", "ID"),
                        map(float, column(tmp_path / "peer.afreq", "ALT_FREQS"))))
    found = dict(zip(kept_variants(tmp_path / "ours"),
                     map(float, column(tmp_path / "ours/variants.tsv", "A1_FREQ"))))
    assert len(expected) == 400
    # plink2 prints six digits.
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_same_people_pass_mind(cohorts, tmp_path):
    plink2("--bfile", cohorts / "missing", "--mind", "0.03", "--make-just-fam",
           "--out", tmp_path / "peer")
    preprocess(cohorts / "missing", tmp_path / "ours", "--mind", "0.03")
    expected = bim_ids(tmp_path / "peer.fam")
    assert 0 < len(expected) < 200
    assert column(tmp_path / "ours/samples.tsv", "#IID") == expected


@pytest.mark.parametrize("limit", ["1e-2", "1e-3", "1e-6"])
@pytest.mark.parametrize("midp", [[], ["midp"]], ids=["exact", "midp"])
@pytest.mark.parametrize("cohort", ["mice", "kg20", "missing"])
def test_the_same_variants_pass_hardy_weinberg(cohorts, tmp_path, cohort, limit, midp):
    plink2("--bfile", cohorts / cohort, "--autosome", "--hwe", limit, *midp, "--make-just-bim",
           "--out", tmp_path / "peer")
    preprocess(cohorts / cohort, tmp_path / "ours", "--chr", "1-22", "--hwe", limit, *midp)
    assert kept_variants(tmp_path / "ours") == bim_ids(tmp_path / "peer.bim")


def test_controls_alone_count_for_hardy_weinberg(tmp_path):
    if shutil.which("plink1.9") is None:
        pytest.skip("plink1.9 is not installed")
    bfile = DATA / "plink/bigsnpr/example"
    subprocess.run(["plink1.9", "--bfile", bfile, "--allow-no-sex", "--hwe", "1e-3",
                    "--make-just-bim", "--out", tmp_path / "peer"], check=True,
                   stdout=subprocess.DEVNULL)
    preprocess(bfile, tmp_path / "ours", "--hwe", "1e-3")
    assert kept_variants(tmp_path / "ours") == bim_ids(tmp_path / "peer.bim")


@pytest.mark.parametrize("cohort, window", [
    ("kg20", ["50", "5", "0.2"]),
    ("kg20", ["100kb", "0.5"]),
    ("bigsnpr", ["20", "1", "0.05"]),
    ("missing", ["50", "5", "0.1"]),
    ("mice", ["50", "5", "0.5"]),
    ("mice", ["1000kb", "1", "0.3"]),
])
def test_pruning_keeps_the_same_variants(cohorts, tmp_path, cohort, window):
    plink2("--bfile", cohorts / cohort, "--indep-pairwise", *window, "--out", tmp_path / "peer")
    preprocess(cohorts / cohort, tmp_path / "ours", "--indep-pairwise", *window)
    expected = (tmp_path / "peer.prune.in").read_text().split()
    assert 0 < len(expected) < len(bim_ids(cohorts / f"{cohort}.bim"))
    assert kept_variants(tmp_path / "ours") == expected


@pytest.mark.parametrize("cohort", ["mice", "kg20", "missing"])
def test_kinship_is_the_same(cohorts, tmp_path, cohort):
    plink2("--bfile", cohorts / cohort, "--make-king-table", "cols=id,nsnp,hethet,ibs0,kinship",
           "--king-table-filter", "0.15001", "--out", tmp_path / "peer")
    preprocess(cohorts / cohort, tmp_path / "ours", "--king-cutoff", "0.15001", "--group-by",
               "kinship")
    def table(path):
        rows = [line.split("\t") for line in path.read_text().splitlines()[1:]]
        # plink2 lists pairs without any heterozygous call as nan.
        return {frozenset(row[:2]): [float(x) for x in row[2:]] for row in rows if row[-1] != "nan"}
    expected = table(tmp_path / "peer.kin0")
    if not expected:
        assert not (tmp_path / "ours/kinship.tsv").exists()
        return
    found = table(tmp_path / "ours/kinship.tsv")
    assert found.keys() == expected.keys()
    for pair, values in expected.items():
        assert found[pair] == pytest.approx(values, rel=2e-5, abs=1e-6)


@pytest.mark.parametrize("cohort", ["mice", "kg20", "bigsnpr"])
def test_the_same_people_pass_the_kinship_cutoff(cohorts, tmp_path, cohort):
    plink2("--bfile", cohorts / cohort, "--king-cutoff", "0.0884", "--out", tmp_path / "peer")
    preprocess(cohorts / cohort, tmp_path / "ours", "--king-cutoff", "0.0884")
    expected = [line.split()[-1] for line in
                (tmp_path / "peer.king.cutoff.in.id").read_text().splitlines()[1:]]
    assert column(tmp_path / "ours/samples.tsv", "#IID") == expected


def standardised(bfile, frequencies, rows):
    """The genotypes as numpy reads them, standardised by allele frequency, missing at the mean."""
    n = len(bim_ids(f"{bfile}.fam"))
    packed = np.fromfile(f"{bfile}.bed", np.uint8)[3:].reshape(-1, (n + 3) // 4)[rows]
    codes = (packed[:, :, None] >> np.array([0, 2, 4, 6]) & 3).reshape(len(rows), -1)[:, :n]
    counts = np.array([2, np.nan, 1, 0])[codes]
    f = frequencies[:, None]
    return np.nan_to_num((counts - 2 * f) / np.sqrt(2 * f * (1 - f))).T


@pytest.mark.parametrize("cohort, method", [("mice", "exact"), ("mice", "randomised"),
                                            ("missing", "exact"), ("kg20", "randomised")])
def test_components_are_the_same(cohorts, tmp_path, cohort, method):
    load_file = pytest.importorskip("safetensors.numpy").load_file
    plink2("--bfile", cohorts / cohort, "--maf", "0.05", "--pca", "4", "meanimpute", "--out",
           tmp_path / "peer")
    preprocess(cohorts / cohort, tmp_path / "ours", "--maf", "0.05", "--pca", "4", "--pca-method",
               method)
    steps = json.loads((tmp_path / "ours/recipe.json").read_text())["steps"]
    at, state = next((i, s["state"]) for i, s in enumerate(steps) if s["step"] == "pca")
    expected = [float(x) for x in (tmp_path / "peer.eigenval").read_text().split()]
    assert state["eigenvalues"] == pytest.approx(expected, rel=1e-5)
    tensors = load_file(tmp_path / "ours/recipe.safetensors")
    row_of = {v: i for i, v in enumerate(bim_ids(cohorts / f"{cohort}.bim"))}
    rows = [row_of[v[2]] for v in state["variants"]]
    scores = standardised(cohorts / cohort, tensors[f"{at}.pca/a1_frequencies"], rows) @ tensors[
        f"{at}.pca/loadings"]
    lines = (tmp_path / "peer.eigenvec").read_text().splitlines()[1:]
    peer = np.array([[float(x) for x in line.split("\t")[-4:]] for line in lines])
    signs = np.sign((peer * scores).sum(axis=0))
    # The fourth eigenvalue may lie close to the fifth, which mixes their vectors.
    assert np.abs(peer - signs * scores)[:, :3].max() < 1e-4
