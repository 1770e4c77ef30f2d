// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/plink.hpp"
#include "gcrisk/io/vcf.hpp"
#include "gcrisk/pipeline/run.hpp"

namespace gcrisk::pipeline {

namespace {

using base::ParameterType;

base::ParameterTable parameters() {
  return {
      {.name = "vcf",
       .type = ParameterType::kPaths,
       .meaning = "VCF (plain, gzip, BGZF, zstd) or BCF files, told by content; '-' is standard "
                  "input. Several files must have the same samples in the same order",
       .placeholder = "FILE",
       .required = true},
      {.name = "region",
       .type = ParameterType::kText,
       .meaning =
           "variants whose position lies in this region alone (chr, chr:from-to, chr:from-); "
           "an index is used where there is one",
       .placeholder = "REGION"},
      {.name = "regions-file",
       .type = ParameterType::kPath,
       .meaning = "the same for each line of a BED file",
       .placeholder = "BED"},
      {.name = "samples-file",
       .type = ParameterType::kPath,
       .meaning = "samples to keep, one ID a line or a column #IID or IID; their order stays that "
                  "of the VCF",
       .placeholder = "FILE"},
      {.name = "pass-only",
       .type = ParameterType::kFlag,
       .meaning = "keep records whose FILTER is PASS or '.' alone"},
      {.name = "min-gq",
       .type = ParameterType::kNumber,
       .meaning = "calls with a lower genotype quality (GQ) are missing; calls without one stay",
       .min = 0},
      {.name = "min-dp",
       .type = ParameterType::kNumber,
       .meaning = "calls with a lower read depth (DP) are missing; calls without one stay",
       .min = 0},
      {.name = "multiallelic",
       .type = ParameterType::kChoice,
       .meaning =
           "split: one row an ALT, calls of the other ALTs missing; skip: leave such records "
           "out",
       .default_value = "split",
       .choices = {"split", "skip"}},
      {.name = "from",
       .type = ParameterType::kChoice,
       .meaning = "what genotypes are made of: called alleles (GT), ALT dosage (DS) or genotype "
                  "probabilities (GP); GT is used where a sample has no DS or GP",
       .default_value = "GT",
       .choices = {"GT", "DS", "GP"}},
      {.name = "hard-call-threshold",
       .type = ParameterType::kNumber,
       .meaning = "a dosage further than this from 0, 1 and 2 is missing",
       .default_value = "0.1",
       .min = 0,
       .max = 0.5,
       .open_max = true,
       .source = "PLINK 2 --hard-call-threshold"},
      {.name = "build",
       .type = ParameterType::kChoice,
       .meaning = "genome build; checked against the contig lengths in the header",
       .choices = {"37", "38"}},
      {.name = "on-bad-record",
       .type = ParameterType::kChoice,
       .meaning = "what to do with a record that breaks the format: stop, or skip and count it",
       .default_value = "refuse",
       .choices = {"refuse", "skip"}},
  };
}

// One ID a line; with a header the column IID or #IID. "FID IID" lines without a header: the last
// of two columns.
std::vector<std::string> read_sample_list(const std::string& path) {
  std::vector<std::string> ids;
  io::Input input(path);
  std::string_view line;
  std::size_t column = SIZE_MAX;
  while (input.next_line(line)) {
    std::vector<std::string_view> fields;
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
      if (end > at) fields.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    if (fields.empty()) continue;
    if (input.line_number() == 1) {
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i] == "IID" || fields[i] == "#IID") column = i;
      }
      if (column != SIZE_MAX) continue;
    }
    const std::size_t at = column != SIZE_MAX ? column : fields.size() == 2 ? 1 : 0;
    if (at >= fields.size()) {
      throw base::MalformedError(input.place() + ": the line has " + std::to_string(fields.size()) +
                                     " columns, expected at least " + std::to_string(at + 1),
                                 "complete the line");
    }
    ids.emplace_back(fields[at]);
  }
  if (ids.empty()) {
    throw base::DegenerateError(path + ": no sample in it", "leave --samples-file out for all");
  }
  return ids;
}

