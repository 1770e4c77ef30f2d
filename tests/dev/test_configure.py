# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Options of the build that cannot work together are refused with a sentence."""
import subprocess

import pytest
from conftest import SOURCE


def configure(**options):
    """Runs the checks of the options alone, as a script."""
    defaults = {"GCRISK_LEVELS": "native", "GCRISK_SANITIZE": "", "GCRISK_FUZZ": "OFF",
                "GCRISK_TESTS": "ON", "GCRISK_BENCH": "OFF", "CMAKE_CXX_COMPILER_ID": "GNU",
                "CMAKE_SYSTEM_PROCESSOR": "x86_64"}
    command = ["cmake", *(f"-D{name}={value}" for name, value in {**defaults, **options}.items()),
               "-P", str(SOURCE / "tools/cmake/GcriskChecks.cmake")]
    run = subprocess.run(command, capture_output=True, text=True)
    return run.returncode, " ".join(run.stderr.split())


@pytest.mark.parametrize("options, sentence", [
    ({"GCRISK_SANITIZE": "adress"}, "'adress' is not one of address, undefined"),
    ({"GCRISK_SANITIZE": "address,thread"}, "address and thread exclude each other"),
    ({"GCRISK_LEVELS": "x86-64-v5"}, "'x86-64-v5' is not one of native, x86-64-v2"),
    ({"GCRISK_LEVELS": ""}, "is empty, at least one level is expected"),
    ({"GCRISK_LEVELS": "native;x86-64-v3"}, "native is for this machine alone"),
    ({"GCRISK_LEVELS": "x86-64-v3;native"}, "native is for this machine alone"),
    ({"GCRISK_LEVELS": "x86-64-v3;x86-64-v2"}, "'x86-64-v2' comes behind a higher"),
    ({"GCRISK_LEVELS": "x86-64-v2", "CMAKE_SYSTEM_PROCESSOR": "aarch64"}, "this one is aarch64"),
    ({"GCRISK_LEVELS": "x86-64-v2;x86-64-v3", "GCRISK_SANITIZE": "address"}, "has one level"),
    ({"GCRISK_FUZZ": "ON"}, "libFuzzer comes with clang, the compiler is GNU"),
    ({"GCRISK_FUZZ": "ON", "CMAKE_CXX_COMPILER_ID": "Clang", "GCRISK_TESTS": "OFF"},
     "the fuzz targets are part of the tests"),
    ({"GCRISK_BENCH": "ON", "GCRISK_SANITIZE": "thread"}, "times taken under sanitizers"),
    ({"GCRISK_TORCH": "/nowhere"}, "/nowhere has no lib/libtorch_cpu.so, the folder torch of PyPI"),
])
def test_an_impossible_combination_is_refused_with_a_hint(options, sentence):
    status, text = configure(**options)
    assert status != 0
    assert sentence in text
    assert "hint: " in text


@pytest.mark.parametrize("options", [
    {},
    {"GCRISK_SANITIZE": "address,undefined,float-divide-by-zero"},
    {"GCRISK_LEVELS": "x86-64-v2;x86-64-v3;x86-64-v4"},
    {"GCRISK_LEVELS": "x86-64-v2;x86-64-v4", "GCRISK_TESTS": "OFF", "GCRISK_BENCH": "ON"},
    {"GCRISK_FUZZ": "ON", "CMAKE_CXX_COMPILER_ID": "Clang", "GCRISK_SANITIZE": "address"},
    {"CMAKE_SYSTEM_PROCESSOR": "aarch64"},
])
def test_a_combination_that_works_is_accepted(options):
    assert configure(**options) == (0, "")


@pytest.mark.parametrize("cache", sorted(path.name for path in
                                         (SOURCE / "tools/cmake/caches").glob("*.cmake")))
def test_a_cache_file_sets_only_options_that_exist(cache):
    known = "".join(path.read_text() for path in [
        SOURCE / "CMakeLists.txt", SOURCE / "tests/CMakeLists.txt",
        SOURCE / "tools/cmake/GcriskSettings.cmake"])
    for line in (SOURCE / "tools/cmake/caches" / cache).read_text().splitlines():
        if line.startswith("set("):
            name = line[4:].split()[0]
            assert name.startswith("CMAKE_") or name in known, f"{cache}: {name}"
