// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/pipeline/study.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "gcrisk/base/error.hpp"
#include "gcrisk/pipeline/commands.hpp"

namespace gcrisk::pipeline {
namespace {

namespace fs = std::filesystem;

// Eight people with two columns and an outcome, made into a study by the command itself.
class StudyFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(folder_ / "t.tsv") << "#IID\tage\tbmi\ty\n"
                                        "a\t30\t20.5\t0\nb\t40\tNA\t1\nc\t50\t22.5\t0\n"
                                        "d\t60\t21.5\t1\ne\t35\t30.5\t0\nf\t45\t25.5\t1\n"
                                        "g\t55\tNA\t0\nh\t65\t27.5\t1\n";
    std::ofstream(folder_ / "sets") << "#IID\tSET\na\ttrain\nb\ttrain\nc\ttrain\nd\ttrain\n"
                                       "e\ttest\nf\ttest\ng\ttest\nh\tvalidation\n";
    const CommandEntry* command = nullptr;
    for (const CommandEntry& entry : all_commands()) {
      if (entry.name == "preprocess") command = &entry;
    }
    ASSERT_NE(command, nullptr);
    base::ParameterTable table = command->parameters;
    for (const auto& row : common_parameters()) table.push_back(row);
    base::Parameters parameters(table);
    parameters.set("clinical", (folder_ / "t.tsv").string());
    parameters.set("pheno-name", "y");
    parameters.set("split-file", (folder_ / "sets").string());
    parameters.set("out", (folder_ / "s").string() + "/");
    pipeline::Run run("preprocess", parameters, context_, "");
    command->work(run);
    run.finish();
  }

  void TearDown() override { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "s").string(); }

  template <typename Error>
  std::string message_of_opening() const {
    try {
      open_study(path(), context_);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  base::Context context_ = base::Context::make();
  fs::path folder_;
};

TEST_F(StudyFolder, ComesBackAsItWasWritten) {
  const Study study = open_study(path(), context_);
  EXPECT_EQ(study.cohort.ids, (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h"}));
  EXPECT_EQ(study.rows(cohort::Set::kTest), (std::vector<std::uint32_t>{4, 5, 6}));
  EXPECT_EQ(study.cohort.outcome.kind, cohort::OutcomeKind::kBinary);
  EXPECT_EQ(study.cohort.outcome.values, (std::vector<double>{0, 1, 0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(study.cohort.clinical.n_columns(), 2);  // the outcome is no feature
  const cohort::Dataset data = study.dataset(context_);
  ASSERT_EQ(data.clinical_names, (std::vector<std::string>{"age", "bmi"}));
  // Training ages 30, 40, 50, 60: mean 45, sd sqrt(125). BMI 20.5, 22.5, 21.5: a gap is 21.5,
  // the middle, which z scores put at 0.
  EXPECT_DOUBLE_EQ(data.clinical(7, 0), 20 / std::sqrt(125.0));
  EXPECT_DOUBLE_EQ(data.clinical(1, 1), 0);
  EXPECT_DOUBLE_EQ(data.clinical(6, 1), 0);
}

TEST_F(StudyFolder, CanBeMovedTogetherWithItsInputs) {
  const fs::path moved = folder_.string() + "_moved";
  fs::remove_all(moved);
  fs::rename(folder_, moved);
  EXPECT_EQ(open_study((moved / "s/").string(), context_).cohort.n_samples(), 8);
  fs::rename(moved, folder_);
}

TEST_F(StudyFolder, NoticesAnInputThatChanged) {
  std::fstream(folder_ / "t.tsv", std::ios::in | std::ios::out).seekp(20).write("9", 1);
  EXPECT_EQ(message_of_opening<base::MismatchError>(),
            (folder_ / "t.tsv").string() +
                ": the study's clinical file has changed since the study was made (same size, "
                "other content)");
  std::ofstream(folder_ / "t.tsv", std::ios::app) << "\n";
  EXPECT_EQ(message_of_opening<base::MismatchError>(),
            (folder_ / "t.tsv").string() +
                ": the study's clinical file has 108 bytes, it had 107 when the study was made");
}

TEST_F(StudyFolder, NoticesAnInputThatIsGone) {
  fs::remove(folder_ / "t.tsv");
  EXPECT_EQ(message_of_opening<base::ReadError>(),
            (folder_ / "t.tsv").string() +
                ": the study's clinical file cannot be opened: No such file or directory");
}

TEST_F(StudyFolder, NoticesSetsOfOtherPeople) {
  std::ofstream(folder_ / "s/split.tsv") << "#IID\tSET\nb\ttrain\n";
  EXPECT_EQ(message_of_opening<base::MalformedError>(),
            path() + "/split.tsv:2: 'b' is not the person that samples.tsv has there");
}

TEST_F(StudyFolder, NoticesAFolderThatIsNone) {
  fs::remove(folder_ / "s/study.json");
  EXPECT_EQ(message_of_opening<base::ReadError>(), path() + "/study.json: cannot be opened");
  std::ofstream(folder_ / "s/study.json") << "{}";
  EXPECT_EQ(message_of_opening<base::MalformedError>(),
            path() + "/study.json: not a study (no \"format\": \"gcrisk study\")");
}

}  // namespace
}  // namespace gcrisk::pipeline
