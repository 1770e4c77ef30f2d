// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/variant.hpp"
#include "gcrisk/recommend/sites.hpp"
#include "recommend/calling/genotype_text.hpp"
#include "recommend/calling/record_alleles.hpp"

namespace gcrisk::recommend {

namespace {

using Kind = AllelesAtSite::Kind;
using Trouble = AllelesAtSite::Trouble;

// Longest REF that may begin before a site and still cover it.
constexpr std::int64_t kLongestReference = 10'000;
constexpr std::uint16_t kNoCode = 0xFFFF;

// A number for what PS says, 0 for nothing. Some programs write names instead of positions.
std::int64_t phase_set_of(std::string_view text) {
  if (text.empty() || text == ".") return 0;
  const auto number = base::parse_integer(text);
  if (number && *number > 0) return *number;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return -static_cast<std::int64_t>(hash >> 1) - 1;
}

SiteObservation unusable(std::string why, int rank) {
  SiteObservation result;
  result.state = SiteState::kUnusable;
  result.why = std::move(why);
  result.rank = rank;
  return result;
}

}  // namespace

bool RecordText::parse(std::string_view line, RecordText& record) {
  std::array<std::string_view, 8> columns;
  for (std::string_view& column : columns) {
    const std::size_t end = line.find('\t');
    column = line.substr(0, end);
    const bool last = &column == &columns.back();
    if (end == std::string_view::npos) {
      if (!last) return false;
      line = {};
      break;
    }
    line.remove_prefix(end + 1);
  }
  const auto position = base::parse_integer(columns[1]);
  if (!position || *position < 0 || columns[0].empty() || columns[3].empty() ||
      columns[4].empty()) {
    return false;
  }
  record.contig = columns[0];
  record.position_bp = *position;
  record.reference = columns[3];
  record.alternatives = columns[4];
  record.filter = columns[6];
  record.info = columns[7];
  const std::size_t end = line.find('\t');
  record.format = line.substr(0, end);
  record.samples = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  return true;
}

// What the columns of one record mean at the site at hand.
struct SiteReader::Record {
  RecordAlleles alleles;
  std::string fault;  // of the whole record: "FILTER is LowQual"
  std::string_view samples;
  bool gt_only = false;
  int gt = -1, ad = -1, dp = -1, min_dp = -1, gq = -1, ft = -1, ps = -1, len = -1;
  std::int64_t site_bp = 0;  // of the site at hand

  AllelesAtSite here;
  std::vector<int> numbers;  // of the site's alleles, by number in the record; -1: in trouble
  std::uint64_t listed = 0;
  bool diploid = true;  // a haploid call is out of place

