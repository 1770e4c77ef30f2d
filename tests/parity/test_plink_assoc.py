# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The statistics of `select` against plink 1.9, to the digits that plink prints."""
import gzip
import math
import os
import shutil
import subprocess
from pathlib import Path

import pytest

GCRISK = os.environ["GCRISK"]
DATA = Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"
PLINK = shutil.which("plink1.9")
PLINK2 = shutil.which("plink2")

needs_plink = pytest.mark.skipif(PLINK is None, reason="plink1.9 is not installed")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True)


def read(path, separator=None):
    with open(path, encoding="utf-8") as lines:
        header = [c.strip() for c in next(lines).split(separator)]
        return [dict(zip(header, (c.strip() for c in line.split(separator)))) for line in lines]


def number(text):
    return math.nan if text == "NA" else float(text)


def same(ours, theirs, digits=4):
    """plink prints four significant digits: half a unit of the last one is allowed."""
    a, b = number(ours), number(theirs)
    if math.isnan(b):
        return True
    return abs(a - b) <= abs(b) * (0.51 * 10.0 ** (1 - digits)) + 1e-12


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Two cohorts: the simulated one of bigsnpr, and plink2's dummy with missing calls."""
    folder = tmp_path_factory.mktemp("assoc")
    found = {}
    if DATA.is_dir():
        found["bigsnpr"] = DATA / "plink" / "bigsnpr" / "example"
    if PLINK2:
        run(PLINK2, "--dummy", 333, 600, 0.03, 0.02, "--seed", 3, "--make-bed", "--out",
            folder / "dummy")
        found["dummy"] = folder / "dummy"
    for name, prefix in found.items():
        plink = [PLINK, "--bfile", prefix, "--allow-no-sex", "--keep-allele-order", "--out",
                 folder / name]
        run(*plink, "--assoc")
        run(*plink, "--model", "--cell", 0)
        run(GCRISK, "select", "--bfile", prefix, "--method", "all", "--out", folder / f"{name}.ours")
    return folder, found


@needs_plink
@pytest.mark.parametrize("name", ["bigsnpr", "dummy"])
def test_allelic_chi_square_is_that_of_assoc(cases, name):
    folder, found = cases
    if name not in found:
        pytest.skip("its data is absent")
    theirs = read(folder / f"{name}.assoc")
    ours = read(folder / f"{name}.ours.scan.tsv", "\t")
    assert len(ours) == len(theirs) > 500
    tested = 0
    for a, b in zip(ours, theirs):
        assert a["ID"] == b["SNP"] and a["A1"] == b["A1"]
        assert same(a["CHI2_ALLELIC"], b["CHISQ"]), (a, b)
        assert same(a["P_ALLELIC"], b["P"]), (a, b)
        assert same(a["OR"], b["OR"]), (a, b)
        assert same(a["A1_FREQ_CASE"], b["F_A"]) and same(a["A1_FREQ_CTRL"], b["F_U"]), (a, b)
        tested += b["CHISQ"] != "NA"
    assert tested > 500


@needs_plink
@pytest.mark.parametrize("name", ["bigsnpr", "dummy"])
def test_genotypic_and_trend_tests_are_those_of_model(cases, name):
    folder, found = cases
    if name not in found:
        pytest.skip("its data is absent")
    theirs = {}
    for row in read(folder / f"{name}.model"):
        theirs.setdefault(row["SNP"], {})[row["TEST"]] = row
    tested = 0
    for a in read(folder / f"{name}.ours.scan.tsv", "\t"):
        b = theirs[a["ID"]]
        assert same(a["CHI2_TREND"], b["TREND"]["CHISQ"]), (a, b)
        assert same(a["P_TREND"], b["TREND"]["P"]), (a, b)
        if b["GENO"]["DF"] == "2":
            assert same(a["CHI2_GENO"], b["GENO"]["CHISQ"]), (a, b)
            assert same(a["P_GENO"], b["GENO"]["P"]), (a, b)
            tested += 1
    assert tested > 500


@needs_data
def test_stored_results_of_model_are_met(tmp_path):
    """The same without plink: its output was kept."""
    prefix = DATA / "plink" / "bigsnpr" / "example"
    run(GCRISK, "select", "--bfile", prefix, "--out", tmp_path / "ours")
    ours = {row["ID"]: row for row in read(tmp_path / "ours.scan.tsv", "\t")}
    tested = 0
    path = DATA / "oracles" / "bigsnpr_example.plink19.model.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        header = next(lines).split()
        for line in lines:
            row = dict(zip(header, line.split()))
            test = row["TEST"]
            if test in ("GENO", "TREND", "ALLELIC") and row["CHISQ"] != "NA":
                a = ours[row["SNP"]]
                assert same(a["CHI2_" + test], row["CHISQ"]), (a, row)
                assert same(a["P_" + test], row["P"]), (a, row)
                tested += 1
    assert tested > 3 * 4000


@needs_data
def test_one_and_two_threads_write_the_same_bytes(tmp_path):
    prefix = DATA / "plink" / "bigsnpr" / "example"
    for threads in (1, 2):
        run(GCRISK, "select", "--bfile", prefix, "--permutations", 20, "--threads", threads,
            "--clump", "0.2,500", "--out", tmp_path / f"t{threads}")
    for suffix in ("scan.tsv", "selected.tsv"):
        assert (tmp_path / f"t1.{suffix}").read_bytes() == (tmp_path / f"t2.{suffix}").read_bytes()


@needs_plink
@needs_data
def test_clumps_are_those_of_plink_but_for_its_other_correlation(tmp_path):
    """plink takes r2 of haplotypes by maximum likelihood, we that of allele counts: near the
    threshold a variant in a hundred may fall on the other side."""
    prefix = DATA / "plink" / "bigsnpr" / "example"
    run(GCRISK, "select", "--bfile", prefix, "--clump", "0.1,500", "--p", 0.2, "--out",
        tmp_path / "ours")
    ours = {row["ID"] for row in read(tmp_path / "ours.selected.tsv", "\t")}
    with open(tmp_path / "p.txt", "w", encoding="utf-8") as out:
        out.write("SNP P\n")
        for row in read(tmp_path / "ours.scan.tsv", "\t"):
            out.write(f"{row['ID']} {row['P_ALLELIC']}\n")
    run(PLINK, "--bfile", prefix, "--allow-no-sex", "--clump", tmp_path / "p.txt", "--clump-p1",
        0.2, "--clump-p2", 0.2, "--clump-r2", 0.1, "--clump-kb", 500, "--out", tmp_path / "peer")
    with open(tmp_path / "peer.clumped", encoding="utf-8") as lines:
        theirs = {line.split()[2] for line in lines if line.strip()} - {"SNP"}
    assert len(theirs) > 1000
    assert len(ours & theirs) >= 0.99 * len(ours | theirs)
