// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/vcf.hpp"

namespace gcrisk::io {

namespace {

std::optional<std::int64_t> parse_bp(std::string_view text) {
  std::string digits(text);
  std::erase(digits, ',');
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return {};
  return base::parse_integer(digits);
}

// Contig names may hold colons, so the last one counts, and only if numbers follow it.
std::optional<GenomicRegion> region_of(std::string_view text) {
  GenomicRegion region;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    region.chromosome = text;
    if (text.empty() || text.find_first_of(" \t") != std::string_view::npos) return {};
    return region;
  }
  region.chromosome = text.substr(0, colon);
  const std::string_view span = text.substr(colon + 1);
  const std::size_t dash = span.find('-');
  const auto first = parse_bp(span.substr(0, dash));
  if (region.chromosome.empty() || !first) return {};
  region.first_bp = *first;
  if (dash == std::string_view::npos) {
    region.last_bp = *first;
  } else if (dash + 1 < span.size()) {
    const auto last = parse_bp(span.substr(dash + 1));
    if (!last || *last < *first) return {};
    region.last_bp = *last;
  }
  return region;
}

}  // namespace

GenomicRegion parse_region(const std::string& text) {
  if (auto region = region_of(text)) return *region;
  throw base::UsageError("--region '" + text +
                             "' is no region, expected chr, chr:from-to or "
                             "chr:from- with from not above to",
                         "for example --region 20:1000000-2000000");
}

std::vector<GenomicRegion> read_regions(const std::string& path) {
  std::vector<GenomicRegion> regions;
  Input input(path);
  std::string_view line;
  while (input.next_line(line)) {
    if (line.empty() || line.starts_with('#') || line.starts_with("track") ||
        line.starts_with("browser")) {
      continue;
    }
    const auto fields = base::split(line, '\t');
    std::optional<GenomicRegion> region;
    if (fields.size() >= 3) {
      const auto begin = parse_bp(fields[1]);
      const auto end = parse_bp(fields[2]);
      if (begin && end && *begin < *end) {
        region = GenomicRegion{std::string(fields[0]), *begin + 1, *end};
      }
    } else if (fields.size() == 1) {
      region = region_of(fields[0]);
    }
    if (!region) {
      throw base::MalformedError(input.place() + ": '" + std::string(line.substr(0, 60)) +
                                     "' is no region, expected contig, begin and end (BED, from 0, "
                                     "end not included) or chr:from-to",
                                 "separate the columns of a BED file by tabs");
    }
    regions.push_back(std::move(*region));
  }
  if (regions.empty()) {
    throw base::DegenerateError(path + ": no region in it", "leave --regions-file out for all");
  }
  return regions;
}

}  // namespace gcrisk::io
