// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/build.hpp"

#include <array>
#include <cctype>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/build.hpp"

namespace gcrisk::recommend {

namespace {

constexpr const char* kGiveBuild =
    "state the build with --build 37 or --build 38, after making sure which one it is";

std::string_view value_of(std::string_view line, std::string_view key) {
  for (std::size_t at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
    const char before = at > 0 ? line[at - 1] : ',';
    if (before != '<' && before != ',' && before != ' ') continue;
    std::string_view value = line.substr(at + key.size());
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      return value.substr(0, value.find('"'));
    }
    return value.substr(0, value.find_first_of(",>"));
  }
  return {};
}

// By the names that builds go under.
std::optional<GenomeBuild> build_of_name(std::string_view text) {
  const std::string name = base::to_lower(text);
  const auto names_one = [&](std::span<const std::string_view> words) {
    for (const std::string_view word : words) {
      if (name.find(word) != std::string::npos) return true;
    }
    return false;
  };
  constexpr std::array<std::string_view, 6> k37 = {
      "grch37", "hg19", "b37", "hs37", "g1k_v37", "gca_000001405.1_"};
  constexpr std::array<std::string_view, 5> k38 = {
      "grch38", "hg38", "b38", "hs38", "gca_000001405.15"};
  const bool is37 = names_one(k37);
  const bool is38 = names_one(k38);
  if (is37 == is38) return {};
  return is37 ? GenomeBuild::k37 : GenomeBuild::k38;
}

// Does REF have the bases of a site of the panel, at its POS?
bool matches(const SitePanel& panel, const RecordText& record) {
  for (const std::uint32_t site :
       panel.between(record.contig, record.position_bp, record.position_bp)) {
    const std::string& reference = panel.sites()[site].reference;
    const std::size_t n = std::min(reference.size(), record.reference.size());
    bool same = true;
    for (std::size_t i = 0; i < n; ++i) {
      same &= std::toupper(static_cast<unsigned char>(record.reference[i])) == reference[i];
    }
    if (same) return true;
  }
  return false;
}

}  // namespace

HeaderBuild build_of_header(std::span<const std::string> lines, const std::string& file) {
  HeaderBuild result;
  const auto add = [&](std::optional<GenomeBuild> build, const std::string& evidence) {
    if (!build) return;
    if (result.build && *result.build != *build) {
      throw base::MismatchError(file + ": the header says " + std::string(name_of(*result.build)) +
                                    " by " + result.evidence + " and " +
                                    std::string(name_of(*build)) + " by " + evidence +
                                    ", expected one build",
                                "mend the header: bcftools reheader");
    }
    if (!result.build) result = {build, evidence};
  };
  for (const std::string& line : lines) {
    if (line.starts_with("##contig=")) {
      const std::string_view id = value_of(line, "ID=");
      const auto length = base::parse_integer(value_of(line, "length="));
      if (length) {
        const std::string_view build = genotype::build_of_length(id, *length);
        if (!build.empty()) {
          add(build == "37" ? GenomeBuild::k37 : GenomeBuild::k38,
              "the length of contig " + std::string(id));
        }
      }
      const std::string_view assembly = value_of(line, "assembly=");
      add(build_of_name(assembly), "the assembly '" + std::string(assembly) + "'");
    } else if (line.starts_with("##reference=") || line.starts_with("##assembly=") ||
               line.starts_with("##genome")) {
      add(build_of_name(line), "the line '" + line.substr(0, 80) + "'");
    }
  }
  return result;
}

void BuildProbe::add(const RecordText& record) {
  n37_ += matches(panel37_, record) ? 1 : 0;
  n38_ += matches(panel38_, record) ? 1 : 0;
}

void BuildProbe::check(GenomeBuild build,
                       const std::string& said_by,
                       const std::string& file) const {
  const std::uint64_t agree = build == GenomeBuild::k37 ? n37_ : n38_;
  const std::uint64_t disagree = build == GenomeBuild::k37 ? n38_ : n37_;
  if (disagree <= agree) return;
  const GenomeBuild other = build == GenomeBuild::k37 ? GenomeBuild::k38 : GenomeBuild::k37;
  throw base::MismatchError(
      file + ": " + said_by + " says " + std::string(name_of(build)) + ", but the bases of " +
          base::format_count(disagree) + " records are those of " + std::string(name_of(other)) +
          " (" + base::format_count(agree) + " of " + std::string(name_of(build)) + ")",
      "find out how the file was made and mend what is wrong; nothing was called");
}

GenomeBuild BuildProbe::found(const std::string& file) const {
  if (n37_ == 0 && n38_ == 0) {
    throw base::MismatchError(
        file +
            ": the build cannot be told: the header does not name it, and no record has a "
            "position of the tables",
        kGiveBuild);
  }
  const std::uint64_t more = std::max(n37_, n38_);
  if (10 * std::min(n37_, n38_) > more) {
    throw base::MismatchError(file + ": the build cannot be told: the header does not name it, " +
                                  base::format_count(n37_) +
                                  " records have the bases of GRCh37 and " +
                                  base::format_count(n38_) + " those of GRCh38",
                              kGiveBuild);
  }
  return n37_ > n38_ ? GenomeBuild::k37 : GenomeBuild::k38;
}

}  // namespace gcrisk::recommend