io::VcfOptions options_of(const base::Parameters& given) {
  io::VcfOptions options;
  if (given.has("region")) options.regions.push_back(io::parse_region(given.text("region")));
  if (given.has("regions-file")) {
    if (given.has("region")) {
      throw base::UsageError("--region and --regions-file were given, expected one of them");
    }
    options.regions = io::read_regions(given.text("regions-file"));
  }
  if (given.has("samples-file"))
    options.keep_samples = read_sample_list(given.text("samples-file"));
  options.pass_only = given.flag("pass-only");
  options.min_gq = given.number_if("min-gq");
  options.min_dp = given.number_if("min-dp");
  options.split_multiallelic = given.text("multiallelic") == "split";
  options.from = given.text("from") == "DS"   ? io::VcfField::kDS
                 : given.text("from") == "GP" ? io::VcfField::kGP
                                              : io::VcfField::kGT;
  options.hard_call_threshold = given.number("hard-call-threshold");
  options.skip_bad_records = given.text("on-bad-record") == "skip";
  options.build = given.text_if("build").value_or("");
  return options;
}

void count_everything(Run& run, const io::VcfReader& reader) {
  const io::VcfCounts& n = reader.counts();
  run.count_kept("samples", reader.samples().size());
  run.count_kept("records read", n.records);
  run.count_kept("variants", n.variants);
  run.count_kept("multi-allelic records that were split", n.multiallelic_split);
  run.count_kept("haploid calls, as homozygous", n.haploid_calls);
  run.count_dropped(
      "samples", "not in --samples-file", reader.n_samples_in_file() - reader.samples().size());
  run.count_dropped("samples of --samples-file", "not in the VCF", reader.absent_samples().size());
  run.count_dropped("records", "outside the regions", n.outside_regions);
  run.count_dropped("records", "FILTER is not PASS", n.failed_filter);
  run.count_dropped("records", "multi-allelic", n.multiallelic_skipped);
  run.count_dropped("records", "gVCF reference block", n.reference_blocks);
  run.count_dropped("records", "malformed", n.bad_records);
  run.count_dropped("alleles", "'*' or <NON_REF> beside other ALTs", n.placeholder_alleles);
  run.count_dropped("calls of whole records", "no such key in FORMAT", n.no_genotypes);
  run.count_dropped("calls", "half-call", n.half_calls);
  run.count_dropped("calls", "more than two alleles", n.polyploid_calls);
  run.count_dropped("calls", "an ALT that the record does not list", n.unlisted_calls);
  run.count_dropped("calls", "GQ below --min-gq", n.low_gq_calls);
  run.count_dropped("calls", "DP below --min-dp", n.low_dp_calls);
  run.count_dropped("calls", "dosage beyond --hard-call-threshold", n.uncertain_dosages);
}

void say_result(Run& run, const io::VcfReader& reader) {
  const io::VcfCounts& n = reader.counts();
  std::string text = base::format_count(n.variants) + " variants of " +
                     base::format_count(reader.samples().size()) + " samples from " +
                     base::format_count(n.records) + " records";
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += ", " + base::format_count(count) + " " + what;
  };
  add(n.outside_regions, "outside the regions");
  add(n.failed_filter, "failed FILTER");
  add(n.multiallelic_split, "multi-allelic (split)");
  add(n.multiallelic_skipped, "multi-allelic (skipped)");
  add(n.reference_blocks, "reference blocks (left out)");
  add(n.bad_records, "malformed (skipped)");
  add(n.half_calls, "half-calls (missing)");
  add(n.polyploid_calls, "calls of more than two alleles (missing)");
  run.log().info(text);
}

void throw_nothing_left(const io::VcfReader& reader) {
  const io::VcfCounts& n = reader.counts();
  std::string why = "no variant left: 0 of " + base::format_count(n.records) + " records were kept";
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) why += ", " + base::format_count(count) + " " + what;
  };
  add(n.outside_regions, "are outside the regions");
  add(n.failed_filter, "failed FILTER");
  add(n.multiallelic_skipped, "are multi-allelic");
  add(n.reference_blocks, "are gVCF reference blocks");
  add(n.bad_records, "are malformed");
  throw base::DegenerateError(
      why,
      n.outside_regions > 0 ? "contigs are compared without 'chr'; is the build the right one?"
                            : "");
}

