// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/recommend/calls_text.hpp"
#include "gcrisk/recommend/output.hpp"
#include "gcrisk/recommend/outside_calls.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"
#include "pipeline/recommend_cohort.hpp"
#include "pipeline/recommend_page.hpp"
#include "pipeline/recommend_people.hpp"
#include "pipeline/recommend_plan.hpp"

namespace gcrisk::pipeline {

namespace {

using base::ParameterType;

constexpr std::size_t kMostBundles = 100;  // people; a bundle has about 100 kB
constexpr const char* kBundlesBegin =
    "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n";

base::ParameterTable parameters() {
  base::ParameterTable table = {
      {.name = "vcf",
       .type = ParameterType::kPath,
       .meaning =
           "germline genotypes: VCF (plain, gzip, BGZF, zstd), gVCF or BCF, told by content; "
           "one person or many; '-' is standard input",
       .placeholder = "FILE",
       .required = true},
      {.name = "sample",
       .type = ParameterType::kText,
       .meaning = "one person of the file; default: everybody",
       .placeholder = "ID"},
      {.name = "build",
       .type = ParameterType::kChoice,
       .meaning = "genome build, where the header does not name it; a header or bases that say "
                  "otherwise are an error",
       .choices = {"37", "38"}},
      {.name = "outside-calls",
       .type = ParameterType::kPath,
       .meaning = "calls of other programs or a laboratory, above all CYP2D6 and HLA: gene, "
                  "diplotype, phenotype, activity score, tabs between",
       .placeholder = "FILE",
       .source = "PharmCAT's outside call file"},
      {.name = "export-calls",
       .type = ParameterType::kFlag,
       .meaning = "also write the calls of one person in the form of --outside-calls, for other "
                  "programs"},
      {.name = "assume-reference",
       .type = ParameterType::kFlag,
       .meaning = "take positions that are absent or not called for the reference; marks every "
                  "line of the output, and only together with --research"},
      {.name = "research",
       .type = ParameterType::kFlag,
       .meaning = "allow what must never reach a patient: --assume-reference"},
  };
  for (base::Parameter& row : plan_parameters()) table.push_back(std::move(row));
  return table;
}

// plan.json as it grows: everything about the run, then one person after the other.
class PlanFile {
 public:
  PlanFile(base::OutputFile& file,
           const std::vector<recommend::TableVersion>& tables,
           const PeopleCalls& people)
      : file_(file) {
    std::string head = "{\"gcrisk_plan\":1,\"use\":";
    recommend::append_json_string(head, recommend::kResearchUse);
    head += ",\"build\":";
    recommend::append_json_string(head, people.build());
    head += ",\"tables\":[";
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const recommend::TableVersion& table = tables[i];
      if (i > 0) head.push_back(',');
      const auto field = [&](const char* name, const std::string& value, const char* before) {
        head += before;
        recommend::append_json_string(head, name);
        head.push_back(':');
        recommend::append_json_string(head, value);
      };
      field("table", table.table, "{");
      field("source", table.source, ",");
      field("version", table.version, ",");
      field("date", table.date, ",");
      field("licence", table.licence, ",");
      field("made_from", table.made_from, ",");
      field("sha256", table.sha256, ",");
      head.push_back('}');
    }
    head += "],\"people\":[";
    file_.write(head);
  }

  void add(const recommend::PersonCalls& person, const recommend::Plan& plan) {
    text_.clear();
    text_ += first_ ? "\n{\"id\":" : ",\n{\"id\":";
    first_ = false;
    recommend::append_json_string(text_, person.sample_id);
    if (person.assumed_reference) text_ += ",\"assumed_reference\":true";
    text_ += ",\"calls\":[";
    for (std::size_t g = 0; g < person.genes.size(); ++g) {
      if (g > 0) text_.push_back(',');
      recommend::append_call_json(text_, *person.genes[g]);
    }
    text_ += "],\"variants\":";
    recommend::append_variants_json(text_, person);
    text_ += recommend::plan_members(plan);
    text_.push_back('}');
    file_.write(text_);
  }

  void end() { file_.write("\n]}\n"); }

