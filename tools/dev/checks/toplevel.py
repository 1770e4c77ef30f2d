# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The top level is fixed: these and dot files, nothing else."""
EXPECTED = {"CMakeLists.txt", "README.md", "LICENSE", "src", "include", "tools", "tests", "data",
            "docs"}
ROOMS = {"base", "genotype", "clinical", "io", "cohort", "preprocess", "select", "nn", "backends",
         "models", "evaluate", "explain", "recommend", "federate", "report", "pipeline"}


def find(tree):
    names = list(tree.names())
    top = {name.split("/")[0] for name in names}
    findings = [f"{name}: the top level has {', '.join(sorted(EXPECTED))} and dot files only"
                for name in sorted(top - EXPECTED) if not name.startswith(".")]
    for folder in ("src/", "include/gcrisk/"):
        rooms = {name[len(folder):].split("/")[0] for name in names
                 if name.startswith(folder) and "/" in name[len(folder):]}
        findings += [f"{folder}{room}: is no room of the design" for room in sorted(rooms - ROOMS)]
    return findings
