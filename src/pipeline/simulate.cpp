// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/io/plink.hpp"
#include "gcrisk/io/table.hpp"
#include "gcrisk/io/tsv.hpp"
#include "gcrisk/io/vcf_writer.hpp"
#include "gcrisk/pipeline/commands.hpp"
#include "pipeline/simulate_cohort.hpp"
#include "pipeline/simulate_fhir.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr const char* kSource = "gcrisk simulate: simulated data, no real person";

// Opens "P.vcf.gz", or "cohort.vcf.gz" where --out is a folder.
base::OutputFile& open_output(Run& run, const std::string& suffix) {
  return run.outputs().open((run.outputs().is_folder() ? "cohort" : "") + suffix);
}

std::vector<std::string> make_ids(std::size_t n) {
  const std::size_t width = std::max<std::size_t>(5, std::to_string(n).size());
  std::vector<std::string> ids;
  for (std::size_t i = 1; i <= n; ++i) {
    const std::string number = std::to_string(i);
    ids.push_back("sim" + std::string(width - number.size(), '0') + number);
  }
  return ids;
}

// Where blocks of genotypes go: one of the formats.
using BlockSink = std::function<void(std::span<const genotype::Variant>, const std::uint8_t*)>;

void pack_row(const std::uint8_t* alleles, std::size_t n, std::uint8_t* out) {
  // Code of (first + second): no copy of A1, one, two.
  constexpr std::uint8_t kCode[3] = {genotype::kHomA2, genotype::kHet, genotype::kHomA1};
  for (std::size_t byte = 0; byte < genotype::packed_bytes(n); ++byte) {
    unsigned packed = 0;
    for (std::size_t i = 4 * byte; i < std::min(n, 4 * byte + 4); ++i) {
      const unsigned sum = static_cast<unsigned>(alleles[2 * i]) + alleles[2 * i + 1];
      packed |= static_cast<unsigned>(sum > 2 ? std::uint8_t{genotype::kMissing} : kCode[sum])
                << (2 * (i % 4));
    }
    out[byte] = static_cast<std::uint8_t>(packed);
  }
}

// Second pass over the genome: the chosen people's haplotypes, block by block. The size of a block
// changes nothing in the result.
void stream_genotypes(Run& run,
                      const SimulationSettings& s,
                      std::vector<Person> people,
                      const BlockSink& sink) {
  const std::size_t n = people.size();
  const std::size_t table = s.genome.n_populations * s.genome.n_founders();
  const std::size_t block = std::clamp<std::size_t>(
      std::min((std::size_t{8} << 20) / (4 * n), (std::size_t{32} << 20) / table), 16, 2048);
  const base::Context& context = run.context();
  Mosaic mosaic(s.genome, std::move(people));
  VariantStream stream(s.genome);
  std::vector<genotype::Variant> variants;
  std::vector<double> map_bp;
  std::vector<std::uint8_t> carriers;
  std::vector<std::uint8_t> alleles(block * 2 * n);
  std::size_t first = 0;
  context.progress->start("simulating", s.genome.n_variants, "variants");
  const auto flush = [&] {
    mosaic.alleles(map_bp, carriers, alleles.data(), context);
    context.threads->run(variants.size(), [&](std::size_t v, std::size_t) {
      drop_calls(s.genome.seed, first + v, s.genotype_missing, n, alleles.data() + v * 2 * n);
    });
    sink(variants, alleles.data());
    context.progress->advance(variants.size());
    context.cancellation->check();
    first += variants.size();
    variants.clear();
    map_bp.clear();
    carriers.clear();
  };
  std::size_t chromosome = SIZE_MAX;
  while (stream.next()) {
    const SimulatedVariant& variant = stream.variant();
    if (variant.chromosome != chromosome || variants.size() == block) flush();
    if (variant.chromosome != chromosome) {
      chromosome = variant.chromosome;
      mosaic.start_chromosome(chromosome);
    }
    variants.push_back(variant.variant);
    map_bp.push_back(variant.map_bp);
    carriers.insert(carriers.end(), stream.carriers().begin(), stream.carriers().end());
  }
  flush();
  context.progress->finish();
}

void write_vcf(Run& run,
               const SimulationSettings& s,
               const std::vector<Person>& people,
               const std::vector<std::string>& ids) {
  const io::VcfFormat format = s.format == "vcf"   ? io::VcfFormat::kVcf
                               : s.format == "bcf" ? io::VcfFormat::kBcf
                                                   : io::VcfFormat::kVcfGz;
  io::VcfHeader header;
  header.source = kSource;
  header.lines.emplace_back("##reference=GRCh38");
  for (const auto& name : s.genome.chromosomes) {
    header.contigs.emplace_back(name, chromosome_length(name));
  }
  header.samples = ids;
  io::VcfWriter writer(open_output(run, "." + s.format), format, header, run.context());
  stream_genotypes(run,
                   s,
                   people,
                   [&](std::span<const genotype::Variant> variants, const std::uint8_t* alleles) {
                     writer.write(variants, alleles);
                   });
  writer.finish();
}