 private:
  base::OutputFile& file_;
  std::string text_;
  bool first_ = true;
};

PeopleOptions options_of(const base::Parameters& given) {
  PeopleOptions options;
  options.vcf = given.text("vcf");
  options.sample = given.text_if("sample");
  options.build = given.text_if("build");
  options.outside_calls = given.text_if("outside-calls");
  options.assume_reference = given.flag("assume-reference");
  if (options.assume_reference && !given.flag("research")) {
    throw base::UsageError(
        "--assume-reference was given without --research: a position that was not read is not "
        "known to be the reference",
        "leave it out; the output lists what was not read");
  }
  return options;
}

// What the tumour's own file shows, as rules name it: "EGFR L858R".
std::vector<recommend::TumourFinding> tumour_findings(Run& run,
                                                      const recommend::PgxTables& tables,
                                                      const recommend::Knowledge& knowledge) {
  const base::Parameters& given = run.parameters();
  PeopleOptions options;
  options.vcf = given.text("tumour-vcf");
  options.sample = given.text_if("tumour-sample");
  options.build = given.text_if("build");
  options.tumour = true;
  if (options.vcf == given.text("vcf")) {
    throw base::UsageError(
        "--tumour-vcf and --vcf name the same file: a germline file says nothing of a tumour",
        "give the variants that were called in the tumour");
  }
  PeopleCalls people(run, tables, options);
  std::vector<recommend::TumourFinding> found = people.region_findings();
  const auto add = [&](const std::string& name, const recommend::VariantCall& call) {
    const bool known =
        std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.name == name; });
    if (known) return;
    found.push_back({name,
                     call.contig + ":" + std::to_string(call.position_bp) + " " + call.name + ", " +
                         call.genotype});
  };
  std::vector<recommend::PersonCalls> block;
  while (people.next(block)) {
    for (const recommend::VariantCall& call : *block.front().variants) {
      if (!call.read() || call.copies < 1) continue;
      const recommend::VariantClass* kind = knowledge.variant(call.gene, call.rsid, call.name);
      if (kind != nullptr) {
        if (kind->kind == "pathogenic") add(call.gene + " pathogenic", call);
        continue;
      }
      std::string name = call.id;
      std::replace(name.begin(), name.end(), ':', ' ');
      add(name, call);
    }
  }
  return found;
}

constexpr double kSecondsPerPerson = 4e-4;  // calls and plan, docs/benchmarks.md

