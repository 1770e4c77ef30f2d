// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "clinical_tables.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/sample_kernels.hpp"
#include "gcrisk/io/tsv.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "gcrisk/preprocess/kinship.hpp"
#include "preprocess_options.hpp"
#include "study_events.hpp"
#include "study_folder.hpp"
#include "study_people.hpp"

namespace gcrisk::pipeline {

namespace {

using base::format_count;
using base::Json;
using cohort::OutcomeKind;
using cohort::Set;

// Kinship half-way (in powers of two) between second and third degree.
constexpr double kSecondDegree = 0.0884;

// One run of `preprocess`, stage by stage.
class Preprocess {
 public:
  explicit Preprocess(Run& run) : run_(run), options_(run.parameters()), context_(run.context()) {}

  void work() {
    run_.phase("reading");
    read();
    run_.phase("people");
    choose_people();
    read_outcome();
    find_relatives();
    group();
    assign_sets();
    run_.phase("fitting");
    fit();
    describe();
    if (run_.dry_run()) return;
    run_.phase("writing");
    write();
  }

 private:
  std::string path_of(const char* name) const { return options_.text_if(name).value_or(""); }

  void read() {
    inputs_.bfile = path_of("bfile");
    inputs_.vcf = options_.texts("vcf");
    if (!inputs_.bfile.empty() && !inputs_.vcf.empty()) {
      throw base::UsageError("--bfile and --vcf exclude each other");
    }
    inputs_.clinical = path_of("clinical");
    inputs_.molecular = path_of("molecular");
    inputs_.dictionary = path_of("dictionary");
    inputs_.extract = path_of("extract");
    inputs_.exclude = path_of("exclude");
    inputs_.chromosomes = parse_chromosomes(options_.texts("chr"));
    const bool has_genotypes = !inputs_.bfile.empty() || !inputs_.vcf.empty();
    if (!has_genotypes && inputs_.clinical.empty() && inputs_.molecular.empty() &&
        path_of("events").empty()) {
      throw base::UsageError(
          "nothing to learn from: expected at least one of --bfile, --vcf, "
          "--clinical, --events, --molecular");
    }
    if (inputs_.dictionary.empty() && !inputs_.clinical.empty()) {
      inputs_.dictionary = io::dictionary_beside(inputs_.clinical);
    }
    for (const char* name : {"extract", "exclude", "chr"}) {
      if (options_.given(name) && !has_genotypes) {
        throw base::UsageError(std::string("--") + name +
                                   " chooses variants, but there are no "
                                   "genotypes",
                               "give --bfile");
      }
    }
    const bool xxh3 = options_.find("checksums") == nullptr || options_.text("checksums") == "xxh3";
    for (const auto& [role, path] : inputs_.files()) {
      const std::string checksum = base::hash_file(path);  // refuses what cannot be read
      record_.marks[path] = {std::filesystem::file_size(path), checksum};
      run_.add_input(role, path, xxh3 ? record_.marks[path].xxh3_128 : "");
    }
    for (const char* name : {"pheno", "id-map", "keep", "remove", "split-file", "gene-lengths"}) {
      if (!path_of(name).empty()) run_.add_input(name, path_of(name));
    }
    parts_ = read_parts(inputs_, context_);
    if (!path_of("events").empty()) read_events();
    if (!path_of("pheno").empty()) phenotypes_ = io::read_table(path_of("pheno"));
    for (const auto& [reason, n] : parts_.variants_left_out) {
      run_.count_filtered("variants", reason, n);
      if (n > 0) variant_losses_.push_back({{"reason", reason}, {"count", n}});
    }
  }

  // Features and outcome from events stand beside the columns of --clinical.
  void read_events() {
    events_ = read_event_study(path_of("events"), run_);
    std::vector<NamedTable> tables;
    if (parts_.clinical) tables.push_back({inputs_.clinical, std::move(*parts_.clinical)});
    tables.push_back({path_of("events"), std::move(events_->table)});
    parts_.clinical = unite_tables(std::move(tables), run_.log());
    if (!events_->has_outcome) return;
    inputs_.not_features.emplace_back(kOutcomeColumn);
    inputs_.not_features.emplace_back(kOutcomeDaysColumn);
  }

  const clinical::Table* phenotypes() const { return phenotypes_ ? &*phenotypes_ : nullptr; }

  clinical::Column person_column(const std::string& name) const {
    return find_person_column(parts_, phenotypes(), people_, name);
  }

