# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole chain share: running commands, reading tables, two measures."""
import os
import pathlib
import subprocess

import pytest

GCRISK = os.environ["GCRISK"]
DATA = pathlib.Path(os.environ["GCRISK_SOURCE"]).parent / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the project")


def run(folder, *arguments, code=0):
    """Runs a command in `folder` and gives back what it told people."""
    done = subprocess.run([GCRISK, *map(str, arguments)], cwd=folder, capture_output=True, text=True,
                          check=False)
    assert done.returncode == code, f"{' '.join(map(str, arguments))}\n{done.stderr}"
    return done.stderr


def rows(path):
    """A table as a list of dictionaries."""
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def write_rows(path, header, table):
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in [header, *table]))


def evaluated(folder, name):
    """{metric: value} of everybody in the set, as `evaluate` wrote it."""
    table = rows(folder / f"{name}.metrics.tsv")
    return {row["METRIC"]: float(row["VALUE"]) for row in table
            if row["SUBGROUP"] == "all" and row["VALUE"] != "NA"}


def auroc(cases, controls):
    """Chance that a case scores above a control: all pairs, a tie is half."""
    wins = sum((case > control) + 0.5 * (case == control) for case in cases for control in controls)
    return wins / (len(cases) * len(controls))


def predicted_auroc(path):
    table = rows(path)
    return auroc([float(row["RISK"]) for row in table if row["OUTCOME"] == "1"],
                 [float(row["RISK"]) for row in table if row["OUTCOME"] == "0"])


def correlation(x, y):
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    xy = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
    xx = sum((a - mean_x) ** 2 for a in x)
    yy = sum((b - mean_y) ** 2 for b in y)
    return xy / (xx * yy) ** 0.5