void work(Run& run) {
  const PeopleOptions options = options_of(run.parameters());
  const recommend::PgxTables tables = recommend::load_pgx_tables(recommend::reference_folder());
  run.phase("reading");
  PeopleCalls people(run, tables, options);
  if (run.parameters().flag("export-calls") && people.n_people() > 1) {
    throw base::UsageError("--export-calls writes the calls of one person, and the VCF has " +
                               base::format_count(people.n_people()),
                           "choose one with --sample");
  }
  if (run.dry_run()) {
    people.report(run);
    run.estimate({.seconds = kSecondsPerPerson * static_cast<double>(people.n_people()),
                  .basis = "everything is read; 0.4 ms a person for the rest, a measured rate"});
    return;
  }
  PlanMaker maker(run, tables, people.names());
  const bool one_person = people.n_people() == 1;
  if (run.parameters().has("tumour-vcf")) {
    if (!one_person) {
      throw base::UsageError(
          "--tumour-vcf is of one person, and the VCF has " + base::format_count(people.n_people()),
          "choose one with --sample");
    }
    maker.set_tumour(tumour_findings(run, tables, maker.knowledge()));
  }
  run.phase("calling");
  base::OutputFile& calls = run.outputs().open(".calls.tsv");
  calls.write(recommend::calls_header() + "\n");
  PlanFile plan(run.outputs().open(".plan.json"), maker.knowledge().versions, people);
  base::OutputFile& plan_rows = run.outputs().open(".plan.tsv");
  plan_rows.write(recommend::plan_header() + "\n");
  std::string items;
  CohortOverview overview;
  const bool few = people.n_people() <= kMostBundles;
  base::OutputFile* bundles = nullptr;  // of several people, one bundle within another each
  std::vector<recommend::PersonCalls> block;
  std::string rows;
  std::uint64_t n_firm = 0;
  std::uint64_t n_open = 0;
  std::uint64_t n_not = 0;
  while (people.next(block)) {
    rows.clear();
    for (const recommend::PersonCalls& person : block) {
      recommend::append_call_rows(rows, person);
      const recommend::Plan made = maker.make(person);
      plan.add(person, made);
      items.clear();
      recommend::append_plan_rows(items, made);
      plan_rows.write(items);
      if (one_person) {
        run.outputs().open(".plan.html").write(plan_page(made, "gcrisk recommend"));
        run.outputs().open(".fhir.json").write(recommend::fhir_bundle(made, maker.knowledge()));
      } else {
        overview.add(made);
      }
      if (!one_person && few) {
        const bool first = bundles == nullptr;
        if (first) bundles = &run.outputs().open(".fhir.json");
        bundles->write(first ? kBundlesBegin : ",\n");
        bundles->write("{\"resource\":" + recommend::fhir_bundle(made, maker.knowledge()) + "}");
      }
      for (const auto& call : person.genes) {
        n_firm += call->firmness == recommend::Firmness::kFirm ? 1 : 0;
        n_open += call->firmness == recommend::Firmness::kOpen ? 1 : 0;
        n_not += call->firmness == recommend::Firmness::kNotDetermined ? 1 : 0;
      }
      if (run.parameters().flag("export-calls")) {
        run.outputs().open(".outside.tsv").write(recommend::outside_calls_text(person));
      }
      for (const std::string& warning : person.warnings) {
        run.log().warning(person.sample_id + ": " + warning);
      }
    }
    calls.write(rows);
  }
  plan.end();
  if (!one_person) {
    run.outputs().open(".plan.html").write(overview.page(people.build(), "gcrisk recommend"));
    if (bundles != nullptr) bundles->write("]}\n");
  }
  people.report(run);
  maker.report(run);
  run.count_kept("calls, firm", n_firm);
  run.count_kept("calls, open", n_open);
  run.count_kept("genes not determined", n_not);
  run.log().info(base::format_count(n_firm) + " firm calls, " + base::format_count(n_open) +
                 " open, " + base::format_count(n_not) + " genes not determined; " +
                 std::string(recommend::kResearchUse));
}

}  // namespace

const CommandEntry& recommend_command() {
  static const CommandEntry entry = {
      .name = "recommend",
      .category = "results",
      .summary = "what guidelines say for a person's genes, drugs and record (research use only)",
      .description =
          "Reads the positions of the pharmacogenomic tables from a VCF, finds the named alleles "
          "that explain them, and what functions and phenotypes follow. A position that is absent "
          "or not usable is never taken for the reference: it is listed with the alleles that it "
          "leaves open, and a call that they could change is open, not firm.\n\n"
          "With health records (--fhir, --omop, --clinical) or --drugs it says what the guidelines "
          "hold "
          "for the drugs that are taken, planned or asked about, what speaks against them in the "
          "record, what follows from pathogenic variants, and what was not tested or not "
          "recorded. Every statement has its source and its date.\n\n"
          "Writes PREFIX.calls.tsv (one row a person and gene), PREFIX.plan.json (all of it), "
          "PREFIX.plan.tsv (one row a statement), PREFIX.plan.html (a page for a clinician; of "
          "many people whom to look at first) and PREFIX.fhir.json (FHIR R4; of up to 100 "
          "people).\n\n"
          "For research use only. A clinician decides; changes of medication are never to be made "
          "on this report alone.",
      .examples = {{"gcrisk recommend --vcf person.vcf.gz --out person",
                    "the calls of everybody in the file"},
                   {"gcrisk recommend --vcf cohort.bcf --sample P7 --outside-calls cyp2d6.tsv "
                    "--out p7",
                    "one person, CYP2D6 from another program"},
                   {"gcrisk recommend --vcf person.vcf.gz --fhir record.json --drugs "
                    "clopidogrel,warfarin --out person",
                    "the plan, with the record, and what if these drugs were given"}},
      .parameters = parameters(),
      .work = work};
  return entry;
}

}  // namespace gcrisk::pipeline
