# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Length: at 500 lines ask what the second subject is; by 800 there are two files."""
LISTED = 500
REFUSED = 800


def long_files(tree):
    for name in tree.names(".cpp", ".hpp", ".py", ".cmake", "CMakeLists.txt"):
        n_lines = tree.text(name).count("\n")
        if n_lines > LISTED:
            yield n_lines, name


def find(tree):
    return [f"{name}: {n} lines, at most {REFUSED} are allowed"
            for n, name in long_files(tree) if n > REFUSED]


def notes(tree):
    return [f"{name}: {n} lines, what is the second subject?"
            for n, name in sorted(long_files(tree), reverse=True) if n <= REFUSED]
