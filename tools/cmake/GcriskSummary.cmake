# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
message(STATUS "gcrisk ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, levels ${GCRISK_LEVELS}, "
               "sanitizers '${GCRISK_SANITIZE}', tests ${GCRISK_TESTS}, bench ${GCRISK_BENCH}, "
               "fuzz ${GCRISK_FUZZ}")
