# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""`gcrisk recommend` on people whose plan is known beforehand: recommend_scenarios.py."""
import pytest
from recommend_cases import holds, items, plan_of, vcf
from recommend_scenarios import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_plan_says_what_it_must_and_nothing_that_it_must_not(tmp_path, name):
    genotypes, record, outside, options, must, must_not = SCENARIOS[name]
    person = plan_of(tmp_path, vcf(**genotypes), record, outside, options)
    for wanted in must:
        assert holds(person, *wanted), (wanted, items(person, wanted[0]))
    for unwanted in must_not:
        assert not holds(person, *unwanted), (unwanted, items(person, unwanted[0]))