  void choose_people() {
    JoinOptions join;
    join.min_overlap = options_.number("min-overlap");
    if (!path_of("id-map").empty()) {
      for (auto& [other, id] : read_id_map(path_of("id-map"))) join.id_map.emplace(other, id);
    }
    people_ = join_inputs(parts_, phenotypes(), join, joins_, context_);
    const auto list = [&](const char* option, bool keep) {
      if (path_of(option).empty()) return;
      const auto ids = read_sample_list(path_of(option));
      const std::unordered_set<std::string> set(ids.begin(), ids.end());
      people_.keep_where([&](std::size_t i) { return set.contains(people_.rows[i].id) == keep; },
                         keep ? "not in --keep" : "in --remove",
                         true);
    };
    list("keep", true);
    list("remove", false);
    filter_by_missing_calls();
  }

  void filter_by_missing_calls() {
    const auto limit = options_.number_if("mind");
    if (!limit) return;
    if (!parts_.plink) {
      throw base::UsageError("--mind counts missing calls, but there are no genotypes",
                             "give --bfile");
    }
    const cohort::Cohort cohort = assemble(parts_, inputs_, people_.rows);
    const auto missing = genotype::missing_per_sample(cohort.genotypes, context_);
    const double most = *limit * static_cast<double>(cohort.variants.size()) * (1 + 1e-12);
    people_.keep_where([&](std::size_t i) { return missing[i] <= most; },
                       "missing rate above --mind " + base::format_number(*limit),
                       true);
  }

  OutcomeKind wanted_kind() const {
    const std::string& text = options_.text("outcome-kind");
    using enum OutcomeKind;
    for (const auto kind : {kBinary, kMulticlass, kContinuous, kSurvival}) {
      if (cohort::to_string(kind) == text) return kind;
    }
    return kNone;
  }

  void read_outcome() {
    auto name = options_.text_if("pheno-name");
    auto time_name = options_.text_if("time-name");
    if (events_ && events_->has_outcome) {
      if (name) {
        throw base::UsageError("--pheno-name and --outcome-code both name an outcome",
                               "leave out one of the two");
      }
      name = kOutcomeColumn;
      if (wanted_kind() == OutcomeKind::kSurvival) time_name = kOutcomeDaysColumn;
    }
    std::optional<clinical::Column> column;
    if (name) {
      column = person_column(*name);
      inputs_.not_features.push_back(*name);
    } else if (parts_.plink) {
      column = fam_phenotype(parts_, people_);
      const bool any = std::any_of(
          column->numbers.begin(), column->numbers.end(), [](double v) { return !std::isnan(v); });
      if (!any) column.reset();
    }
    if (!column) {
      if (time_name) throw base::UsageError("--time-name needs --pheno-name, the event");
      run_.log().warning("no outcome: give --pheno-name to train a model on this study");
      return;
    }
    std::optional<clinical::Column> time;
    if (time_name) {
      time = person_column(*time_name);
      inputs_.not_features.push_back(*time_name);
    }
    // Who has no outcome, or no time, cannot be learned from or judged.
    std::vector<std::uint32_t> known;
    for (std::size_t i = 0; i < people_.rows.size(); ++i) {
      if (!column->is_missing(i) && (!time || !time->is_missing(i))) {
        known.push_back(static_cast<std::uint32_t>(i));
      }
    }
    const auto shorten = [&](clinical::Column& c) {
      clinical::Table table(std::vector<std::string>(people_.rows.size()));
      table.add(std::move(c));
      c = std::move(table.select_rows(known).columns().front());
    };
    shorten(*column);
    if (time) shorten(*time);
    std::size_t next = 0;
    people_.keep_where(
        [&](std::size_t i) {
          if (next == known.size() || known[next] != i) return false;
          ++next;
          return true;
        },
        "no value of the outcome",
        false);
    outcome_ = cohort::make_outcome(*column, time ? &*time : nullptr, wanted_kind());
    run_.log().info("outcome " + outcome_.name + ": " +
                    std::string(cohort::to_string(outcome_.kind)) +
                    (outcome_.coding.empty() ? "" : ", " + outcome_.coding));
  }

