# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""PLINK files written with numpy alone, for tests that must not use the program to make them."""
import numpy as np


def write_plink(prefix, dosage, ids):
    """dosage: people × variants, copies of A1, -1 missing."""
    code = np.array([3, 2, 0, 1], dtype=np.uint8)  # 0, 1, 2 copies, missing (index -1)
    n, p = dosage.shape
    padded = np.full((p, -(-n // 4) * 4), 0, dtype=np.uint8)
    padded[:, :n] = code[dosage.T]
    quads = padded.reshape(p, -1, 4)
    packed = quads[:, :, 0] | quads[:, :, 1] << 2 | quads[:, :, 2] << 4 | quads[:, :, 3] << 6
    prefix.with_suffix(".bed").write_bytes(b"\x6c\x1b\x01" + packed.tobytes())
    prefix.with_suffix(".bim").write_text(
        "".join(f"1\trs{j}\t0\t{1000 + j}\tA\tG\n" for j in range(p)))
    prefix.with_suffix(".fam").write_text("".join(f"0\t{i}\t0\t0\t0\t-9\n" for i in ids))