void write_bed(Run& run,
               const SimulationSettings& s,
               const std::vector<Person>& people,
               const std::vector<std::string>& ids) {
  base::OutputFile& bed = open_output(run, ".bed");
  base::OutputFile& bim = open_output(run, ".bim");
  bed.write(io::kBedMagic, sizeof io::kBedMagic);
  const std::size_t row_bytes = genotype::packed_bytes(ids.size());
  std::vector<std::uint8_t> packed;
  std::string lines;
  stream_genotypes(run,
                   s,
                   people,
                   [&](std::span<const genotype::Variant> variants, const std::uint8_t* alleles) {
                     packed.resize(variants.size() * row_bytes);
                     run.context().threads->run(variants.size(), [&](std::size_t v, std::size_t) {
                       pack_row(
                           alleles + v * 2 * ids.size(), ids.size(), packed.data() + v * row_bytes);
                     });
                     bed.write(packed.data(), packed.size());
                     lines.clear();
                     for (const auto& variant : variants) io::append_bim(lines, variant);
                     bim.write(lines);
                   });
  const std::vector<int> sexes = sexes_of(people, s.genome.seed);
  std::vector<io::FamRow> rows;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    io::FamRow row;
    row.id = ids[i];
    if (i < 4 * s.n_families) row.family = "FAM" + std::to_string(i / 4 + 1);
    if (people[i].father >= 0) row.father = ids[static_cast<std::size_t>(people[i].father)];
    if (people[i].mother >= 0) row.mother = ids[static_cast<std::size_t>(people[i].mother)];
    row.sex = sexes[i] + 1;
    rows.push_back(std::move(row));
  }
  io::write_fam(open_output(run, ".fam"), rows);
}

// The records as a hospital might hand them over: commas, empty cells where a value is missing.
void write_records(base::OutputFile& file, const clinical::Table& table) {
  std::string text = "IID";
  for (const auto& column : table.columns()) text += "," + column.field.name;
  text += "\n";
  for (std::size_t row = 0; row < table.n_rows(); ++row) {
    text += table.ids()[row];
    for (const auto& column : table.columns()) {
      text += ",";
      if (!column.is_missing(row)) text += clinical::format_cell(column, row);
    }
    text += "\n";
  }
  file.write(text);
}

void write_clinical(Run& run,
                    const SimulationSettings& s,
                    const SimulatedCohort& cohort,
                    const std::vector<Person>& people,
                    const std::vector<std::string>& ids) {
  ClinicalValues values{cohort.clinical.variables, {}};
  for (const auto& column : cohort.clinical.columns) {
    std::vector<double>& kept = values.columns.emplace_back();
    for (const std::size_t i : cohort.chosen) kept.push_back(column[i]);
  }
  drop_values(values, people, s.missing_rate, s.missing_mechanism, s.genome.seed);
  clinical::Table table = to_table(values, ids);
  if (s.genome.n_populations > 1) {
    clinical::Column column;
    column.field.name = "population";
    column.field.title = "population that the person descends from";
    column.field.description = "simulated";
    column.field.type = clinical::FieldType::kCategory;
    for (std::size_t k = 1; k <= s.genome.n_populations; ++k) {
      column.field.levels.push_back("POP" + std::to_string(k));
    }
    for (const Person& person : people) {
      column.codes.push_back(static_cast<std::int32_t>(person.population));
    }
    table.add(std::move(column));
  }
  if (table.n_columns() == 0) return;
  if (s.fhir) {
    std::vector<bool> is_case;
    if (s.outcome.kind == cohort::OutcomeKind::kBinary) {
      for (const std::size_t i : cohort.chosen) is_case.push_back(cohort.outcome.values[i] == 1);
    }
    write_fhir(open_output(run, ".fhir.ndjson"), table, is_case, s.outcome_name);
  }
  write_records(open_output(run, ".clinical.csv"), table);
  io::write_dictionary(open_output(run, ".dictionary.json"), table);
}