  // Relatives are looked for among those who could be learned from.
  void find_relatives() {
    const bool as_groups = options_.text_if("group-by") == "kinship";
    if (!options_.given("king-cutoff") && !as_groups) return;
    if (!parts_.plink) {
      throw base::UsageError("kinship is computed from genotypes, but there are none",
                             "give --bfile, or group by a column of the clinical table");
    }
    run_.phase("kinship");
    const double cutoff = options_.number_if("king-cutoff").value_or(kSecondDegree);
    const cohort::Cohort cohort = assemble(parts_, inputs_, people_.rows);
    const auto pairs = preprocess::related_pairs(cohort, cutoff, context_);
    for (const auto& pair : pairs) {
      relatives_.push_back({cohort.ids[pair.first], cohort.ids[pair.second], pair});
    }
    qc_["kinship"] = {{"cutoff", cutoff}, {"related_pairs", pairs.size()}};
    if (as_groups) {
      groups_ = preprocess::kinship_groups(people_.rows.size(), pairs);
      const auto n_groups = *std::max_element(groups_.begin(), groups_.end()) + 1;
      qc_["kinship"]["groups"] = n_groups;
      run_.log().info(
          "kinship: " + format_count(pairs.size()) + " pairs above " + base::format_number(cutoff) +
          ", " + format_count(static_cast<std::uint64_t>(n_groups)) + " groups that stay together");
      return;
    }
    const auto gone = preprocess::prune_related(people_.rows.size(), pairs);
    std::vector<std::uint32_t> left;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (!gone[i]) left.push_back(static_cast<std::uint32_t>(i));
    }
    people_.keep_where([&](std::size_t i) { return !gone[i]; },
                       "kinship above --king-cutoff " + base::format_number(cutoff),
                       true);
    outcome_ = outcome_.select_rows(left);
  }

  void group() {
    const auto by = options_.text_if("group-by");
    if (!by || *by == "kinship") return;
    groups_ = groups_of(person_column(*by));
    inputs_.not_features.push_back(*by);
  }

  std::vector<std::int32_t> strata() const {
    const auto by = options_.text_if("stratify");
    if (by && *by != outcome_.name) {
      const clinical::Column column = person_column(*by);
      if (!column.is_numeric() || column.field.type == clinical::FieldType::kBoolean) {
        return groups_of(column);
      }
      return cohort::strata_of(cohort::make_outcome(column, nullptr, OutcomeKind::kContinuous));
    }
    if (outcome_.kind == OutcomeKind::kNone) return std::vector<std::int32_t>(people_.rows.size());
    return cohort::strata_of(outcome_);
  }

