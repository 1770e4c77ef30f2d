// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend_risk.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/pipeline/commands.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "match_variants.hpp"
#include "predict_people.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr std::size_t kTop = 8;         // contributions that are named
constexpr double kStep = 0.1;           // of a transformed column, to see which way risk moves
constexpr double kFar = 4;              // standard deviations
constexpr double kLeastOverlap = 0.75;  // of the model's variants, as predict asks

// What a person and a clinician can change; everything else is shown, but nobody is told to.
bool modifiable(const std::string& name) {
  static constexpr std::array kWords = {"bmi",
                                        "weight",
                                        "waist",
                                        "smok",
                                        "systolic",
                                        "diastolic",
                                        "blood_pressure",
                                        "sbp",
                                        "dbp",
                                        "ldl",
                                        "cholesterol",
                                        "triglycerid",
                                        "glucose",
                                        "hba1c",
                                        "alcohol",
                                        "activity",
                                        "exercise",
                                        "diet",
                                        "sodium"};
  const std::string lower = base::to_lower(name);
  if (lower.find("birth") != std::string::npos) return false;
  return std::any_of(kWords.begin(), kWords.end(), [&](const char* word) {
    return lower.find(word) != std::string::npos;
  });
}

// predict's own options, filled from ours.
base::Parameters predict_parameters(const base::Parameters& given, const std::string& model) {
  const auto& all = all_commands();
  const auto predict = std::find_if(
      all.begin(), all.end(), [](const CommandEntry& entry) { return entry.name == "predict"; });
  const std::array tables = {common_parameters(), predict->parameters};
  base::Parameters out(base::concatenate(tables));
  out.set("model", model);
  out.set("vcf", std::vector<std::string>{given.text("vcf")});
  if (given.has("clinical")) out.set("clinical", given.text("clinical"));
  return out;
}

struct Group {
  double low = 0;
  double high = 1;
  double n = 0;
  double observed = 0;
  double observed_low = 0;
  double observed_high = 0;
};

// The tenths of people of a calibration table, as evaluate writes it.
std::vector<Group> read_groups(Run& run, const std::string& path) {
  io::Input input(path);
  std::string_view line;
  std::vector<Group> out;
  bool header = true;
  while (input.next_line(line)) {
    const auto cells = base::split(line, '\t');
    if (header) {
      header = false;
      if (cells.size() != 10 || cells[1] != "KIND") {
        throw base::MalformedError(input.place() +
                                   ": no calibration table, expected what evaluate writes");
      }
      continue;
    }
    if (cells.size() != 10 || cells[1] != "group") continue;
    const auto number = [&](std::size_t i) { return base::parse_number(cells[i]).value_or(NAN); };
    out.push_back({number(2), number(3), number(5), number(7), number(8), number(9)});
  }
  run.add_input("calibration", path, input.finish_hash());
  if (out.empty()) {
    throw base::MalformedError(path + ": no calibration table, expected what evaluate writes",
                               "give PREFIX.calibration.tsv of gcrisk evaluate");
  }
  return out;
}

// The tenth that holds the person's risk, or the nearest: there are gaps between tenths.
void add_group(const std::vector<Group>& groups, recommend::RiskResult& risk) {
  const auto distance = [&](const Group& group) {
    return std::max({group.low - risk.risk, risk.risk - group.high, 0.0});
  };
  const auto nearest =
      std::min_element(groups.begin(), groups.end(), [&](const Group& one, const Group& other) {
        return distance(one) < distance(other);
      });
  const Group& group = *nearest;
  if (risk.risk < groups.front().low || risk.risk > groups.back().high) {
    risk.warnings.emplace_back(
        "nobody in the calibration table had so high or so low a risk; its nearest group is shown");
  }
  risk.has_group = true;
  risk.group = "predicted risk " + base::format_number(group.low, 3) + " to " +
               base::format_number(group.high, 3);
  risk.group_observed = group.observed;
  risk.group_n = group.n;
  risk.has_interval = true;
  risk.low = group.observed_low;
  risk.high = group.observed_high;
  risk.interval_from = "95 % interval of the share observed in people with a like prediction";
}

// Which way of moving a column lowers the score of each person: -1, +1, 0.
Eigen::VectorXd downhill(const ModelFolder& folder,
                         const cohort::Dataset& data,
                         Eigen::Index column,
                         const base::Context& context) {
  cohort::Dataset moved = data;
  moved.clinical.col(column).array() += kStep;
  const Eigen::VectorXd up = folder.model->predict(moved, context).score.col(0);
  moved.clinical.col(column).array() -= 2 * kStep;
  const Eigen::VectorXd down = folder.model->predict(moved, context).score.col(0);
  return (up - down).unaryExpr([](double d) { return d > 0 ? -1.0 : d < 0 ? 1.0 : 0.0; });
}

