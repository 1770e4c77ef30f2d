# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""The sources keep the rules of tools/dev/checks, and each check can fail."""
import pytest
from checks import format as formatting
from checks import layers, length, registry, spdx, toplevel, words

SPDX = "// SPDX-FileCopyrightText: the gcrisk authors\n// SPDX-License-Identifier: Apache-2.0\n"


@pytest.mark.parametrize("check", [layers, length, registry, spdx, toplevel, words],
                         ids=lambda check: check.__name__.rsplit(".")[-1])
def test_the_project_keeps_the_rule(check, tree):
    assert check.find(tree) == []


def test_the_project_is_formatted(tree, require):
    require(formatting.unavailable(tree))
    assert formatting.find(tree) == []


def test_format_finds_a_file_that_would_change(tree_of, require):
    tree = tree_of({".clang-format": "BasedOnStyle: Google\n", "src/base/a.cpp": "int  a ;\n",
                    "src/base/b.cpp": "int b;\n"})
    require(formatting.unavailable(tree))
    assert [finding.split(":")[0] for finding in formatting.find(tree)] == ["src/base/a.cpp"]


@pytest.mark.parametrize("path, line, found", [
    ("src/select/a.cpp", '#include "gcrisk/io/input.hpp"', "select includes gcrisk/io/input.hpp"),
    ("src/models/a.cpp", '#include "gcrisk/preprocess/step.hpp"', "models includes"),
    ("include/gcrisk/base/a.hpp", '#include "gcrisk/cohort/cohort.hpp"', "base includes"),
    ("src/cohort/a.cpp", '#include "gcrisk/pipeline/run.hpp"', "cohort includes"),
    ("src/pipeline/a.cpp", '#include "gcrisk/backends/torch.hpp"', "pipeline includes"),
    ("tools/gcrisk/a.cpp", '#include "gcrisk/models/model.hpp"', "tools/gcrisk includes"),
    ("src/pipeline/a.cpp", '#include "io/byte_source.hpp"', "private to io"),
    ("src/pipeline/a.cpp", "#include <htslib/vcf.h>", "only src/io/ may"),
    ("src/pipeline/a.cpp", "#include <CLI/CLI.hpp>", "only tools/gcrisk/ may"),
    ("src/models/a.cpp", "#include <spdlog/spdlog.h>", "only src/base/ may"),
    ("src/models/a.cpp", "#include <torch/torch.h>", "only src/backends/ may"),
    ("src/kitchen/a.cpp", "int a;", "kitchen is not in the design"),
])
def test_layers_finds_what_a_room_may_not_know(tree_of, path, line, found):
    findings = layers.find(tree_of({path: SPDX + line + "\n"}))
    assert any(found in finding for finding in findings), findings


def test_layers_lets_pass_what_the_design_allows(tree_of):
    assert layers.find(tree_of({
        "src/pipeline/a.cpp": '#include "gcrisk/io/input.hpp"\n#include "pipeline/join.hpp"\n',
        "src/io/a.cpp": "#include <htslib/vcf.h>\n#include <string>\n",
        "src/models/a.cpp": '#include "gcrisk/cohort/dataset.hpp"\n',
        "tests/unit/io/a_test.cpp": '#include "pipeline/join.hpp"\n#include "gcrisk/io/input.hpp"\n',
    })) == []


ENTRY = "const StepEntry& {}_entry() {{\n}}\n"


def test_registry_finds_a_file_without_its_line(tree_of):
    tree = tree_of({"src/preprocess/registry.inc": "GCRISK_REGISTER(a)\n",
                    "src/preprocess/a.cpp": ENTRY.format("a"),
                    "src/preprocess/b.cpp": ENTRY.format("b")})
    assert registry.find(tree) == [
        "src/preprocess/b.cpp: defines b, src/preprocess/registry.inc has no line for it"]


def test_registry_finds_a_line_without_its_file(tree_of):
    tree = tree_of({"src/preprocess/registry.inc": "// in order\nGCRISK_REGISTER(a)\n"})
    assert registry.find(tree) == [
        "src/preprocess/registry.inc: a is listed, no file under src/preprocess defines it"]


def test_registry_finds_a_file_called_otherwise(tree_of):
    tree = tree_of({"src/pipeline/registry.inc": "GCRISK_REGISTER(train)\n",
                    "src/pipeline/fit.cpp": "const CommandEntry& train_command() {\n"})
    assert registry.find(tree) == ["src/pipeline/fit.cpp: defines train, the file should be train.cpp"]


def test_registry_finds_lines_that_are_none_twice_or_misspelt(tree_of):
    tree = tree_of({"src/x/registry.inc": "GCRISK_REGISTER(a)\nGCRISK_REGISTER(a)\nregister b\n"
                                          "GCRISK_REGISTER(HweTest)\n",
                    "src/x/a.cpp": ENTRY.format("a"), "src/x/HweTest.cpp": ENTRY.format("HweTest")})
    assert [finding.split(":")[1] for finding in registry.find(tree)] == ["2", "3", "4"]


def test_spdx_finds_a_file_without_licence(tree_of):
    tree = tree_of({"src/a.cpp": "int a;\n", "src/b.cpp": SPDX + "int b;\n",
                    "tools/c": "#!/bin/sh\necho\n",
                    "tools/d": "#!/bin/sh\n" + SPDX.replace("//", "#")})
    assert [finding.split(":")[0] for finding in spdx.find(tree)] == ["src/a.cpp", "tools/c"]


def test_length_refuses_above_800_and_lists_above_500(tree_of):
    tree = tree_of({"a.cpp": "\n" * 801, "b.cpp": "\n" * 501, "c.cpp": "\n" * 500})
    assert length.find(tree) == ["a.cpp: 801 lines, at most 800 are allowed"]
    assert [note.split(":")[0] for note in length.notes(tree)] == ["b.cpp"]


def test_toplevel_finds_what_the_design_does_not_know(tree_of):
    tree = tree_of({"README.md": "", "Makefile": "", ".clang-tidy": "", "src/kitchen/a.cpp": "",
                    "src/base/a.cpp": "", "scripts/a.sh": ""})
    assert [finding.split(":")[0] for finding in toplevel.find(tree)] == [
        "Makefile", "scripts", "src/kitchen"]


@pytest.mark.parametrize("line, found", [
    ("path = '/ho" + "me/ada/data'", "a path of one machine"),
    ("a\tb", "a tab"),
    ("a ", "blanks at the end"),
    ("<" * 7 + " HEAD", "a conflict marker"),
    ("// TO" + "DO tidy", "an open end without its issue number"),
])
def test_words_finds_what_must_not_stand_there(tree_of, line, found):
    findings = words.find(tree_of({"src/a.cpp": line + "\n"}))
    assert [finding.split(" has ")[1].split(",")[0] for finding in findings] == [found]


def test_words_lets_pass_what_only_looks_alike(tree_of):
    assert words.find(tree_of({"docs/a.md": "`src/io/` and $HOME/x, /usr/bin/env, and/or\n"})) == []
