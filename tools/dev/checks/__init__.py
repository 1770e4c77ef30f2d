# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of the sources. Each module has `find(tree)`, which returns one sentence a finding."""
