# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy finds nothing in what changed; `tools/dev/lint --all` reads the whole tree."""
import subprocess
import sys

from conftest import SOURCE


def test_what_changed_is_clean(tree, require):
    done = subprocess.run([sys.executable, SOURCE / "tools/dev/lint", "--seconds", "60", "--build",
                           tree.build], capture_output=True, text=True, check=False)
    require(done.stdout.strip() if done.returncode == 77 else None)
    assert done.returncode == 0, done.stdout


def test_the_settings_find_a_forgotten_override(tmp_path, require):
    (tmp_path / "a.cpp").write_text("struct A { virtual ~A() = default; virtual int f(); };\n"
                                    "struct B : A { virtual int f(); };\n")
    try:
        done = subprocess.run(["clang-tidy", f"--config-file={SOURCE}/.clang-tidy", "a.cpp", "--"],
                              cwd=tmp_path, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        require("clang-tidy is not installed")
    assert done.returncode != 0 and "modernize-use-override" in done.stdout