  void assign_sets() {
    if (path_of("split-file").empty()) {
      sets_ = cohort::split(
          strata(), groups_, cohort::parse_shares(options_.text("split")), context_.seed);
    } else {
      if (options_.given("split")) {
        throw base::UsageError("--split and --split-file exclude each other");
      }
      std::vector<int> found = read_sets(path_of("split-file"), people_);
      std::vector<std::uint32_t> left;
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i] >= 0) left.push_back(static_cast<std::uint32_t>(i));
      }
      people_.keep_where([&](std::size_t i) { return found[i] >= 0; }, "not in --split-file", true);
      outcome_ = outcome_.select_rows(left);
      std::vector<std::int32_t> groups;
      for (const auto i : left) {
        sets_.push_back(static_cast<Set>(found[i]));
        if (!groups_.empty()) groups.push_back(groups_[i]);
      }
      groups_ = std::move(groups);
    }
    for (const Loss& loss : people_.losses) {
      if (loss.asked_for) {
        run_.count_filtered("people", loss.reason, loss.count);
      } else {
        run_.count_dropped("people", loss.reason, loss.count);
      }
    }
  }

  // Of the molecular columns alone: the recipe carries them along.
  std::vector<std::pair<std::string, std::string>> read_gene_lengths() const {
    std::vector<std::pair<std::string, std::string>> lengths;
    const std::string& method = options_.text("molecular-normalise");
    if (path_of("gene-lengths").empty() || (method != "tpm" && method != "rpkm")) return lengths;
    for (auto& [gene, length] : read_id_map(path_of("gene-lengths"))) {
      if (study_.cohort.molecular.find(gene) == nullptr) continue;
      if (!base::parse_number(length)) {
        throw base::MalformedError(path_of("gene-lengths") + ": gene '" + gene +
                                   "' has the length '" + length +
                                   "', expected a number of base pairs");
      }
      lengths.emplace_back(std::move(gene), std::move(length));
    }
    if (lengths.size() < study_.cohort.molecular.n_columns()) {
      throw base::MismatchError(
          path_of("gene-lengths") + ": has the lengths of " + format_count(lengths.size()) +
          " of the " + format_count(study_.cohort.molecular.n_columns()) + " molecular columns");
    }
    return lengths;
  }

  void fit() {
    study_.cohort = assemble(parts_, inputs_, people_.rows);
    study_.cohort.outcome = outcome_;
    study_.cohort.groups = groups_;
    study_.sets = sets_;
    const auto training_rows = study_.rows(Set::kTrain);
    if (training_rows.empty()) {
      throw base::DegenerateError("nobody is in the training set of " +
                                  format_count(people_.rows.size()) + " people");
    }
    study_.recipe = make_recipe(options_,
                                {.genotypes = study_.cohort.genotypes.n_variants() > 0,
                                 .clinical = study_.cohort.clinical.n_columns() > 0,
                                 .molecular = study_.cohort.molecular.n_columns() > 0,
                                 .gene_lengths = read_gene_lengths()});
    study_.recipe.fit(study_.cohort.select_rows(training_rows), context_);
    for (const auto& drop : study_.recipe.drops()) {
      run_.count_filtered(drop.what, drop.reason, drop.count);
    }
  }

  Json set_counts() const {
    Json out = Json::object();
    for (const Set set : {Set::kTrain, Set::kValidation, Set::kTest}) {
      const auto rows = study_.rows(set);
      Json entry = {{"people", rows.size()}};
      if (outcome_.kind == OutcomeKind::kBinary || outcome_.kind == OutcomeKind::kSurvival) {
        std::uint64_t events = 0;
        for (const auto i : rows) events += outcome_.values[i] == 1 ? 1 : 0;
        entry[outcome_.kind == OutcomeKind::kBinary ? "cases" : "events"] = events;
      }
      out[std::string(cohort::to_string(set))] = std::move(entry);
    }
    return out;
  }

  // Share of gaps of each column, over everybody in the study.
  static Json missing_rates(const clinical::Table& table) {
    Json out = Json::object();
    for (const auto& column : table.columns()) {
      std::uint64_t n = 0;
      for (std::size_t i = 0; i < column.n_rows(); ++i) n += column.is_missing(i) ? 1 : 0;
      if (n > 0) {
        out[column.field.name] = static_cast<double>(n) / static_cast<double>(column.n_rows());
      }
    }
    return out;
  }

  void describe() {
    cohort::Cohort transformed = study_.cohort;
    study_.recipe.apply(transformed, context_);
    const std::size_t n_people = transformed.n_samples();
    const std::size_t n_variants = transformed.genotypes.n_variants();
    const std::size_t n_clinical = transformed.clinical.n_columns();
    const std::size_t n_molecular = transformed.molecular.n_columns();
    run_.count_kept("people", n_people);
    run_.count_kept("variants", n_variants);
    run_.count_kept("clinical columns", n_clinical);
    run_.count_kept("molecular columns", n_molecular);

    Json people_losses = Json::array();
    for (const Loss& loss : people_.losses) {
      people_losses.push_back({{"reason", loss.reason}, {"count", loss.count}});
      run_.log().info("people: " + format_count(loss.count) + " left out, " + loss.reason);
    }
    Json column_losses = Json::array();
    for (const auto& drop : study_.recipe.drops()) {
      (drop.what == "variants" ? variant_losses_ : column_losses)
          .push_back({{"what", drop.what}, {"reason", drop.reason}, {"count", drop.count}});
      run_.log().info(drop.what + ": " + format_count(drop.count) + " left out, " + drop.reason);
    }
    const Json sets = set_counts();
    const Json kinship = qc_.value("kinship", Json());
    qc_ = {{"people", {{"in_study", n_people}, {"left_out", people_losses}, {"joins", joins_}}},
           {"variants",
            {{"in_file", parts_.n_variants_in_file},
             {"in_study", n_variants},
             {"left_out", variant_losses_}}},
           {"columns",
            {{"clinical", n_clinical}, {"molecular", n_molecular}, {"left_out", column_losses}}},
           {"sets", sets},
           {"missing_rates",
            {{"clinical", missing_rates(study_.cohort.clinical)},
             {"molecular", missing_rates(study_.cohort.molecular)}}}};
    if (!kinship.is_null()) qc_["kinship"] = kinship;
    std::string text = "study: " + format_count(n_people) + " people";
    if (n_variants > 0) text += ", " + format_count(n_variants) + " variants";
    if (n_clinical > 0) text += ", " + format_count(n_clinical) + " clinical columns";
    if (n_molecular > 0) text += ", " + format_count(n_molecular) + " molecular columns";
    run_.log().info(text);
    for (const auto& [set, entry] : sets.items()) {
      std::string line = set + ": " + format_count(entry["people"].get<std::uint64_t>());
      for (const char* what : {"cases", "events"}) {
        if (entry.contains(what)) {
          line += ", " + format_count(entry[what].get<std::uint64_t>()) + " " + what;
        }
      }
      run_.log().info(line);
    }
  }

  void write() {
    record_.inputs = inputs_;
    if (!inputs_.vcf.empty()) {
      record_.inputs.vcf.clear();
      record_.inputs.bfile = run_.outputs().path("genotypes").string();
      record_.marks.merge(write_genotypes(run_.outputs(), *parts_.plink));
    }
    if (events_) {
      record_.inputs.clinical = run_.outputs().path("events.clinical.tsv").string();
      record_.inputs.dictionary = run_.outputs().path("events.dictionary.json").string();
      record_.marks.merge(write_event_study(run_.outputs(), *parts_.clinical, *events_));
    }
    record_.people = people_.rows;
    record_.study = &study_;
    Json options = Json::object();
    const Json all = options_.to_json();
    for (const auto& row : preprocess_parameters()) {
      if (all.contains(row.name) && !all[row.name].is_null()) options[row.name] = all[row.name];
    }
    options["seed"] = context_.seed;
    write_study(run_.outputs(), record_, options, qc_, context_);
    if (!relatives_.empty()) write_relatives();
  }

  void write_relatives() {
    io::TsvWriter out(run_.outputs().open("kinship.tsv"),
                      {"#IID1", "IID2", "NSNP", "HETHET", "IBS0", "KINSHIP"});
    for (const Relatives& relatives : relatives_) {
      const auto& counts = relatives.pair.counts;
      const double n = counts.called();
      out.text(relatives.first).text(relatives.second).integer(counts.called());
      out.number(counts.het_het / n).number(counts.opposite / n);
      out.number(relatives.pair.kinship).end_row();
    }
  }

  struct Relatives {
    std::string first;
    std::string second;
    preprocess::RelatedPair pair;
  };

  Run& run_;
  const base::Parameters& options_;
  base::Context& context_;
  StudyInputs inputs_;
  StudyParts parts_;
  StudyRecord record_;
  std::optional<clinical::Table> phenotypes_;
  std::optional<EventStudy> events_;
  People people_;
  cohort::Outcome outcome_;
  std::vector<std::int32_t> groups_;
  std::vector<Set> sets_;
  Study study_;
  Json joins_;
  Json variant_losses_ = Json::array();
  std::vector<Relatives> relatives_;
  Json qc_ = Json::object();
};

