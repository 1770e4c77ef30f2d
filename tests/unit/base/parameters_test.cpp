// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/parameters.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"

namespace gcrisk::base {
namespace {

ParameterTable table() {
  return {
      {.name = "maf",
       .type = ParameterType::kNumber,
       .meaning = "smallest frequency",
       .default_value = "0.01",
       .min = 0,
       .max = 0.5},
      {.name = "top", .type = ParameterType::kInteger, .meaning = "how many", .min = 1},
      {.name = "share",
       .type = ParameterType::kNumber,
       .meaning = "share",
       .min = 0,
       .max = 1,
       .open_min = true},
      {.name = "method",
       .type = ParameterType::kChoice,
       .meaning = "which",
       .default_value = "chi2",
       .choices = {"chi2", "trend"}},
      {.name = "covar-name", .type = ParameterType::kTexts, .meaning = "columns"},
      {.name = "strict", .type = ParameterType::kFlag, .meaning = "errors"},
      {.name = "vcf", .type = ParameterType::kPaths, .meaning = "files", .required = true},
  };
}

std::string refusal(const std::function<void(Parameters&)>& act) {
  Parameters parameters(table());
  try {
    act(parameters);
  } catch (const UsageError& error) {
    return error.what() + (error.hint().empty() ? "" : " | " + error.hint());
  }
  return "accepted";
}

TEST(Parameters, GiveTheirDefaultsUntilSet) {
  Parameters parameters(table());
  EXPECT_EQ(parameters.number("maf"), 0.01);
  EXPECT_FALSE(parameters.given("maf"));
  EXPECT_FALSE(parameters.has("top"));
  EXPECT_FALSE(parameters.flag("strict"));
  parameters.set("maf", "0.05");
  EXPECT_TRUE(parameters.given("maf"));
  EXPECT_EQ(parameters.number("maf"), 0.05);
}

TEST(Parameters, AcceptUnderscoresInNames) {
  Parameters parameters(table());
  parameters.set("covar_name", "age, sex");
  EXPECT_EQ(parameters.texts("covar-name"), (std::vector<std::string>{"age", "sex"}));
}

TEST(Parameters, RefuseWithFindingAndExpectation) {
  EXPECT_EQ(refusal([](auto& p) { p.set("maf", "0.6"); }),
            "--maf 0.6: expected a number in [0, 0.5]");
  EXPECT_EQ(refusal([](auto& p) { p.set("share", "0"); }),
            "--share 0: expected a number in (0, 1]");
  EXPECT_EQ(refusal([](auto& p) { p.set("top", "1.5"); }),
            "--top 1.5: expected a whole number of at least 1");
  EXPECT_EQ(refusal([](auto& p) { p.set("method", "ch2"); }),
            "--method ch2: expected one of: chi2, trend | did you mean chi2?");
  EXPECT_EQ(refusal([](auto& p) { p.set("mathod", "chi2"); }),
            "--mathod: no such option | did you mean --method?");
  EXPECT_EQ(refusal([](auto& p) { p.check_required(); }), "--vcf is missing: files");
}

TEST(Parameters, SurviveJson) {
  Parameters parameters(table());
  parameters.set("share", "0.1");
  parameters.set("vcf", std::vector<std::string>{"a.vcf", "b,c.vcf"});
  parameters.set("strict", "true");
  Parameters copy(table());
  copy.from_json(parameters.to_json());
  EXPECT_EQ(copy.to_json().dump(), parameters.to_json().dump());
  EXPECT_EQ(copy.texts("vcf"), (std::vector<std::string>{"a.vcf", "b,c.vcf"}));
  EXPECT_EQ(copy.number("share"), 0.1);
}

}  // namespace
}  // namespace gcrisk::base
