// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/recommend_people.hpp"

#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/vcf_lines.hpp"
#include "gcrisk/recommend/build.hpp"
#include "gcrisk/recommend/caller.hpp"
#include "gcrisk/recommend/outside_calls.hpp"
#include "gcrisk/recommend/sites.hpp"

namespace gcrisk::pipeline {

namespace {

using recommend::GenomeBuild;

constexpr std::size_t kPeoplePerBlock = 512;
constexpr std::size_t kPeoplePerTask = 64;

recommend::RecordText parse_record(const io::VcfLines& lines, std::string_view line) {
  recommend::RecordText record;
  if (!recommend::RecordText::parse(line, record)) {
    throw base::MalformedError(
        lines.place() + ": '" + std::string(line.substr(0, 48)) +
            "' is no record, expected at least eight columns and a number as POS",
        "mend the line, or write the file anew with bcftools view");
  }
  return record;
}

// The build by option, header or bases, in this order; the other two must not contradict.
std::pair<GenomeBuild, std::string> choose_build(const PeopleOptions& options,
                                                 const io::VcfLines& lines,
                                                 recommend::BuildProbe probe) {
  const recommend::HeaderBuild header = recommend::build_of_header(lines.header(), options.vcf);
  if (options.build) {
    const GenomeBuild given = *options.build == "37" ? GenomeBuild::k37 : GenomeBuild::k38;
    if (header.build && *header.build != given) {
      throw base::MismatchError(
          options.vcf + ": --build " + *options.build + " was given, but the header says " +
              std::string(recommend::name_of(*header.build)) + " by " + header.evidence,
          "leave --build out, or mend the header");
    }
    return {given, "--build " + *options.build};
  }
  if (header.build) return {*header.build, "the header (" + header.evidence + ")"};
  if (options.vcf == "-") {
    throw base::MismatchError(
        "standard input: the build cannot be told: the header does not name it",
        "give --build 37 or --build 38, or a file instead of a pipe");
  }
  io::VcfLines again(options.vcf);
  std::string_view line;
  while (again.next(line)) probe.add(parse_record(again, line));
  const GenomeBuild found = probe.found(options.vcf);
  return {found,
          "the bases of " + std::to_string(found == GenomeBuild::k37 ? probe.n37() : probe.n38()) +
              " records"};
}

// A tumour's file may hold the normal tissue beside it; some programs say which is which.
std::size_t tumour_column(const std::string& file, const io::VcfLines& lines) {
  const auto& samples = lines.samples();
  for (const std::string& line : lines.header()) {
    constexpr std::string_view kSays = "##tumor_sample=";
    if (!line.starts_with(kSays)) continue;
    const auto found = std::find(
        samples.begin(), samples.end(), std::string(base::trim(line.substr(kSays.size()))));
    if (found != samples.end()) return static_cast<std::size_t>(found - samples.begin());
  }
  throw base::MismatchError(file + ": " + base::format_count(samples.size()) +
                                " samples, expected the tumour of one person",
                            "choose one with --tumour-sample: " + base::join(samples, ", "));
}

std::vector<std::size_t> choose_columns(const PeopleOptions& options, const io::VcfLines& lines) {
  const auto& samples = lines.samples();
  if (samples.empty()) {
    throw base::DegenerateError(options.vcf + ": no sample in it, expected genotypes of a person",
                                "give a file with a FORMAT column and samples");
  }
  std::vector<std::size_t> columns;
  if (options.tumour && !options.sample && samples.size() > 1) {
    return {tumour_column(options.vcf, lines)};
  }
  if (!options.sample) {
    columns.resize(samples.size());
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = i;
    return columns;
  }
  const auto found = std::find(samples.begin(), samples.end(), *options.sample);
  if (found == samples.end()) {
    const auto nearest = base::nearest_names(*options.sample, samples, 1);
    throw base::UsageError((options.tumour ? "--tumour-sample " : "--sample ") + *options.sample +
                               ": the file has no such person (" +
                               base::format_count(samples.size()) + " people, the first is " +
                               samples.front() + ")",
                           nearest.empty() ? "" : "did you mean " + nearest.front() + "?");
  }
  return {static_cast<std::size_t>(found - samples.begin())};
}

// A wrong REF now and then is a fault of its record; most of them are a file of something else.
void refuse_foreign_bases(const std::string& file,
                          const std::string& build,
                          const recommend::SiteCounts& counts) {
  constexpr std::uint64_t kAFew = 10;
  if (counts.wrong_reference <= kAFew || 2 * counts.wrong_reference <= counts.used) return;
  throw base::MismatchError(
      file + ": REF is not the base of " + build + " in " +
          base::format_count(counts.wrong_reference) + " of " + base::format_count(counts.used) +
          " records at positions of the tables",
      "the file is of another build, of the other strand, or broken; nothing was called");
}

recommend::OutsideCalls read_outside_calls(Run& run, const std::string& path) {
  io::Input input(path);
  std::string text;
  std::string_view line;
  while (input.next_line(line)) {
    text.append(line);
    text.push_back('\n');
  }
  run.add_input("outside-calls", path, input.finish_hash());
  return recommend::parse_outside_calls(text, path == "-" ? "standard input" : path);
}

}  // namespace

struct PeopleCalls::State {
  State(const recommend::PgxTables& of, base::Context with)
      : tables(of), context(std::move(with)) {}

