# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Real people with asthma: chi-square and mutual information as scipy and scikit-learn gave them."""
import csv
import os
import subprocess
from pathlib import Path

import pytest

GCRISK = os.environ["GCRISK"]
DATA = Path(os.environ["GCRISK_SOURCE"]) / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")


def read_csv(path):
    with open(path, encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asthma")
    people = read_csv(DATA / "genopheno" / "asthma" / "asthma.csv")
    snps = [name for name in people[0] if name[:2] in ("rs", "ho")]
    packed = bytearray([0x6C, 0x1B, 0x01])
    with open(folder / "g.bim", "w", encoding="utf-8") as bim:
        for position, snp in enumerate(snps, 1):
            genotypes = [person[snp] if person[snp] != "NA" else "" for person in people]
            a1, a2 = (sorted(set("".join(genotypes))) + ["N"])[:2]
            code = {a1 + a1: 0, a1 + a2: 2, a2 + a1: 2, a2 + a2: 3, "": 1}
            codes = [code[g] for g in genotypes]
            for i in range(0, len(codes), 4):
                packed.append(sum(c << 2 * k for k, c in enumerate(codes[i:i + 4])))
            bim.write(f"1\t{snp}\t0\t{position}\t{a1}\t{a2}\n")
    (folder / "g.bed").write_bytes(bytes(packed))
    with open(folder / "g.fam", "w", encoding="utf-8") as fam:
        for i, person in enumerate(people):
            fam.write(f"0 p{i} 0 0 0 {int(person['casecontrol']) + 1}\n")
    subprocess.run([GCRISK, "select", "--bfile", folder / "g", "--method", "mi", "--out",
                    folder / "s"], check=True, capture_output=True)
    with open(folder / "s.scan.tsv", encoding="utf-8") as lines:
        return {row["ID"]: row for row in csv.DictReader(lines, delimiter="\t")}


def test_chi_square_and_mutual_information_are_those_of_scipy_and_scikit_learn(scan):
    oracle = read_csv(DATA / "oracles" / "asthma_chi2_mi.scipy_sklearn.csv")
    assert len(oracle) == 51
    for row in oracle:
        ours = scan[row["snp"]]
        n, genotypes = int(row["n"]), int(row["genotypes"])
        assert int(ours["OBS_CT"]) == n
        if genotypes < 2:
            assert ours["CHI2_GENO"] == "NA"
            continue
        # Six digits are written.
        assert float(ours["CHI2_GENO"]) == pytest.approx(float(row["chi2"]), rel=6e-6)
        assert float(ours["P_GENO"]) == pytest.approx(float(row["p"]), rel=6e-6)
        # The oracle is not corrected; no cell of these tables is empty unless a column is rare.
        plug_in = float(row["mutual_information_nats"])
        bias = plug_in - float(ours["MI_NATS"])
        cells = 2 * n * bias + 2 + genotypes - 1
        assert cells == pytest.approx(round(cells), abs=2e-3 + 2 * n * 6e-6 * abs(plug_in))
        assert genotypes + 1 <= round(cells) <= 2 * genotypes
