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


def test_what_the_build_has_compiled_alone_is_not_compiled_again(tree_of):
    tree = tree_of({"include/gcrisk/base/a.hpp": "", "include/gcrisk/base/b.hpp": "",
                    "src/base/a.cpp": '// a\n#include "gcrisk/base/a.hpp"\n\n#include <map>\n',
                    "src/base/c.hpp": "", "src/base/c.cpp": '#include "c.hpp"\n',
                    "src/base/b.cpp": '#include <string>\n\n#include "gcrisk/base/b.hpp"\n'})
    assert headers.first_includes(tree) == {"include/gcrisk/base/a.hpp", "src/base/c.hpp"}
