# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Clinical tables: gcrisk ingest ehr beside pandas, from a CSV to typed columns and to a new file.

The file has 1,000,000 rows of 30 columns: laboratory values, counts, flags, words and dates, which
repeat every 100,000 rows. `--dry-run` reads, infers types and checks IDs, and writes nothing.
"""

import os

from measure import Race

PYTHON = os.environ.get("GCRISK_PYTHON", "python3")
ROWS = 1_000_000
READ = "import pandas; t = pandas.read_csv('table.csv'); assert not t.IID.duplicated().any()"
WRITE = "; t.to_csv('pandas.tsv', sep='\\t', na_rep='NA', index=False)"


def make_table(folder):
    import numpy as np

    path = os.path.join(folder, "table.csv")
    if os.path.exists(path):
        return
    random = np.random.default_rng(1)
    part = ROWS // 10
    columns = {f"lab{i}": np.char.mod("%.4f", random.normal(100, 20, part)) for i in range(12)}
    columns |= {f"count{i}": random.integers(0, 10 ** (i % 5 + 1), part).astype(str)
                for i in range(8)}
    columns |= {f"flag{i}": random.integers(0, 2, part).astype(str) for i in range(4)}
    words = np.array(["urban", "rural", "other", "NA"])
    columns |= {f"word{i}": words[random.integers(0, 4, part)] for i in range(4)}
    day = np.datetime64("2000-01-01")
    columns |= {f"day{i}": (day + random.integers(0, 9000, part)).astype(str) for i in range(2)}
    lines = [",".join(cells) for cells in zip(*columns.values())]
    with open(path, "w", encoding="utf-8") as file:
        file.write("IID," + ",".join(columns) + "\n")
        for i in range(ROWS):
            file.write(f"P{i:07},{lines[i % part]}\n")


def races(folder):
    make_table(folder)
    ours = [os.environ["GCRISK"], "ingest", "ehr", "--table", "table.csv", "--out", "ours",
            "--force", "--quiet"]
    size = f"{ROWS:,} rows × 30"
    yield Race("CSV to typed columns", size, ours + ["--dry-run"], [PYTHON, "-c", READ],
               "pandas.read_csv")
    yield Race("CSV to a clean table", size, ours, [PYTHON, "-c", READ + WRITE],
               "pandas.read_csv + to_csv")
