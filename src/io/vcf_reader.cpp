// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "io/vcf_source.hpp"

namespace gcrisk::io {

void VcfCounts::add(const VcfCounts& other) {
  records += other.records;
  variants += other.variants;
  outside_regions += other.outside_regions;
  failed_filter += other.failed_filter;
  multiallelic_skipped += other.multiallelic_skipped;
  multiallelic_split += other.multiallelic_split;
  reference_blocks += other.reference_blocks;
  placeholder_alleles += other.placeholder_alleles;
  no_genotypes += other.no_genotypes;
  bad_records += other.bad_records;
  half_calls += other.half_calls;
  haploid_calls += other.haploid_calls;
  polyploid_calls += other.polyploid_calls;
  unlisted_calls += other.unlisted_calls;
  low_gq_calls += other.low_gq_calls;
  low_dp_calls += other.low_dp_calls;
  uncertain_dosages += other.uncertain_dosages;
}

struct VcfReader::State {
  VcfOptions options;
  std::shared_ptr<base::Log> log;
  std::shared_ptr<base::Cancellation> cancellation;
  std::vector<std::unique_ptr<VcfSource>> sources;
  std::vector<VcfFile> files;
  SampleChoice choice;
  std::vector<std::string> samples;
  std::vector<std::string> absent;
  std::size_t current = 0;
  bool started = false;
  ParsedRows rows;
  VcfCounts counts;
  // For the order of variants.
  std::unordered_set<std::string> seen_contigs;
  std::string last_contig;
  std::int64_t last_position = 0;
  bool told_unsorted = false;
  bool told_gvcf = false;