  void assign(const RecordText& record);
  SiteObservation observe(std::string_view column) const;
  std::string depth_fault(std::string_view column, const GenotypeText& genotype) const;
  std::int64_t block_end(std::string_view column) const;
};

void SiteReader::Record::assign(const RecordText& record) {
  alleles.assign(record);
  samples = record.samples;
  fault.clear();
  if (!record.filter.empty() && record.filter != "PASS" && record.filter != ".") {
    fault = "FILTER is " + std::string(record.filter);
  }
  gt_only = record.format == "GT";
  gt = index_of(record.format, ':', "GT");
  ad = index_of(record.format, ':', "AD");
  dp = index_of(record.format, ':', "DP");
  min_dp = index_of(record.format, ':', "MIN_DP");
  gq = index_of(record.format, ':', "GQ");
  ft = index_of(record.format, ':', "FT");
  ps = index_of(record.format, ':', "PS");
  // VCF 4.5 states the length of a reference block for each sample by itself.
  len = alleles.is_block ? index_of(record.format, ':', "LEN") : -1;
  for (std::string_view rest = len < 0 ? std::string_view() : samples; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\t'), rest.size());
    alleles.end_bp = std::max(alleles.end_bp, block_end(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

// Last position of the block as one sample's column states it.
std::int64_t SiteReader::Record::block_end(std::string_view column) const {
  const auto length = base::parse_integer(part(column, ':', len));
  return length && *length > 0 ? alleles.position_bp + *length - 1 : alleles.position_bp;
}

// Reads that speak against the genotype, or none at all; empty: no fault.
std::string SiteReader::Record::depth_fault(std::string_view column,
                                            const GenotypeText& genotype) const {
  for (const int key : {dp, min_dp}) {
    if (part(column, ':', key) == "0") return "no read covers the position (DP 0)";
  }
  const bool only_reference = genotype.alleles[0] == 0 && genotype.alleles[1] <= 0;
  if (only_reference && part(column, ':', gq) == "0") return "the genotype quality is 0";
  const std::string_view depths = part(column, ':', ad);
  if (depths.empty() || depths == ".") return {};
  std::vector<std::int64_t> reads;
  std::int64_t total = 0;
  for (const auto depth : base::split(depths, ',')) {
    const auto n = base::parse_integer(depth);
    reads.push_back(n.value_or(-1));
    total += std::max<std::int64_t>(0, n.value_or(0));
  }
  const auto of = [&](int allele) {
    const auto at = static_cast<std::size_t>(allele);
    return allele >= 0 && at < reads.size() ? reads[at] : -1;
  };
  const bool known = std::none_of(reads.begin(), reads.end(), [](auto n) { return n < 0; });
  if (!known) return {};
  if (total == 0) return "no read covers the position (AD " + std::string(depths) + ")";
  const int first = genotype.alleles[0];
  const int second = genotype.n > 1 ? genotype.alleles[1] : first;
  std::string contradicts = "the reads (AD " + std::string(depths) + ") contradict the genotype";
  if (of(first) == 0 || of(second) == 0) return contradicts;
  if (first == second && of(first) >= 0 && 2 * of(first) < total) return contradicts;
  return {};
}

SiteObservation SiteReader::Record::observe(std::string_view column) const {
  const std::string_view text = gt_only ? column : part(column, ':', gt);
  const int rank = here.rank;
  const auto with_listed = [&](SiteObservation observation) {
    observation.listed = listed;
    return observation;
  };
  if (len >= 0 && site_bp > block_end(column)) {
    SiteObservation absent;  // this sample's block ends before
    absent.why = "not in the file";
    return absent;
  }
  if (here.kind == Kind::kWrongReference) {
    return unusable("REF is " + alleles.reference + ", which is not the reference base", 2);
  }
  if (gt < 0 || text.empty()) {
    SiteObservation missing;
    missing.why = "no genotype (GT)";
    missing.rank = rank;
    return with_listed(missing);
  }
  const GenotypeText genotype = parse_genotype_text(text);
  if (!genotype.valid) return unusable("'" + std::string(text) + "' is no genotype", rank);
  if (genotype.n > 2) {
    return unusable(
        "the genotype " + std::string(text) + " has " + std::to_string(genotype.n) + " alleles",
        rank);
  }
  const int n_alleles = static_cast<int>(here.alleles.size());
  for (int i = 0; i < genotype.n; ++i) {
    if (genotype.alleles[static_cast<std::size_t>(i)] >= n_alleles) {
      return unusable(
          "the genotype " + std::string(text) + " names an allele that the record lacks", rank);
    }
  }
  const int one = genotype.alleles[0];
  const int two = genotype.n > 1 ? genotype.alleles[1] : one;
  if (one < 0 && two < 0) {
    SiteObservation missing;
    missing.why = "not called (" + std::string(text) + ")";
    missing.rank = rank;
    return with_listed(missing);
  }
  const auto number = [&](int allele) { return numbers[static_cast<std::size_t>(allele)]; };
  if (one < 0 || two < 0) {
    SiteObservation half = unusable("half call (" + std::string(text) + ")", rank);
    half.seen = number(one < 0 ? two : one);
    return half;
  }
  if (!fault.empty()) return unusable(fault, rank);
  if (const auto filter = part(column, ':', ft);
      ft >= 0 && !filter.empty() && filter != "PASS" && filter != ".") {
    return unusable("FT is " + std::string(filter), rank);
  }
  for (const int allele : {one, two}) {
    const auto& shown = here.alleles[static_cast<std::size_t>(allele)];
    if (shown.trouble == Trouble::kSymbolic) {
      return unusable("the called allele " + shown.bases + " is not made of bases", rank);
    }
    if (shown.trouble == Trouble::kReachesOver) {
      return unusable("the called allele " + alleles.reference + ">" + shown.bases +
                          " reaches over the position",
                      rank);
    }
  }
  if (!gt_only) {
    std::string reads = depth_fault(column, genotype);
    if (!reads.empty()) return unusable(std::move(reads), rank);
  }
  if (genotype.n == 1 && diploid) {
    SiteObservation single = unusable("one allele alone (" + std::string(text) + ")", rank);
    single.seen = number(one);
    return single;
  }
  SiteObservation result;
  result.state = SiteState::kRead;
  result.rank = rank;
  result.listed = listed;
  result.first = number(one);
  result.second = number(two);
  result.strands = genotype.n;
  result.phased = genotype.phased || result.first == result.second;
  if (result.phased && result.first != result.second) {
    result.phase_set = phase_set_of(part(column, ':', ps));
  }
  if (!result.phased && result.first > result.second) std::swap(result.first, result.second);
  return result;
}

SiteReader::SiteReader(const SitePanel& panel,
                       std::size_t n_columns,
                       std::vector<std::size_t> columns)
    : panel_(panel),
      n_columns_(n_columns),
      columns_(std::move(columns)),
      matrix_(panel.sites().size(), columns_.size()),
      record_(std::make_unique<Record>()),
      row_(columns_.size()),
      old_row_(columns_.size()) {
  states_.reserve(panel.sites().size());
  for (const PanelSite& site : panel.sites()) states_.emplace_back(site);
}

SiteReader::~SiteReader() = default;

void SiteReader::add(const RecordText& text) {
  ++counts_.records;
  const auto length = static_cast<std::int64_t>(text.reference.size());
  std::int64_t last = text.position_bp + std::min(length, kLongestReference) - 1;
  const bool may_be_block = text.alternatives == "." || text.alternatives[0] == '<';
  const bool has_length = text.info.find("END=") != std::string_view::npos ||
                          text.format.find("LEN") != std::string_view::npos;
  if (may_be_block && has_length) last = INT64_MAX;
  if (panel_.between(text.contig, text.position_bp, last).empty()) return;
  Record& record = *record_;
  record.assign(text);
  const auto sites = panel_.between(text.contig, text.position_bp, record.alleles.end_bp);
  bool exact = false;
  for (const std::uint32_t site : sites) {
    exact |= panel_.sites()[site].position_bp == text.position_bp &&
             panel_.sites()[site].reference == record.alleles.reference;
  }
  // A known insertion or deletion that covers other sites leaves them as they are: their own
  // records speak for them.
  bool used = false;
  for (const std::uint32_t site : sites) {
    const PanelSite& at = panel_.sites()[site];
    if (exact && at.position_bp != text.position_bp && !record.alleles.is_block) {
      const bool substitution = std::all_of(
          record.alleles.alternatives.begin(), record.alleles.alternatives.end(), [&](auto& alt) {
            return alt.size() == record.alleles.reference.size();
          });
      if (!substitution) continue;
    }
    record.here = alleles_at_site(record.alleles, at, exact);
    if (record.here.kind == Kind::kNotHere) continue;
    if (record.here.kind == Kind::kWrongReference) ++counts_.wrong_reference;
    used = true;
    add_to_site(site);
  }
  if (used) {
    ++counts_.used;
    if (!record.fault.empty()) ++counts_.filtered;
  }
}

void SiteReader::add_to_site(std::size_t site) {
  Record& record = *record_;
  SiteStates& states = states_[site];
  record.numbers.clear();
  record.listed = 0;
  for (const auto& allele : record.here.alleles) {
    const bool bases = allele.trouble == Trouble::kNone;
    record.numbers.push_back(bases ? states.allele(allele.bases) : -1);
    if (bases && record.numbers.size() > 1 && record.numbers.back() != record.numbers.front()) {
      record.listed |= std::uint64_t{1} << record.numbers.back();
    }
  }
  record.site_bp = panel_.sites()[site].position_bp;
  record.diploid = panel_.sites()[site].contig != "chrX";
  if (record.alleles.alternatives.empty() && record.here.kind == Kind::kHere) {
    // ALT is ".": whatever another record shows, this one says that it is not there.
    record.listed = ~(std::uint64_t{1} << record.numbers.front());
  }

  // GT alone of one digit each: a table of what was seen before.
  std::array<std::uint16_t, 11 * 11 * 2> seen;
  seen.fill(kNoCode);
  const auto digit = [](char c) -> unsigned {
    return c == '.' ? 10U : static_cast<unsigned char>(c - '0');
  };
  std::string_view rest = record.samples;
  std::size_t column = 0;
  std::size_t person = 0;
  while (person < columns_.size()) {
    if (rest.empty() && column > 0) break;
    std::size_t end;
    std::uint16_t* known = nullptr;
    if (record.gt_only && rest.size() >= 3 && (rest.size() == 3 || rest[3] == '\t') &&
        (rest[1] == '/' || rest[1] == '|')) {
      end = 3;
      const unsigned one = digit(rest[0]);
      const unsigned two = digit(rest[2]);
      if (one < 11 && two < 11) {
        known = &seen[(one * 11 + two) * 2 + (rest[1] == '|')];
      }
    } else {
      end = std::min(rest.find('\t'), rest.size());
    }
    if (column++ == columns_[person]) {
      std::uint16_t code = known != nullptr ? *known : kNoCode;
      if (code == kNoCode) {
        code = states.code(record.observe(rest.substr(0, end)));
        if (known != nullptr) *known = code;
      }
      row_[person++] = code;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (person < columns_.size()) {
    ++counts_.malformed;
    const std::uint16_t code =
        states.code(unusable("the record has fewer columns than the header", record.here.rank));
    std::fill(row_.begin() + static_cast<std::ptrdiff_t>(person), row_.end(), code);
  }
  if (matrix_.has_row(site)) {
    matrix_.read(site, 0, old_row_);
    for (std::size_t i = 0; i < row_.size(); ++i) row_[i] = states.merge(old_row_[i], row_[i]);
  }
  matrix_.write(site, row_);
}

}  // namespace gcrisk::recommend