void add_contributions(const ModelFolder& folder,
                       const cohort::Dataset& data,
                       const cohort::Cohort& raw,
                       const base::Context& context,
                       std::vector<recommend::RiskResult>& risks) {
  models::Attribution parts;
  try {
    parts = folder.model->explain(data, context);
  } catch (const base::UsageError& error) {
    for (auto& risk : risks) risk.warnings.emplace_back(error.what());
    return;
  }
  const auto n_variants = static_cast<Eigen::Index>(data.n_variants());
  std::map<Eigen::Index, Eigen::VectorXd> ways;
  for (Eigen::Index person = 0; person < parts.values.rows(); ++person) {
    std::vector<Eigen::Index> order(static_cast<std::size_t>(parts.values.cols()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
      return std::fabs(parts.values(person, a)) > std::fabs(parts.values(person, b));
    });
    auto& risk = risks[static_cast<std::size_t>(person)];
    for (std::size_t k = 0; k < order.size(); ++k) {
      const Eigen::Index j = order[k];
      const std::string& name = parts.features[static_cast<std::size_t>(j)];
      const bool clinical = j >= n_variants && j - n_variants < data.clinical.cols();
      const bool can = clinical && modifiable(name);
      if (k >= kTop && !can) continue;
      recommend::RiskContribution one;
      one.feature = name;
      one.contribution = parts.values(person, j);
      one.modifiable = can;
      if (const clinical::Column* column = raw.clinical.find(name)) {
        one.value = clinical::format_cell(*column, static_cast<std::size_t>(person));
      }
      // Of an indicator (smoking=never) higher or lower is no advice: it stands against a level
      // that is not shown.
      if (can && name.find('=') == std::string::npos) {
        const auto [way, is_new] = ways.try_emplace(j);
        if (is_new) way->second = downhill(folder, data, j - n_variants, context);
        const double step = way->second(person);
        one.direction = step < 0 ? "lower" : step > 0 ? "higher" : "no effect";
      }
      risk.contributions.push_back(std::move(one));
    }
  }
}

// By when the risk is meant; empty: the outcome has no time.
std::string horizon_of(const ModelFolder& folder) {
  if (folder.outcome.kind != cohort::OutcomeKind::kSurvival) return {};
  const base::Json state = base::Json::parse(folder.model->save().json_text);
  const auto found = state.find("horizon");
  if (found == state.end() || !found->is_number()) return "not stated by the model";
  return "by time " + base::format_number(found->get<double>(), 4) +
         ", in the unit of the model's follow-up";
}

std::vector<recommend::RiskResult> apply(Run& run,
                                         const std::string& path,
                                         const std::vector<Group>& groups,
                                         std::vector<std::string>& ids) {
  const base::Context& context = run.context();
  const ModelFolder folder = read_model(path);
  run.add_input("model", path + (path.ends_with('/') ? "" : "/") + "model.json");
  Run inner("predict", predict_parameters(run.parameters(), path), context, "");
  People people = people_of_files(inner, folder);
  cohort::Cohort& cohort = people.cohort;
  const cohort::Cohort raw = cohort;
  double share = 1;
  genotype::Variants wanted = folder.variants;
  std::set<std::string> known;
  for (const auto& variant : wanted) known.insert(genotype::key_of(variant));
  for (auto& variant : folder.recipe.needed_variants()) {
    if (known.insert(genotype::key_of(variant)).second) wanted.push_back(std::move(variant));
  }
  if (wanted.empty()) {
    cohort.genotypes = {};
    cohort.variants.clear();
  } else {
    MatchedVariants matched = match_variants(wanted, cohort.variants, cohort.genotypes);
    share = static_cast<double>(matched.n_found) / static_cast<double>(wanted.size());
    cohort.genotypes = std::move(matched.view);
    cohort.variants = std::move(wanted);
  }
  folder.recipe.apply(cohort, context);
  ids = cohort.ids;
  const cohort::Dataset data = align_to_model(cohort::to_dataset(cohort), folder);
  const models::Prediction prediction = folder.model->predict(data, context);
  std::vector<recommend::RiskResult> risks(ids.size());
  const std::string horizon = horizon_of(folder);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    recommend::RiskResult& risk = risks[i];
    const auto row = static_cast<Eigen::Index>(i);
    risk.model = path;
    risk.outcome = folder.outcome.name;
    risk.method =
        folder.entry->title + ", trained on " + base::format_count(folder.n_train) + " people";
    risk.score = prediction.score(row, 0);
    risk.has_risk = prediction.risk.cols() == 1;
    if (risk.has_risk) risk.risk = prediction.risk(row, 0);
    risk.of_survival = folder.outcome.kind == cohort::OutcomeKind::kSurvival;
    risk.horizon = horizon;
    risk.interval_from = "no calibration table was given (--calibration)";
    if (risk.has_risk && !groups.empty()) add_group(groups, risk);
    if (share < kLeastOverlap) {
      risk.warnings.push_back("only " + base::format_number(100 * share, 3) +
                              " % of the model's variants are in the file: the risk does not "
                              "hold for this person");
    }
    for (Eigen::Index j = 0; j < data.clinical.cols(); ++j) {
      if (!(std::fabs(data.clinical(row, j)) > kFar)) continue;
      risk.warnings.push_back(data.clinical_names[static_cast<std::size_t>(j)] +
                              " is far outside the people that the model was trained on");
    }
    risk.warnings.emplace_back(
        "the model knows only its own population; in others the risk can "
        "be off");
  }
  add_contributions(folder, data, raw, context, risks);
  return risks;
}

}  // namespace

std::map<std::string, std::vector<recommend::RiskResult>> risks_of_models(Run& run) {
  const base::Parameters& given = run.parameters();
  std::map<std::string, std::vector<recommend::RiskResult>> out;
  std::vector<std::string> tables;
  if (given.has("calibration")) tables = given.texts("calibration");
  const std::vector<std::string>& paths = given.texts("model");
  if (!tables.empty() && tables.size() != paths.size()) {
    throw base::UsageError("--calibration names " + std::to_string(tables.size()) +
                           " tables, expected one for each of the " + std::to_string(paths.size()) +
                           " models, in their order");
  }
  for (std::size_t m = 0; m < paths.size(); ++m) {
    const std::vector<Group> groups =
        tables.empty() ? std::vector<Group>() : read_groups(run, tables[m]);
    std::vector<std::string> ids;
    const auto risks = apply(run, paths[m], groups, ids);
    for (std::size_t i = 0; i < ids.size(); ++i) out[ids[i]].push_back(risks[i]);
  }
  return out;
}

}  // namespace gcrisk::pipeline
