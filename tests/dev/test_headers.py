# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Each header compiles by itself."""
from checks import headers


def test_every_header_compiles_alone(tree, require):
    require(headers.unavailable(tree))
    assert headers.find(tree) == []


def test_a_header_that_leans_on_its_includer_is_found(tree, tree_of, require):
    require(headers.unavailable(tree))
    broken = tree_of({"include/gcrisk/base/a.hpp": "inline std::string a() { return {}; }\n",
                      "include/gcrisk/base/b.hpp": "#include <string>\ninline std::string b;\n"})
    findings = headers.find(broken, compiler=headers.flags(tree))
    assert [finding.split(":")[0] for finding in findings] == ["include/gcrisk/base/a.hpp"]