void write_phenotypes(base::OutputFile& file,
                      const SimulationSettings& s,
                      const SimulatedCohort& cohort,
                      const std::vector<std::string>& ids) {
  using enum cohort::OutcomeKind;
  std::vector<std::string> header = {"#IID", s.outcome_name};
  if (s.outcome.kind == kSurvival) header.emplace_back("time_years");
  io::TsvWriter out(file, header);
  for (std::size_t row = 0; row < ids.size(); ++row) {
    const std::size_t i = cohort.chosen[row];
    out.text(ids[row]);
    if (s.outcome.kind == kContinuous) {
      out.number(cohort.outcome.values[i], 9);
    } else if (s.outcome.kind == kMulticlass) {
      out.text("grade" + base::format_number(cohort.outcome.values[i]));
    } else {
      out.integer(static_cast<std::int64_t>(cohort.outcome.values[i]));
    }
    if (s.outcome.kind == kSurvival) out.number(cohort.outcome.times[i], 9);
    out.end_row();
  }
}

void simulate(Run& run) {
  const SimulationSettings s = read_settings(run.parameters(), run.context().seed);
  const auto calls = static_cast<double>(s.n_samples) * static_cast<double>(s.genome.n_variants);
  if (run.dry_run()) {
    run.log().info(
        "would write " + base::format_count(s.n_samples) + " samples × " +
        base::format_count(s.genome.n_variants) + " variants, about " +
        base::format_bytes(static_cast<std::uint64_t>(calls * (s.format == "bed"   ? 0.25
                                                               : s.format == "vcf" ? 4
                                                                                   : 0.25))));
    // Processor seconds a genotype, measured: compressing is most of it.
    const double rate = s.format == "bed" ? 6e-9 : 44e-9;
    run.estimate({.seconds = calls * rate / static_cast<double>(run.context().n_threads),
                  .basis = "6 ns a genotype, as VCF 44, measured rates"});
    return;
  }
  run.outputs();  // refuses an existing result before the work
  run.phase("people");
  const SimulatedCohort cohort = simulate_people(s, run.context());
  const std::vector<std::string> ids = make_ids(cohort.chosen.size());
  std::vector<Person> people;
  for (const std::size_t i : cohort.chosen) people.push_back(cohort.candidates[i]);

  run.phase("genotypes");
  (s.format == "bed" ? write_bed : write_vcf)(run, s, people, ids);

  run.phase("tables");
  write_clinical(run, s, cohort, people, ids);
  write_phenotypes(open_output(run, ".pheno.tsv"), s, cohort, ids);
  write_truth_table(open_output(run, ".truth.tsv"), s, cohort, ids);
  const base::Json truth = truth_json(s, cohort, run.parameters());
  open_output(run, ".truth.json").write(truth.dump(2) + "\n");

  run.count_kept("samples", ids.size());
  run.count_kept("variants", s.genome.n_variants);
  run.note("simulated", "all data are simulated, no real person is in them");
  run.note("candidates", static_cast<double>(cohort.candidates.size()));
  if (truth["outcome"].contains("bayes_auroc")) {
    const double auroc = truth["outcome"]["bayes_auroc"];
    run.note("bayes_auroc", auroc);
    run.log().info("the best AUROC that any model can reach here is " +
                   base::format_number(auroc, 3));
  }
}

}  // namespace

const CommandEntry& simulate_command() {
  static const CommandEntry kEntry = {
      .name = "simulate",
      .category = "data",
      .summary = "make a cohort with known truth: genotypes, health records, outcome",
      .description =
          "Makes people whose genotypes have linkage disequilibrium and population structure, "
          "whose health records have realistic names, units and missing values, and whose outcome "
          "follows a liability model with stated shares of variance. What is true is written "
          "beside the data, so that every later step can be judged.\n\n"
          "Writes P.vcf.gz (or .vcf, .bcf, .bed/.bim/.fam), P.clinical.csv with "
          "P.dictionary.json, P.pheno.tsv, P.truth.tsv (each person's liability and risk) and "
          "P.truth.json (causal variants, effects, the best AUROC that any model can reach). The "
          "same seed gives the same bytes on any number of threads.",
      .examples =
          {{"gcrisk simulate --samples 2000 --variants 50000 --out demo",
            "2,000 people with a disease of prevalence 0.2"},
           {"gcrisk simulate --samples 4000 --populations 3 --fst 0.1 --families 200 --out mixed",
            "three populations and 200 families, to try relatedness and confounding"},
           {"gcrisk simulate --prevalence 0.01 --case-fraction 0.5 --interactions 20 "
            "--gene-clinical 10 --out cc",
            "a case-control study of a rare disease with epistasis and gene-environment effects"},
           {"gcrisk simulate --outcome survival --follow-up 5 --dropout 0.3 --format bed --out km",
            "follow-up with censoring, genotypes as PLINK files"}},
      .parameters = simulation_parameters(),
      .work = simulate};
  return kEntry;
}

}  // namespace gcrisk::pipeline
