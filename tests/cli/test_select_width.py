# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""select --method lasso on more genotypes than the memory that it may use."""
import os
import random
import resource
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
N, M = 2000, 64000  # 32 MB packed
ROW = N // 4
CAUSAL = {1000: 1.0, 30000: 0.9, 60000: -0.8}
COPIES = {0: 2, 1: 0, 2: 1, 3: 0}  # of A1 by code; missing counts as none here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("width")
    draw = random.Random(3)
    score = [draw.gauss(0, 1) for _ in range(N)]
    with open(folder / "g.bed", "wb") as bed, open(folder / "g.bim", "w", encoding="utf-8") as bim:
        bed.write(bytes([0x6C, 0x1B, 0x01]))
        for j in range(M):
            row = draw.randbytes(ROW)
            if j in CAUSAL:
                for i in range(N):
                    score[i] += CAUSAL[j] * COPIES[row[i // 4] >> 2 * (i % 4) & 3]
            bed.write(row)
            bim.write(f"1 v{j} 0 {j + 1} A G\n")
    (folder / "g.fam").write_text("".join(f"0 s{i} 0 0 0 -9\n" for i in range(N)))
    (folder / "y.tsv").write_text("#IID\ty\n" + "".join(f"s{i}\t{v:.9g}\n"
                                                       for i, v in enumerate(score)))
    return folder


def select(folder, name, *options, data_mib=None):
    """With `data_mib` the process may have so much memory of its own; mapped files do not count."""
    limit = None
    if data_mib is not None:
        def limit():
            resource.setrlimit(resource.RLIMIT_DATA, (data_mib << 20, data_mib << 20))
    return subprocess.run([GCRISK, "select", "--bfile", "g", "--pheno", "y.tsv", "--pheno-name", "y",
                           "--method", "lasso", "--top", "12", "--threads", "2", *options, "--out",
                           name], cwd=folder, capture_output=True, text=True, check=False,
                          preexec_fn=limit)


def test_lasso_runs_where_the_matrix_does_not_fit(folder):
    whole = select(folder, "whole")
    assert whole.returncode == 0, whole.stderr
    # A sanitizer's own memory counts as the process's.
    data_mib = None if os.environ.get("GCRISK_SANITIZE") else 56
    small = select(folder, "small", "--memory", "40M", data_mib=data_mib)
    assert small.returncode == 0, small.stderr
    assert ("the packed genotypes need 30.5 MiB, more than half of --memory: they are mapped from a "
            "file in .") in small.stderr
    table = (folder / "whole.selected.tsv").read_text()
    assert table == (folder / "small.selected.tsv").read_text()
    first = {line.split("\t")[2] for line in table.splitlines()[1:4]}
    assert first == {"v1000", "v30000", "v60000"}
    names = {path.name for path in folder.iterdir()}
    assert not any(name.startswith(".gcrisk") for name in names)
