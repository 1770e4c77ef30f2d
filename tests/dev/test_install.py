# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`cmake --install`, `find_package(gcrisk)`, and the loader's choice of a CPU level."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import SOURCE

BUILD = pathlib.Path(os.environ.get("GCRISK_BUILD", SOURCE / "build"))


# CMake's own choice is make, which need not be there.
if shutil.which("ninja"):
    os.environ.setdefault("CMAKE_GENERATOR", "Ninja")


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", BUILD, "--prefix", folder)
    return folder


@pytest.fixture
def library(prefix):
    """The folder of the installed library: lib, lib64, or lib/<triplet>."""
    return next(prefix.rglob("libgcrisk.so.*")).parent


def test_the_installed_program_runs_with_the_installed_library(prefix):
    assert re.match(r"gcrisk \d+\.\d+\.\d+", run(prefix / "bin/gcrisk", "--version").stdout)
    assert f"=> {prefix}/" in run("ldd", prefix / "bin/gcrisk").stdout


def test_an_installed_tree_can_be_moved(prefix, tmp_path):
    moved = shutil.copytree(prefix, tmp_path / "moved", symlinks=True)
    assert f"=> {moved}/" in run("ldd", moved / "bin/gcrisk").stdout
    run(moved / "bin/gcrisk", "--version")


def test_nothing_of_the_build_folder_is_in_the_install(prefix):
    for path in prefix.rglob("*.cmake"):
        assert str(BUILD) not in path.read_text(), path
        assert str(SOURCE) not in path.read_text(), path


def test_another_project_finds_and_uses_the_library(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.22)\n"
        "project(consumer LANGUAGES CXX)\n"
        "find_package(gcrisk 0.1 REQUIRED)\n"
        "add_executable(consumer main.cpp)\n"
        "target_compile_features(consumer PRIVATE cxx_std_20)\n"
        "target_link_libraries(consumer PRIVATE gcrisk::core)\n")
    (tmp_path / "main.cpp").write_text(
        "#include <iostream>\n"
        '#include "gcrisk/base/random.hpp"\n'
        '#include "gcrisk/genotype/packed_matrix.hpp"\n'
        '#include "gcrisk/models/model.hpp"\n'
        "int main() {\n"
        '  gcrisk::base::Random a(1, "consumer", 0), b(1, "consumer", 0);\n'
        '  std::cout << (a() == b() ? "same" : "different") << "\\n";\n'
        "}\n")
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "build")
    assert run(tmp_path / "build/consumer").stdout == "same\n"


def test_the_loader_takes_the_library_of_the_machines_level(prefix, library, tmp_path):
    """A higher level beside the library is preferred; without it the base level serves."""
    loader = subprocess.run(["/lib64/ld-linux-x86-64.so.2", "--help"], capture_output=True, text=True)
    levels = re.findall(r"^\s+(x86-64-v\d) \(supported", loader.stdout, re.M)
    if not levels:
        pytest.skip("this machine's loader knows no x86-64 levels")
    moved = shutil.copytree(prefix, tmp_path / "moved", symlinks=True)
    base = moved / library.relative_to(prefix)
    higher = base / "glibc-hwcaps" / levels[0]
    shutil.rmtree(base / "glibc-hwcaps", ignore_errors=True)

    def loaded():
        done = run(moved / "bin/gcrisk", "--version", env={**os.environ, "LD_DEBUG": "libs"})
        return re.search(r"calling init: (\S*libgcrisk\S*)", done.stderr).group(1)

    assert os.path.realpath(os.path.dirname(loaded())) == str(base)
    higher.mkdir(parents=True)
    for path in base.glob("libgcrisk.so*"):
        shutil.copy2(path, higher / path.name, follow_symlinks=False)
    assert os.path.realpath(os.path.dirname(loaded())) == str(higher)


def test_a_release_has_one_library_a_level(tmp_path):
    """Configures what is shipped, and reads where each library would be installed."""
    run("cmake", "-S", SOURCE, "-B", tmp_path, "-C", SOURCE / "tools/cmake/caches/release.cmake")
    text = (tmp_path / "src/cmake_install.cmake").read_text() + (
        tmp_path / "cmake_install.cmake").read_text()
    places = re.findall(r'/(lib[\w/.-]*)" TYPE SHARED_LIBRARY', text)
    levels = [place.split("glibc-hwcaps/")[-1] for place in places if "hwcaps" in place]
    assert sorted(set(levels)) == ["x86-64-v3", "x86-64-v4"]
    assert any("hwcaps" not in place for place in places)
