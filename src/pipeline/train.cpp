// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "chosen_variants.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/kernels.hpp"
#include "gcrisk/models/executed.hpp"
#include "gcrisk/nn/processes.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "pilot.hpp"

namespace gcrisk::pipeline {

namespace {

base::ParameterTable common_train_parameters() {
  using enum base::ParameterType;
  return {
      {.name = "study",
       .type = kPath,
       .meaning = "the study to learn from, as gcrisk preprocess made it; its training set alone "
                  "is learned from",
       .placeholder = "STUDY/",
       .required = true},
      {.name = "variants",
       .type = kPath,
       .meaning = "the variants to use: P.selected.tsv of gcrisk select, or one ID a line; "
                  "without it all that the study's filters left. Select them on the training set, "
                  "which select --study does",
       .placeholder = "FILE"},
      {.name = "top",
       .type = kInteger,
       .meaning = "the first so many of --variants, which is in order of rank",
       .min = 1,
       .placeholder = "K"},
      {.name = "inputs",
       .type = kTexts,
       .meaning = "what the model sees: all, or some of genotypes, molecular, clinical; papers "
                  "compare exactly these",
       .default_value = "all",
       .placeholder = "PART,PART"},
  };
}

bool is_net(const models::ModelEntry& entry) {
  const auto model = entry.make(base::Parameters(entry.parameters));
  return dynamic_cast<const models::Executed*>(model.get()) != nullptr;
}

// Of nets alone; other models run on the CPU and have nothing to choose.
base::ParameterTable execution_parameters() {
  using enum base::ParameterType;
  return {
      {.name = "device",
       .type = kText,
       .meaning = "auto, cpu, cuda or cuda:N; a device asked for by name is never replaced",
       .default_value = "auto",
       .placeholder = "DEVICE"},
      {.name = "backend",
       .type = kChoice,
       .meaning =
           "what executes the net: eigen (this program, on the CPU), torch (LibTorch, where its "
           "module is installed), or auto",
       .default_value = "auto",
       .choices = {"auto", "eigen", "torch"}},
      {.name = "init",
       .type = kPath,
       .meaning = "begin with the weights of another net, as fine-tuning does: arrays of the same "
                  "name and shape; a dense layer right behind an input is matched by the names of "
                  "variants and columns",
       .placeholder = "MODEL/"},
      {.name = "freeze",
       .type = kTexts,
       .meaning = "of --init: branches whose weights stay as they are: genotypes, clinical, "
                  "molecular, fusion or head",
       .placeholder = "BRANCH,BRANCH"},
  };
}

// The net of --init.
void start_from(Run& run, models::Executed& net) {
  const base::Parameters& p = run.parameters();
  if (!p.has("init")) {
    if (p.given("freeze")) {
      throw base::UsageError(
          "--freeze " + base::join(p.texts("freeze"), ",") + ": there are no weights to keep",
          "name the net that has them with --init");
    }
    return;
  }
  const std::string path = p.text("init");
  const ModelFolder other = read_model(path);
  run.add_input("init", path + (path.ends_with('/') ? "" : "/") + "model.json");
  if (dynamic_cast<const models::Executed*>(other.model.get()) == nullptr) {
    throw base::MismatchError(
        "--init " + path + ": is a model of train " + other.entry->name + ", not a net",
        "begin with a folder of gcrisk train mlp, cnn, lstm or gcin");
  }
  models::Start start{
      path, other.model->save(), {}, other.clinical_names, other.molecular_names, {}};
  for (const auto& variant : other.variants) start.variants.push_back(models::start_name(variant));
  if (p.has("freeze")) start.frozen = p.texts("freeze");
  net.start_from(std::move(start));
}

const models::ModelEntry& entry_of(const Run& run) {
  return models::find_model(run.command().substr(run.command().find(' ') + 1));
}

std::vector<cohort::Inputs> inputs_of(const base::Parameters& p) {
  std::vector<cohort::Inputs> out;
  for (const std::string& text : p.texts("inputs")) out.push_back(cohort::parse_inputs(text));
  return out;
}

base::Parameters model_parameters(const base::Parameters& all, const models::ModelEntry& entry) {
  base::Parameters out(entry.parameters);
  for (const base::Parameter& row : entry.parameters) {
    if (!all.given(row.name)) continue;
    if (row.type == base::ParameterType::kTexts || row.type == base::ParameterType::kPaths) {
      out.set(row.name, all.texts(row.name));
    } else if (row.type == base::ParameterType::kFlag) {
      out.set(row.name, all.flag(row.name) ? "true" : "false");
    } else {
      out.set(row.name, all.text(row.name));
    }
  }
  return out;
}

void check_device(const std::string& device) {
  if (device != "auto" && device != "cpu" && device != "cuda" && !device.starts_with("cuda:")) {
    throw base::UsageError("--device " + device + ": expected auto, cpu, cuda or cuda:N");
  }
}

// Where a net's checkpoints lie until its model is written.
std::string checkpoints_of(const base::Parameters& p) {
  const std::string& out = p.text("out");
  return out + (out.ends_with('/') ? "" : "/") + "checkpoints";
}

// Processes that a launcher started beside each other with this one. The first speaks and writes.
nn::Processes find_processes(Run& run, bool is_net) {
  nn::Processes processes = nn::find_processes();
  if (processes.alone()) return processes;
  const std::string size = std::to_string(processes.size);
  if (!is_net) {
    throw base::UsageError(run.command() + ": " + processes.source + " says that " + size +
                               " processes were started, expected one, which uses all threads",
                           "start one process; nets alone train in several");
  }
  if (processes.rank == 0) {
    run.log().info("training in " + size + " processes (" + processes.source + "), which meet at " +
                   processes.host + ":" + std::to_string(processes.port));
  } else {
    const std::string name = "gcrisk process " + std::to_string(processes.rank + 1) + " of " + size;
    run.context().log = std::make_shared<base::Log>(name, base::LogLevel::kError);
    run.context().progress = std::make_shared<base::Progress>();
  }
  return processes;
}

void check_variants(const base::Parameters& p) {
  if (p.has("top") && !p.has("variants")) {
    throw base::UsageError(
        "--top " + p.text("top") + ": it counts rows of --variants, which is missing",
        "rank the variants first: gcrisk select");
  }
}

std::vector<double> frequencies(const cohort::Dataset& train, const base::Context& context) {
  std::vector<double> out;
  if (train.n_variants() == 0) return out;
  for (const auto& count : genotype::count_genotypes(train.genotypes, context)) {
    out.push_back(count.a1_frequency());
  }
  return out;
}

void work(Run& run) {
  const base::Parameters& p = run.parameters();
  const models::ModelEntry& entry = entry_of(run);
  check_variants(p);
  const auto inputs = inputs_of(p);
  ModelFolder folder;
  folder.entry = &entry;
  folder.parameters = model_parameters(p, entry);
  folder.model = entry.make(folder.parameters);
  auto* const net = dynamic_cast<models::Executed*>(folder.model.get());
  const nn::Processes processes = find_processes(run, net != nullptr);
  if (net != nullptr) {
    check_device(p.text("device"));
    run.context().device = p.text("device");
    net->set_execution({.backend = p.text("backend"),
                        .checkpoint_folder = checkpoints_of(p),
                        .processes = processes});
    start_from(run, *net);
  }
  const base::Context& context = run.context();

  run.phase("reading");
  Study study = open_study(p.text("study"), context);
  run.add_input("study", study.path + "study.json");
  cohort::Dataset data = cohort::restrict_inputs(study.dataset(context), inputs);
  if (p.has("variants") && data.n_variants() > 0) {
    const auto top =
        p.has("top") ? std::optional(static_cast<std::uint64_t>(p.integer("top"))) : std::nullopt;
    const ChosenVariants chosen = choose_variants(p.text("variants"), top, data.variants);
    run.add_input("variants", p.text("variants"));
    data = data.select_variants(chosen.columns);
    if (chosen.n_absent > 0) {
      run.log().warning(p.text("variants") + ": " + base::format_count(chosen.n_absent) + " of " +
                        base::format_count(chosen.n_listed) +
                        " variants are not in the study and will not be in the model");
      run.count_dropped("variants", "listed in --variants, not in the study", chosen.n_absent);
    }
  }
  const auto train = data.select_rows(study.rows(cohort::Set::kTrain));
  const auto validation = data.select_rows(study.rows(cohort::Set::kValidation));
  run.count_kept("training samples", train.n_samples());
  run.count_kept("validation samples", validation.n_samples());
  run.count_kept("variants", data.n_variants());
  run.count_kept("clinical columns", data.clinical_names.size());
  run.count_kept("molecular columns", data.molecular_names.size());
  run.log().info(base::format_count(train.n_samples()) + " people to learn from, " +
                 base::format_count(data.n_variants()) + " variants, " +
                 base::format_count(data.clinical_names.size()) + " clinical and " +
                 base::format_count(data.molecular_names.size()) + " molecular columns");
  if (run.dry_run()) {
    const auto quiet = silent(context);
    run.estimate(pilot(train.n_samples(), "people", [&](std::size_t n) {
      const std::size_t n_held = validation.n_samples() * n / train.n_samples();
      const auto held = validation.select_rows(spread_rows(validation.n_samples(), n_held));
      entry.make(folder.parameters)
          ->fit(train.select_rows(spread_rows(train.n_samples(), n)),
                n_held == 0 ? nullptr : &held,
                quiet);
      return n;
    }));
    return;
  }

  for (const base::Parameter& row : entry.parameters) {
    if (row.type == base::ParameterType::kPath && p.has(row.name)) {
      run.add_input(row.name, p.text(row.name));
    }
  }

  if (processes.rank == 0) run.outputs();  // refuses to replace a complete model
  run.phase("training");
  folder.model->fit(train, validation.n_samples() == 0 ? nullptr : &validation, context);
  if (processes.rank > 0) return;

  run.phase("writing");
  folder.variants = data.variants;
  folder.a1_frequencies = frequencies(train, context);
  folder.clinical_names = data.clinical_names;
  folder.molecular_names = data.molecular_names;
  folder.inputs = base::join(p.texts("inputs"), ",");
  folder.outcome = data.outcome;
  folder.n_train = train.n_samples();
  folder.study = study.path;
  folder.recipe = std::move(study.recipe);
  write_model(run.outputs(), folder);
  if (net != nullptr) std::filesystem::remove_all(checkpoints_of(p));
  if (!processes.alone()) run.note("processes", static_cast<double>(processes.size));
  const base::Json summary = folder.model->summary();
  for (const auto& [name, value] : summary.items()) {
    if (value.is_string()) run.note(name, value.get<std::string>());
    if (value.is_number()) run.note(name, value.get<double>());
  }
}

CommandEntry command_of(const models::ModelEntry& entry) {
  base::ParameterTable own = entry.parameters;
  for (auto& row : own) {
    if (row.group.empty()) row.group = entry.name;
  }
  std::vector<std::string> outcomes;
  for (const auto kind : entry.outcomes) outcomes.emplace_back(cohort::to_string(kind));
  const base::ParameterTable tables[] = {
      common_train_parameters(),
      is_net(entry) ? execution_parameters() : base::ParameterTable(),
      own};
  return {
      .name = "train " + entry.name,
      .category = "models",
      .summary = entry.title,
      .description = entry.purpose + "\n\nOutcomes: " + base::join(outcomes, ", ") +
                     ". Learns from the study's training set; the validation set only stops or "
                     "chooses, the test set is not touched.\n\nWrites the folder of --out: "
                     "model.json (to be read), weights.safetensors, variants.tsv, recipe.json and "
                     "the tables of the method. The folder is all that gcrisk predict needs.",
      .examples = {{"gcrisk train " + entry.name +
                        " --study study/ --variants chosen.selected.tsv "
                        "--top 100 --out model/",
                    "the 100 best variants with the clinical columns"},
                   {"gcrisk train " + entry.name + " --study study/ --inputs clinical --out plain/",
                    "clinical columns alone, to compare with"}},
      .parameters = base::concatenate(tables),
      .work = work,
      .out_is_folder = true,
  };
}

}  // namespace

// One command a model.
std::vector<CommandEntry> train_commands() {
  std::vector<CommandEntry> out;
  for (const models::ModelEntry* entry : models::all_models()) out.push_back(command_of(*entry));
  return out;
}

}  // namespace gcrisk::pipeline
