// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "gcrisk/base/error.hpp"

// That a statement throws exactly this error with exactly this sentence.
#define EXPECT_ERROR(statement, Type, text)                                   \
  do {                                                                        \
    try {                                                                     \
      static_cast<void>(statement);                                           \
      ADD_FAILURE() << "nothing was thrown";                                  \
    } catch (const Type& thrown) {                                            \
      EXPECT_EQ(std::string(thrown.what()), std::string(text));               \
    } catch (const std::exception& thrown) {                                  \
      ADD_FAILURE() << "another kind of error was thrown: " << thrown.what(); \
    }                                                                         \
  } while (false)

// That it throws this error with this sentence and this remedy.
#define EXPECT_ERROR_HINT(statement, Type, text, remedy)                      \
  do {                                                                        \
    try {                                                                     \
      static_cast<void>(statement);                                           \
      ADD_FAILURE() << "nothing was thrown";                                  \
    } catch (const Type& thrown) {                                            \
      EXPECT_EQ(std::string(thrown.what()), std::string(text));               \
      EXPECT_EQ(thrown.hint(), std::string(remedy));                          \
    } catch (const std::exception& thrown) {                                  \
      ADD_FAILURE() << "another kind of error was thrown: " << thrown.what(); \
    }                                                                         \
  } while (false)