void work(Run& run) { Preprocess(run).work(); }

}  // namespace

const CommandEntry& preprocess_command() {
  static const CommandEntry kEntry = {
      .name = "preprocess",
      .category = "data",
      .summary = "join the inputs, check their quality, split, and fit every transform",
      .description =
          "Makes a study: who is in it, which outcome, which set each person is in, and every "
          "transform with what it learned from the training set. The inputs are joined by sample "
          "ID; any of them may be absent.\n\n"
          "Filters of people work before the split. Filters of variants, imputation, encoding, "
          "scaling and components are fitted on the training set alone; compare fits them "
          "again in each fold.\n\n"
          "Writes STUDY/study.json, samples.tsv, split.tsv, variants.tsv, recipe.json, "
          "recipe.safetensors and qc.json. The inputs are not copied: they are named with their "
          "content hash.",
      .examples = {{"gcrisk preprocess --bfile cohort --clinical cohort.clinical.tsv "
                    "--pheno-name disease --maf 0.01 --geno 0.05 --out study/",
                    "genotypes and clinical columns, common well-called variants"},
                   {"gcrisk preprocess --bfile mice --pheno traits.csv --pheno-name BMI --group-by "
                    "litter --out study/",
                    "litters stay on one side of the split"}},
      .parameters = preprocess_parameters(),
      .work = work,
      .out_is_folder = true};
  return kEntry;
}

}  // namespace gcrisk::pipeline
