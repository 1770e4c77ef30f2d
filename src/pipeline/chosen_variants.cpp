// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "chosen_variants.hpp"

#include <algorithm>
#include <unordered_map>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"

namespace gcrisk::pipeline {

namespace {

std::size_t position(const std::vector<std::string_view>& header, std::string_view name) {
  return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
}

// Position and both alleles, whichever is counted.
std::string place_of(std::string_view chromosome,
                     std::string_view position_bp,
                     std::string_view one,
                     std::string_view other) {
  const bool in_order = one < other;
  return genotype::plain_chromosome(chromosome) + ":" + std::string(position_bp) + ":" +
         std::string(in_order ? one : other) + ":" + std::string(in_order ? other : one);
}

}  // namespace

ChosenVariants choose_variants(const std::string& path,
                               std::optional<std::uint64_t> top,
                               const genotype::Variants& variants) {
  std::unordered_map<std::string, std::uint32_t> by_place;
  std::unordered_map<std::string_view, std::uint32_t> by_id;
  for (std::uint32_t j = 0; j < variants.size(); ++j) {
    const auto& v = variants[j];
    by_place.emplace(place_of(v.chromosome, std::to_string(v.position_bp), v.a1, v.a2), j);
    by_id.emplace(v.id, j);
  }
  io::Input input(path);
  ChosenVariants out;
  std::string_view line;
  std::vector<std::string> names;
  std::size_t id = 0;
  std::size_t columns[4] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
  bool has_places = false;
  std::vector<std::uint8_t> taken(variants.size(), 0);
  while ((!top || out.n_listed < *top) && input.next_line(line)) {
    if (base::trim(line).empty()) continue;
    if (line.front() == '#') {
      const auto header = base::split(line, '\t');
      id = std::min(position(header, "ID"), position(header, "#ID"));
      const char* wanted[4] = {"#CHROM", "POS", "REF", "ALT"};
      for (std::size_t k = 0; k < 4; ++k) columns[k] = position(header, wanted[k]);
      has_places = *std::max_element(columns, columns + 4) < header.size();
      if (id >= header.size() && !has_places) {
        throw base::MalformedError(input.place() + ": the header has no column ID, expected one",
                                   "give P.selected.tsv of gcrisk select, or one ID a line");
      }
      continue;
    }
    ++out.n_listed;
    const auto cells = base::split(line, '\t');
    std::optional<std::uint32_t> at;
    const std::size_t last = has_places ? *std::max_element(columns, columns + 4) : id;
    if (cells.size() <= last) {
      throw base::MalformedError(input.place() + ": " + std::to_string(cells.size()) +
                                 " columns, expected at least " + std::to_string(last + 1));
    }
    if (has_places) {
      const auto hit = by_place.find(
          place_of(cells[columns[0]], cells[columns[1]], cells[columns[2]], cells[columns[3]]));
      if (hit != by_place.end()) at = hit->second;
    } else if (const auto hit = by_id.find(base::trim(cells[id])); hit != by_id.end()) {
      at = hit->second;
    }
    if (!at) {
      ++out.n_absent;
    } else if (taken[*at] == 0) {
      taken[*at] = 1;
      out.columns.push_back(*at);
    }
  }
  if (out.columns.empty()) {
    throw base::DegenerateError("--variants " + path + ": none of its " +
                                    base::format_count(out.n_listed) + " variants is in the study",
                                "select from the same study: gcrisk select --study");
  }
  std::sort(out.columns.begin(), out.columns.end());
  return out;
}

}  // namespace gcrisk::pipeline
