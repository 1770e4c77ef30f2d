// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_input.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/table.hpp"
#include "select_source.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

// Row of each sample in a table, kNone where it has none.
std::vector<std::size_t> rows_by_id(const std::vector<io::FamRow>& samples,
                                    const clinical::Table& table,
                                    std::string_view option) {
  std::unordered_map<std::string_view, std::size_t> at;
  for (std::size_t i = 0; i < table.n_rows(); ++i) at.emplace(table.ids()[i], i);
  std::vector<std::size_t> rows;
  std::size_t found = 0;
  for (const auto& sample : samples) {
    const auto it = at.find(sample.id);
    rows.push_back(it == at.end() ? kNone : it->second);
    found += it == at.end() ? 0 : 1;
  }
  if (found == 0 && !samples.empty() && table.n_rows() > 0) {
    throw base::MismatchError("--" + std::string(option) +
                                  ": no sample is in both files: the .fam " + "begins with ID '" +
                                  samples[0].id + "', the table with '" + table.ids()[0] + "'",
                              "name the right ID column, or rename the samples");
  }
  return rows;
}

// An outcome's values in the order of the samples.
void spread(std::vector<double>& values, const std::vector<std::size_t>& rows) {
  if (values.empty()) return;
  std::vector<double> out(rows.size(), kNaN);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != kNone) out[i] = values[rows[i]];
  }
  values = std::move(out);
}

clinical::Table read_people(Run& run, std::string_view option) {
  const std::string& path = run.parameters().text(option);
  io::TableReport report;
  io::TableOptions options;
  options.threads = run.context().threads.get();
  clinical::Table table = io::read_table(path, options, &report);
  run.add_input(option, path, report.checksum);
  return table;
}

// The last column of the .fam: 1 control, 2 case, else a number; -9 (and 0 beside 1/2) missing.
clinical::Column fam_phenotype(const std::vector<io::FamRow>& samples) {
  clinical::Column column;
  column.field.name = "phenotype";
  bool coded = true;
  for (const auto& sample : samples) {
    const auto value = base::parse_number(sample.phenotype);
    column.numbers.push_back(value && *value != -9 ? *value : kNaN);
    const double number = column.numbers.back();
    if (!std::isnan(number) && number != 0 && number != 1 && number != 2) coded = false;
  }
  const auto has = [&](double x) {
    return std::find(column.numbers.begin(), column.numbers.end(), x) != column.numbers.end();
  };
  if (coded && has(2)) std::replace(column.numbers.begin(), column.numbers.end(), 0.0, kNaN);
  return column;
}

// A covariate as columns of numbers: words become indicators of each level but the first.
void add_covariate(select::Task& task,
                   const clinical::Column& column,
                   const std::vector<std::size_t>& rows) {
  const auto append = [&](const std::string& name, auto value_of) {
    const Eigen::Index at = task.covariates.cols();
    task.covariates.conservativeResize(static_cast<Eigen::Index>(rows.size()), at + 1);
    task.covariate_names.push_back(name);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool known = rows[i] != kNone && !column.is_missing(rows[i]);
      task.covariates(static_cast<Eigen::Index>(i), at) = known ? value_of(rows[i]) : kNaN;
    }
  };
  const std::string& name = column.field.name;
  if (column.is_numeric()) {
    append(name, [&](std::size_t row) { return column.numbers[row]; });
  } else if (column.field.type == clinical::FieldType::kCategory) {
    for (std::size_t level = 1; level < column.field.levels.size(); ++level) {
      append(name + "=" + column.field.levels[level], [&](std::size_t row) {
        return column.codes[row] == static_cast<std::int32_t>(level) ? 1.0 : 0.0;
      });
    }
  } else {
    throw base::MismatchError("--covar-name " + name +
                              ": the column holds text, expected numbers "
                              "or categories");
  }
}