void work(Run& run) {
  const base::Parameters& given = run.parameters();
  run.phase("opening");
  io::VcfReader reader(given.texts("vcf"), options_of(given), run.context());
  const std::size_t n_samples = reader.samples().size();
  for (const io::VcfFile& file : reader.files()) {
    run.log().info(file.path + ": " + file.format +
                   (file.build.empty() ? "" : ", build " + file.build) + ", " +
                   base::format_count(reader.n_samples_in_file()) + " samples");
  }
  if (!reader.absent_samples().empty()) {
    run.log().warning(base::format_count(reader.absent_samples().size()) +
                      " samples of --samples-file are not in the VCF (the first is " +
                      reader.absent_samples().front() + ")");
  }

  run.phase("reading");
  run.context().progress->start("ingest", 0, "variants");
  base::OutputFile* bed = nullptr;
  base::OutputFile* bim = nullptr;
  if (!run.dry_run()) {
    base::OutputSet& outputs = run.outputs();
    bed = &outputs.open(".bed");
    bim = &outputs.open(".bim");
    std::vector<io::FamRow> fam(n_samples);
    for (std::size_t i = 0; i < n_samples; ++i) fam[i].id = reader.samples()[i];
    io::write_fam(outputs.open(".fam"), fam);
    bed->write(io::kBedMagic, sizeof io::kBedMagic);
  }
  io::VcfBlock block;
  std::string lines;
  while (reader.next(block)) {
    if (bed != nullptr) {
      bed->write(block.rows.data(), block.variants.size() * block.row_bytes);
      lines.clear();
      for (const genotype::Variant& variant : block.variants) io::append_bim(lines, variant);
      bim->write(lines);
    }
    run.context().progress->advance(block.variants.size());
  }
  run.context().progress->finish();

  say_result(run, reader);
  if (reader.counts().variants == 0) throw_nothing_left(reader);
  std::string build = given.text_if("build").value_or("");
  const bool own_hash = given.text("checksums") == "xxh3";
  for (const io::VcfFile& file : reader.files()) {
    if (build.empty()) build = file.build;
    run.add_input("vcf", file.path, own_hash ? file.checksum : "");
  }
  if (given.has("samples-file")) run.add_input("samples", given.text("samples-file"));
  if (given.has("regions-file")) run.add_input("regions", given.text("regions-file"));
  run.note("build", build.empty() ? "not stated" : build);
  count_everything(run, reader);
}

}  // namespace

const CommandEntry& ingest_vcf_command() {
  static const CommandEntry kEntry = {
      .name = "ingest vcf",
      .category = "data",
      .summary = "VCF or BCF to PLINK files",
      .description =
          "Writes P.bed, P.bim and P.fam. A1 (column 5 of .bim) is ALT and A2 is REF, as plink2 "
          "--make-bed writes them. Variants without an ID get chrom:pos:ref:alt.\n\n"
          "A multi-allelic record becomes one row an ALT, with the calls of its other ALTs "
          "missing; '*' and <NON_REF> beside other ALTs get no row, and the reference blocks of a "
          "gVCF are left out. Haploid calls are kept as homozygous; half-calls (./1) and calls of "
          "more than two alleles are missing. Everything that is left out is counted in "
          "P.run.json.",
      .examples = {{"gcrisk ingest vcf --vcf cohort.vcf.gz --out cohort", "all variants"},
                   {"gcrisk ingest vcf --vcf chr20.vcf.gz chr21.vcf.gz --pass-only --out cohort",
                    "several files, good records alone"},
                   {"gcrisk ingest vcf --vcf imputed.vcf.gz --from DS --out cohort",
                    "hard calls from imputed dosages"}},
      .parameters = parameters(),
      .work = &work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