  const recommend::PgxTables& tables;
  base::Context context;
  std::string build;
  std::vector<std::string> names;
  std::unique_ptr<recommend::SitePanel> panel37;
  std::unique_ptr<recommend::SitePanel> panel38;
  std::unique_ptr<recommend::SiteReader> reader;
  std::optional<recommend::TumourRegions> regions;
  std::vector<recommend::GeneCaller> callers;
  std::vector<recommend::PersonCaller> person_callers;  // one a thread
  std::optional<recommend::OutsideCalls> outside;
  std::size_t at = 0;
  std::vector<std::uint16_t> by_site;    // of a block: sites × people
  std::vector<std::uint16_t> by_person;  // and turned round
  std::uint64_t n_read = 0;
  std::uint64_t n_missing = 0;
  std::uint64_t n_unusable = 0;
};

PeopleCalls::PeopleCalls(Run& run, const recommend::PgxTables& tables, const PeopleOptions& options)
    : state_(std::make_unique<State>(tables, run.context())) {
  State& s = *state_;
  const char* use = options.tumour ? "tumour" : "germline";
  s.panel37 = std::make_unique<recommend::SitePanel>(tables, GenomeBuild::k37, use);
  s.panel38 = std::make_unique<recommend::SitePanel>(tables, GenomeBuild::k38, use);
  io::VcfLines lines(options.vcf);
  recommend::BuildProbe probe(*s.panel37, *s.panel38);
  const auto [build, said_by] = choose_build(options, lines, probe);
  s.build = std::string(recommend::name_of(build));
  run.log().info(options.vcf + ": build " + s.build + " by " + said_by);
  run.note(options.tumour ? "tumour build" : "build", s.build);
  const recommend::SitePanel& panel = build == GenomeBuild::k37 ? *s.panel37 : *s.panel38;

  std::vector<std::size_t> columns = choose_columns(options, lines);
  for (const std::size_t column : columns) s.names.push_back(lines.samples()[column]);
  if (options.tumour) s.regions.emplace(build, columns.front());
  s.reader =
      std::make_unique<recommend::SiteReader>(panel, lines.samples().size(), std::move(columns));
  std::string_view line;
  while (lines.next(line)) {
    const recommend::RecordText record = parse_record(lines, line);
    probe.add(record);
    s.reader->add(record);
    if (s.regions) s.regions->add(record);
    if (s.reader->counts().records % 4096 == 0) s.context.cancellation->check();
  }
  probe.check(build, said_by, options.vcf);
  refuse_foreign_bases(options.vcf, s.build, s.reader->counts());
  run.add_input(options.tumour ? "tumour-vcf" : "vcf", options.vcf, lines.checksum());

  if (options.outside_calls) {
    s.outside = read_outside_calls(run, *options.outside_calls);
    if (!s.outside->names_people && s.names.size() > 1) {
      throw base::UsageError("--outside-calls names no people, and the VCF has " +
                                 base::format_count(s.names.size()) + " of them",
                             "choose one with --sample, or begin the file with the header line "
                             "#IID GENE DIPLOTYPE PHENOTYPE ACTIVITY_SCORE");
    }
  }
  if (!options.tumour) {
    for (const recommend::PgxGene& gene : tables.genes) s.callers.emplace_back(gene);
  }
  const recommend::CallOptions call_options{.assume_reference = options.assume_reference};
  for (std::size_t i = 0; i < s.context.threads->size(); ++i) {
    s.person_callers.emplace_back(tables, *s.reader, s.callers, call_options);
  }
}

PeopleCalls::~PeopleCalls() = default;
PeopleCalls::PeopleCalls(PeopleCalls&&) noexcept = default;

std::size_t PeopleCalls::n_people() const noexcept { return state_->names.size(); }
std::vector<recommend::TumourFinding> PeopleCalls::region_findings() const {
  return state_->regions ? state_->regions->findings() : std::vector<recommend::TumourFinding>();
}
const std::vector<std::string>& PeopleCalls::names() const noexcept { return state_->names; }
const std::string& PeopleCalls::build() const noexcept { return state_->build; }

bool PeopleCalls::next(std::vector<recommend::PersonCalls>& block) {
  State& s = *state_;
  block.clear();
  const std::size_t n = std::min(kPeoplePerBlock, s.names.size() - s.at);
  if (n == 0) return false;
  s.context.cancellation->check();
  const std::size_t n_sites = s.reader->panel().sites().size();
  s.by_site.resize(n_sites * n);
  s.by_person.resize(n_sites * n);
  for (std::size_t site = 0; site < n_sites; ++site) {
    const std::span<std::uint16_t> codes(s.by_site.data() + site * n, n);
    s.reader->matrix().read(site, s.at, codes);
    const recommend::SiteStates& states = s.reader->states(site);
    for (std::size_t i = 0; i < n; ++i) {
      s.by_person[i * n_sites + site] = codes[i];
      switch (states.at(codes[i]).state) {
        case recommend::SiteState::kRead: ++s.n_read; break;
        case recommend::SiteState::kMissing: ++s.n_missing; break;
        case recommend::SiteState::kUnusable: ++s.n_unusable; break;
      }
    }
  }
  block.resize(n);
  const std::size_t n_tasks = base::chunk_count(n, kPeoplePerTask);
  s.context.threads->run(n_tasks, [&](std::size_t task, std::size_t thread) {
    const auto [begin, end] = base::chunk_at(task, n, kPeoplePerTask);
    for (std::size_t i = begin; i < end; ++i) {
      block[i] = s.person_callers[thread].call(
          s.names[s.at + i], std::span(s.by_person.data() + i * n_sites, n_sites));
      if (s.outside) recommend::apply_outside_calls(s.tables, *s.outside, block[i]);
    }
  });
  s.at += n;
  return true;
}

void PeopleCalls::report(Run& run) const {
  const State& s = *state_;
  const recommend::SiteCounts& counts = s.reader->counts();
  run.count_kept("people", s.names.size());
  run.count_kept("records read", counts.records);
  run.count_kept("records at positions of the tables", counts.used);
  run.count_kept("positions of the tables", s.reader->panel().sites().size());
  run.count_kept("genotypes read", s.n_read);
  run.count_filtered("genotypes", "not in the file or not called", s.n_missing);
  run.count_filtered("genotypes", "not usable", s.n_unusable);
  run.count_filtered("records", "REF is not the reference base", counts.wrong_reference);
  run.count_filtered("records", "FILTER failed", counts.filtered);
  run.count_filtered("records", "fewer columns than the header", counts.malformed);
  run.log().info(base::format_count(s.n_read) + " genotypes read at " +
                 base::format_count(s.reader->panel().sites().size()) + " positions of " +
                 base::format_count(s.names.size()) + " people, " +
                 base::format_count(s.n_missing) + " missing, " + base::format_count(s.n_unusable) +
                 " not usable");
}

}  // namespace gcrisk::pipeline