SelectInput open_files(Run& run) {
  const auto& p = run.parameters();
  const std::string& prefix = p.text("bfile");
  std::vector<io::FamRow> samples;
  std::uint64_t n_variants = 0;
  std::exception_ptr no_variants;  // told when its turn comes, whichever task was first
  run.context().threads->run(2, [&](std::size_t part, std::size_t) {
    if (part == 0) {
      samples = io::read_fam(prefix + ".fam");
      return;
    }
    try {
      n_variants = count_variants(prefix);
    } catch (const base::Error&) {
      no_variants = std::current_exception();
    }
  });
  SelectInput input;
  select::Task& task = input.task;
  std::vector<std::size_t> rows(samples.size());
  if (p.has("pheno")) {
    const clinical::Table table = read_people(run, "pheno");
    if (!p.has("pheno-name")) {
      throw base::UsageError("--pheno-name is missing: the outcome's column in --pheno");
    }
    rows = rows_by_id(samples, table, "pheno");
    task.outcome = cohort::make_outcome(table.column(p.text("pheno-name")));
  } else {
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    task.outcome = cohort::make_outcome(fam_phenotype(samples));
  }
  spread(task.outcome.values, rows);
  task.covariates.resize(static_cast<Eigen::Index>(samples.size()), 0);
  if (p.has("covar")) {
    const clinical::Table table = read_people(run, "covar");
    const auto covar_rows = rows_by_id(samples, table, "covar");
    for (const auto& column : table.columns()) {
      const auto& names = p.texts("covar-name");
      const bool wanted =
          names.empty()
              ? column.field.name != "FID" && column.field.type != clinical::FieldType::kText
              : std::find(names.begin(), names.end(), column.field.name) != names.end();
      if (wanted) add_covariate(task, column, covar_rows);
    }
    for (const auto& name : p.texts("covar-name")) table.column(name);  // each must be there
  }
  std::uint64_t no_outcome = 0;
  std::uint64_t no_covariate = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool outcome = !std::isnan(task.outcome.values[i]);
    const bool covariates =
        !task.covariates.row(static_cast<Eigen::Index>(i)).array().isNaN().any();
    task.in_use.push_back(outcome && covariates ? 1 : 0);
    if (!outcome) {
      ++no_outcome;
    } else if (!covariates) {
      ++no_covariate;
    }
  }
  run.count_dropped("samples", "outcome not known", no_outcome);
  run.count_dropped("samples", "covariate not known", no_covariate);
  if (no_variants) std::rethrow_exception(no_variants);
  input.source = std::make_unique<PlinkSource>(
      prefix,
      samples.size(),
      n_variants,
      p.text("checksums") == "sha256" ? base::Checksum::kSha256 : base::Checksum::kXxh3);
  return input;
}

}  // namespace

SelectInput open_select_input(Run& run) {
  const auto& p = run.parameters();
  if (p.has("study") == p.has("bfile")) {
    throw base::UsageError(p.has("study") ? "--study and --bfile exclude each other"
                                          : "one of --study and --bfile is missing");
  }
  for (const char* option : {"pheno", "pheno-name", "covar"}) {
    if (p.has("study") && p.has(option)) {
      throw base::UsageError(std::string("--") + option +
                             " belongs to --bfile: a study knows its " +
                             "outcome and its clinical columns");
    }
  }
  if (!p.has("study") && p.has("covar-name") && !p.has("covar")) {
    throw base::UsageError("--covar-name without --covar: in which file are these columns?");
  }
  SelectInput input = p.has("study") ? open_study_input(run) : open_files(run);
  select::Task& task = input.task;
  if (task.n_in_use() == 0) {
    throw base::DegenerateError("no sample is left: none has an outcome and every covariate");
  }
  if (task.has_classes()) {
    std::vector<std::size_t> sizes(task.n_classes());
    for (const auto c : task.class_of()) {
      if (c >= 0) ++sizes[static_cast<std::size_t>(c)];
    }
    std::string shown;
    for (std::size_t c = 0; c < sizes.size(); ++c) {
      if (sizes[c] == 0) {
        throw base::DegenerateError("outcome '" + task.outcome.name + "': no sample of class '" +
                                    task.outcome.levels[c] + "' is left");
      }
      shown += (c > 0 ? ", " : "") + base::format_count(sizes[c]) + " " + task.outcome.levels[c];
    }
    run.log().info("outcome " + task.outcome.name + " (" + task.outcome.coding + "): " + shown);
  } else {
    run.log().info("outcome " + task.outcome.name + " (" + task.outcome.coding +
                   "): " + base::format_count(task.n_in_use()) + " samples");
  }
  run.count_kept("samples", task.n_in_use());
  return input;
}

}  // namespace gcrisk::pipeline