  void check_same_samples(const VcfHeader& first, const VcfHeader& other, const std::string& path);
  void check_build(const VcfHeader& header, const std::string& path);
  void choose_samples(const std::vector<std::string>& in_file);
  void watch_order(const genotype::Variants& variants);
  void report_bad(const ParsedRows& parsed);
};

void VcfReader::State::check_same_samples(const VcfHeader& first,
                                          const VcfHeader& other,
                                          const std::string& path) {
  if (first.samples == other.samples) return;
  const std::string& first_path = files.front().path;
  if (first.samples.size() != other.samples.size()) {
    throw base::MismatchError(path + " has " + base::format_count(other.samples.size()) +
                                  " samples, " + first_path + " has " +
                                  base::format_count(first.samples.size()) +
                                  ", expected the same ones in the same order",
                              "files of other samples are merged with bcftools merge");
  }
  std::size_t at = 0;
  while (first.samples[at] == other.samples[at]) ++at;
  throw base::MismatchError(path + ": sample " + base::format_count(at + 1) + " is " +
                                other.samples[at] + ", in " + first_path + " it is " +
                                first.samples[at] + ", expected the same ones in the same order",
                            "bring them into one order: bcftools view -S SAMPLES");
}

void VcfReader::State::check_build(const VcfHeader& header, const std::string& path) {
  if (header.build.empty()) return;
  if (!options.build.empty() && options.build != header.build) {
    throw base::MismatchError(path + ": its contig lengths are those of build " + header.build +
                                  ", --build says " + options.build,
                              "correct --build, or lift the file over first");
  }
  for (const VcfFile& file : files) {
    if (!file.build.empty() && file.build != header.build) {
      throw base::MismatchError(path + ": its contig lengths are those of build " + header.build +
                                    ", those of " + file.path + " of build " + file.build,
                                "lift one of them over first");
    }
  }
}

void VcfReader::State::choose_samples(const std::vector<std::string>& in_file) {
  choice.n_in_file = in_file.size();
  if (options.keep_samples.empty()) {
    samples = in_file;
    return;
  }
  std::unordered_map<std::string_view, std::uint32_t> index;
  for (std::size_t i = 0; i < in_file.size(); ++i) {
    index.emplace(in_file[i], static_cast<std::uint32_t>(i));
  }
  std::vector<std::uint32_t> kept;
  for (const std::string& name : options.keep_samples) {
    const auto found = index.find(name);
    if (found == index.end()) {
      absent.push_back(name);
    } else {
      kept.push_back(found->second);
    }
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  if (kept.empty()) {
    throw base::DegenerateError(
        "no sample left: none of the " + base::format_count(options.keep_samples.size()) +
            " samples asked for is in " + files.front().path + " (its first is " + in_file.front() +
            ", the first asked for " + options.keep_samples.front() + ")",
        "give the IDs as the VCF header writes them");
  }
  for (const std::uint32_t sample : kept) samples.push_back(in_file[sample]);
  if (kept.size() < in_file.size()) choice.kept = std::move(kept);
}

// Out-of-order variants are kept as they come; LD windows and region queries want them in order.
void VcfReader::State::watch_order(const genotype::Variants& variants) {
  if (told_unsorted) return;
  for (const genotype::Variant& variant : variants) {
    const bool new_contig = variant.chromosome != last_contig;
    const bool returns = new_contig && !seen_contigs.insert(variant.chromosome).second;
    if (returns || (!new_contig && variant.position_bp < last_position)) {
      told_unsorted = true;
      if (log) {
        log->warning("variants are not in order: " + variant.chromosome + ":" +
                     std::to_string(variant.position_bp) + " comes after " + last_contig + ":" +
                     std::to_string(last_position) +
                     "; they are written as they come, and steps that go by position (LD pruning, "
                     "windows) will want them sorted: bcftools sort");
      }
      return;
    }
    if (new_contig) last_contig = variant.chromosome;
    last_position = variant.position_bp;
  }
}

void VcfReader::State::report_bad(const ParsedRows& parsed) {
  if (!log) return;
  const VcfSource& source = *sources[current];
  for (const BadRecord& record : parsed.bad) {
    log->flood("bad records",
               source.place_of(record) + ": " + record.fault.finding + "; the record is skipped");
  }
  for (std::uint64_t i = parsed.bad.size(); i < parsed.counts.bad_records; ++i) {
    log->flood("bad records", "another record is skipped");
  }
}

VcfReader::VcfReader(const std::vector<std::string>& paths,
                     VcfOptions options,
                     const base::Context& context)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.options = std::move(options);
  s.log = context.log;
  s.cancellation = context.cancellation;
  for (const std::string& path : paths) {
    s.sources.push_back(open_vcf(path, s.options, context));
    const VcfHeader& header = s.sources.back()->header();
    if (header.samples.empty()) {
      throw base::DegenerateError(path + ": no sample: the file lists sites only",
                                  "give a file with genotype columns");
    }
    if (s.sources.size() > 1) s.check_same_samples(s.sources.front()->header(), header, path);
    s.check_build(header, path);
    s.files.push_back({path, s.sources.back()->format(), {}, header.build});
  }
  s.choose_samples(s.sources.front()->header().samples);
}

VcfReader::~VcfReader() = default;
VcfReader::VcfReader(VcfReader&&) noexcept = default;

const std::vector<std::string>& VcfReader::samples() const noexcept { return state_->samples; }
const std::vector<std::string>& VcfReader::absent_samples() const noexcept {
  return state_->absent;
}
std::size_t VcfReader::n_samples_in_file() const noexcept { return state_->choice.n_in_file; }
const VcfCounts& VcfReader::counts() const noexcept { return state_->counts; }
const std::vector<VcfFile>& VcfReader::files() const noexcept { return state_->files; }

bool VcfReader::next(VcfBlock& block) {
  State& s = *state_;
  std::swap(block, s.rows.block);  // its memory is used again
  while (s.current < s.sources.size()) {
    if (s.cancellation) s.cancellation->check();
    auto& source = s.sources[s.current];
    if (!s.started) {
      source->start(s.options, s.choice);
      s.started = true;
    }
    if (!source->next(s.rows)) {
      s.files[s.current].checksum = source->checksum();
      source.reset();
      ++s.current;
      s.started = false;
      continue;
    }
    s.rows.counts.variants = s.rows.block.variants.size();
    s.counts.add(s.rows.counts);
    if (s.rows.counts.bad_records > 0) s.report_bad(s.rows);
    if (s.rows.counts.reference_blocks > 0 && !s.told_gvcf) {
      s.told_gvcf = true;
      if (s.log) {
        s.log->warning(s.files[s.current].path +
                       " is a gVCF: its reference blocks hold no variant and are left out; a site "
                       "that is a block here and a variant elsewhere cannot be told from a missing "
                       "one, so call genotypes jointly (GLnexus, GATK) before a study of many");
      }
    }
    if (s.rows.block.variants.empty()) continue;
    s.watch_order(s.rows.block.variants);
    std::swap(block, s.rows.block);
    return true;
  }
  block.variants.clear();
  return false;
}

}  // namespace gcrisk::io
