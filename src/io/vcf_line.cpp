// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_line.hpp"

#include <array>
#include <cstring>

#include "gcrisk/base/text.hpp"

namespace gcrisk::io {

using genotype::packed_bytes;

void ParsedRows::clear() {
  block.variants.clear();
  block.rows.clear();
  counts = {};
  n_lines = 0;
  bad.clear();
}

namespace {
constexpr std::size_t kRowSlack = 8;  // kernels may write a little behind a row

std::vector<std::uint8_t> kept_flags(const SampleChoice& choice) {
  if (choice.kept.empty()) return {};
  std::vector<std::uint8_t> flags(choice.n_in_file);
  for (const std::uint32_t sample : choice.kept) flags[sample] = 1;
  return flags;
}
}  // namespace

RowWriter::RowWriter(const SampleChoice& choice)
    : full_bytes_(packed_bytes(choice.n_in_file)),
      row_bytes_(packed_bytes(choice.n_kept())),
      subset_(!choice.kept.empty()) {
  if (!subset_) return;
  full_ = std::make_shared<std::uint8_t[]>(full_bytes_ + kRowSlack);
  auto matrix = std::make_shared<const genotype::PackedMatrix>(full_, choice.n_in_file, 1);
  chosen_ = genotype::GenotypeView(std::move(matrix)).with_samples(choice.kept);
}

std::uint8_t* RowWriter::begin(VcfBlock& block) {
  block.row_bytes = row_bytes_;
  if (subset_) return full_.get();
  block.rows.resize((block.variants.size() + 1) * row_bytes_ + kRowSlack);
  return block.rows.data() + block.variants.size() * row_bytes_;
}

void RowWriter::finish(VcfBlock& block, genotype::Variant variant) {
  if (subset_) {
    const std::uint8_t* row = chosen_.row(0, scratch_);
    block.rows.resize(block.variants.size() * row_bytes_);
    block.rows.insert(block.rows.end(), row, row + row_bytes_);
  }
  block.variants.push_back(std::move(variant));
}

LineParser::LineParser(const VcfOptions& options, const SampleChoice& choice)
    : options_(options),
      n_samples_(choice.n_in_file),
      rules_(options),
      calls_(options, choice.n_in_file, kept_flags(choice)),
      writer_(choice),
      only_gt_(options.from == VcfField::kGT && !options.min_gq && !options.min_dp) {}

void LineParser::parse(const char* text, const char* end, ParsedRows& out) {
  while (text < end) {
    if (*text == '\n' || (*text == '\r' && text[1] == '\n')) {  // blank lines mean nothing
      text += *text == '\r' ? 2 : 1;
      ++out.n_lines;
      continue;
    }
    place_.clear();
    const std::size_t n_rows = out.block.variants.size();
    try {
      text = parse_record(text, end, out);
      ++out.n_lines;
    } catch (RecordFault& fault) {
      out.block.variants.resize(n_rows);  // rows of the record that were made before
      ++out.counts.bad_records;
      if (out.bad.size() < kBadRecordsKept) {
        out.bad.push_back({out.n_lines, place_, std::move(fault)});
      }
      if (!options_.skip_bad_records) return;
      text =
          static_cast<const char*>(std::memchr(text, '\n', static_cast<std::size_t>(end - text))) +
          1;
      ++out.n_lines;
    }
  }
}

const char* LineParser::parse_record(const char* line, const char* end, ParsedRows& out) {
  ++out.counts.records;
  const std::size_t n_columns = n_samples_ > 0 ? 9 : 8;
  std::array<std::string_view, 9> columns;
  const char* p = line;
  for (std::size_t i = 0; i < n_columns; ++i) {
    const char* column_end = find_tab_or_newline(p, end);
    columns[i] = {p, static_cast<std::size_t>(column_end - p)};
    p = column_end;
    if (i + 1 < n_columns || n_samples_ > 0) {
      if (*p != '\t') {
        throw RecordFault{"the record has " + std::to_string(i + 1) + " columns, expected " +
                              base::format_count(n_columns + n_samples_),
                          "columns are separated by one tab; write the file anew, or continue "
                          "without such records: --on-bad-record skip"};
      }
      ++p;
    }
  }
  site_.chromosome = check_chromosome(columns[0]);
  place_.assign(columns[0]);
  site_.position_bp = parse_position(columns[1]);
  place_.append(":").append(columns[1]);
  if (!rules_.in_regions(site_.chromosome, site_.position_bp)) {
    ++out.counts.outside_regions;
    return static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p))) + 1;
  }
  check_id(columns[2]);
  site_.id = columns[2];
  site_.ref = columns[3];
  site_.alts.clear();
  if (columns[4] != ".") {
    std::string_view rest = columns[4];
    for (std::size_t comma = rest.find(','); comma != std::string_view::npos;
         comma = rest.find(',')) {
      site_.alts.push_back(rest.substr(0, comma));
      rest.remove_prefix(comma + 1);
    }
    site_.alts.push_back(rest);
  }
  check_alleles(site_);
  site_.passed = columns[6] == "PASS" || columns[6] == ".";
  format_ = columns[8];
  rules_.choose_rows(site_, rows_, out.counts);
  if (n_samples_ == 0) {
    return static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p))) + 1;
  }
  return parse_samples(p, end, out) + 1;
}

// Returns the position of the line's '\n'.
const char* LineParser::parse_samples(const char* samples, const char* end, ParsedRows& out) {
  VcfBlock& block = out.block;
  const std::size_t n_alts = site_.alts.size();
  const bool gt_only = format_ == "GT";
  const bool gt_first = gt_only || format_.starts_with("GT:");
  if (only_gt_ && gt_only && n_alts == 1 && rows_.size() == 1 &&
      static_cast<std::size_t>(end - samples) >= 4 * n_samples_) {
    const char* line_end = samples + 4 * n_samples_ - 1;
    const bool ends_here = *line_end == '\n' || (*line_end == '\r' && line_end[1] == '\n');
    if (ends_here && pack_fixed4(samples, n_samples_, writer_.begin(block))) {
      writer_.finish(block, SiteRules::variant_of(site_, 1));
      return *line_end == '\n' ? line_end : line_end + 1;
    }
  }
  if (rows_.empty()) {
    return static_cast<const char*>(
        std::memchr(samples, '\n', static_cast<std::size_t>(end - samples)));
  }
  const char* line_end = nullptr;
  if (only_gt_ && gt_first) {
    line_end = calls_.read_alleles(samples, end, gt_only, n_alts, out.counts);
    for (const int alt : rows_) {
      pack_alleles(calls_.alleles(), alt, writer_.begin(block));
      writer_.finish(block, SiteRules::variant_of(site_, alt));
    }
    return line_end;
  }
  const FormatKeys keys = find_keys(format_, options_);
  if (keys.gt < 0 && keys.dosage < 0) ++out.counts.no_genotypes;
  VcfCounts ignored;
  for (const int alt : rows_) {
    VcfCounts& counts = alt == rows_.front() ? out.counts : ignored;
    line_end = calls_.read_codes(samples, end, keys, n_alts, alt, counts);
    pack_codes(calls_.codes(), writer_.begin(block));
    writer_.finish(block, SiteRules::variant_of(site_, alt));
  }
  return line_end;
}

}  // namespace gcrisk::io
