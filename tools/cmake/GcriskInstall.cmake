# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# Placeholder rooms are not installed; see src/CMakeLists.txt for the library levels.
