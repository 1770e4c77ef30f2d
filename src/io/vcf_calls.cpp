// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "io/vcf_calls.hpp"

#include <algorithm>
#include <string>

#include "gcrisk/base/text.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"

namespace gcrisk::io {

namespace {

constexpr int kMaxAllele = 32000;

bool ends_field(char c) { return c == '\t' || c == '\n' || c == ':' || c == '\r' || c == '\0'; }
bool ends_sample(char c) { return c == '\t' || c == '\n' || c == '\r'; }

std::string_view field_at(const char* p) {
  const char* end = p;
  while (!ends_field(*end) && end - p < 40) ++end;
  return {p, static_cast<std::size_t>(end - p)};
}

[[noreturn]] void fail_columns(std::size_t found, std::size_t expected, bool more) {
  throw RecordFault{"the record has " + std::string(more ? "more than " : "") +
                        base::format_count(found) + " samples, the header lists " +
                        base::format_count(expected),
                    "the line was cut or pasted; write the file anew, or continue without such "
                    "records: --on-bad-record skip"};
}

}  // namespace

void fail_genotype(std::string_view text, std::size_t sample) {
  throw RecordFault{"the genotype of sample " + base::format_count(sample + 1) + " is '" +
                        std::string(text) + "', expected alleles such as 0/1, 0|1, 1 or ./.",
                    "mend the record, or continue without such records: --on-bad-record skip"};
}

void check_listed(const GenotypeText& genotype, std::string_view text, std::size_t n_alts) {
  const int largest = genotype.largest;
  if (largest <= static_cast<int>(n_alts) || n_alts == 0) return;
  throw RecordFault{"genotype " + std::string(text) + " needs " + std::to_string(largest) +
                        " alternate allele" + (largest == 1 ? "" : "s") + ", the record lists " +
                        std::to_string(n_alts),
                    "normalise the file, or continue without such records: --on-bad-record skip"};
}

const char* parse_genotype(const char* p, GenotypeText& genotype) {
  genotype = {};
  if (*p == '|' || *p == '/') ++p;  // VCF 4.4 may state the phase of the first allele
  while (true) {
    int allele = -1;
    if (*p == '.') {
      ++p;
      ++genotype.n_missing;
    } else {
      if (*p < '0' || *p > '9') return nullptr;
      allele = 0;
      for (; *p >= '0' && *p <= '9'; ++p) {
        allele = allele * 10 + (*p - '0');
        if (allele > kMaxAllele) return nullptr;
      }
      genotype.largest = std::max(genotype.largest, allele);
    }
    if (genotype.n_alleles == 0) genotype.pair.first = static_cast<std::int16_t>(allele);
    if (genotype.n_alleles == 1) genotype.pair.second = static_cast<std::int16_t>(allele);
    ++genotype.n_alleles;
    if (*p != '|' && *p != '/') break;
    ++p;
  }
  return ends_field(*p) ? p : nullptr;
}

AllelePair settle(const GenotypeText& genotype, VcfCounts& counts) {
  if (genotype.n_missing == genotype.n_alleles) return {};
  if (genotype.n_alleles == 1) {
    ++counts.haploid_calls;
    return {genotype.pair.first, genotype.pair.first};
  }
  if (genotype.n_alleles > 2) {
    ++counts.polyploid_calls;
    return {};
  }
  if (genotype.n_missing > 0) {
    ++counts.half_calls;
    return {};
  }
  return genotype.pair;
}

Dosage dosage_of(
    const std::vector<double>& values, VcfField field, std::size_t n_alts, int alt, int ploidy) {
  Dosage dosage;
  const std::size_t n_alleles = n_alts + 1;
  if (field == VcfField::kDS) {
    if (values.size() != n_alts) {
      throw RecordFault{"DS has " + std::to_string(values.size()) +
                            " values, expected one for "
                            "each of " +
                            std::to_string(n_alts) + " ALT alleles",
                        "mend the record, or use --from GT"};
    }
    dosage.of_alt = 0;
    for (std::size_t k = 0; k < n_alts; ++k) {
      (static_cast<int>(k) + 1 == alt ? dosage.of_alt : dosage.of_others) += values[k];
    }
    if (ploidy == 1) {
      dosage.of_alt *= 2;
      dosage.of_others *= 2;
    }
  } else {
    const bool haploid = values.size() == n_alleles;
    if (!haploid && values.size() != n_alleles * (n_alleles + 1) / 2) {
      throw RecordFault{"GP has " + std::to_string(values.size()) + " values, expected " +
                            std::to_string(n_alleles * (n_alleles + 1) / 2),
                        "mend the record, or use --from GT"};
    }
    double sum = 0;
    std::size_t at = 0;
    dosage.of_alt = 0;
    for (std::size_t second = 0; second < n_alleles; ++second) {
      for (std::size_t first = haploid ? second : 0; first <= second; ++first) {
        const double p = values[at++];
        sum += p;
        for (const std::size_t allele : {first, second}) {
          if (allele == 0) continue;
          (static_cast<int>(allele) == alt ? dosage.of_alt : dosage.of_others) += p;
        }
      }
    }
    if (!(sum > 0)) {  // stated, but nothing is known: as far from a hard call as can be
      dosage.of_alt = 0.5;
      return dosage;
    }
    dosage.of_alt /= sum;
    dosage.of_others /= sum;
  }
  if (!(dosage.of_alt >= 0 && dosage.of_alt <= 2.001 && dosage.of_others >= 0)) {
    throw RecordFault{
        "a dosage of " + base::format_number(dosage.of_alt) + " was found, expected one in [0, 2]",
        "mend the record, or use --from GT"};
  }
  return dosage;
}

Dosage parse_dosage(
    std::string_view text, VcfField field, std::size_t n_alts, int alt, int ploidy) {
  if (text.empty() || text == ".") return {};
  std::vector<double> values;
  for (const std::string_view part : base::split(text, ',')) {
    if (part == ".") return {};
    const auto value = base::parse_number(part);
    if (!value) {
      throw RecordFault{(field == VcfField::kDS ? "DS is '" : "GP is '") +
                            std::string(text.substr(0, 40)) + "', expected numbers",
                        "mend the record, or use --from GT"};
    }
    values.push_back(*value);
  }
  return dosage_of(values, field, n_alts, alt, ploidy);
}

FormatKeys find_keys(std::string_view format, const VcfOptions& options) {
  FormatKeys keys;
  int at = 0;
  const std::string_view dosage = options.from == VcfField::kDS   ? "DS"
                                  : options.from == VcfField::kGP ? "GP"
                                                                  : "";
  for (const std::string_view key : base::split(format, ':')) {
    if (key == "GT" && keys.gt < 0) keys.gt = at;
    if (key == "GQ" && options.min_gq) keys.gq = at;
    if (key == "DP" && options.min_dp) keys.dp = at;
    if (!dosage.empty() && key == dosage) keys.dosage = at;
    ++at;
  }
  keys.last = std::max({keys.gt, keys.gq, keys.dp, keys.dosage});
  return keys;
}

CallReader::CallReader(const VcfOptions& options,
                       std::size_t n_samples,
                       std::vector<std::uint8_t> kept)
    : options_(options),
      n_samples_(n_samples),
      kept_(std::move(kept)),
      hard_call_(options.hard_call_threshold),
      alleles_(n_samples),
      codes_(n_samples) {}

const char* CallReader::read_alleles(
    const char* text, const char* limit, bool gt_only, std::size_t n_alts, VcfCounts& counts) {
  const char* p = text;
  VcfCounts ignored;
  for (std::size_t s = 0; s < n_samples_; ++s) {
    const auto first = static_cast<unsigned>(p[0] - '0');
    // Two one-digit alleles, the common case; `first` is large for anything but a digit.
    const auto second = static_cast<unsigned>(p[2] - '0');
    if (first <= n_alts && first < 10 && second <= n_alts && second < 10 &&
        (p[1] == '|' || p[1] == '/') && ends_field(p[3])) {
      alleles_[s] = {static_cast<std::int16_t>(first), static_cast<std::int16_t>(second)};
      p += 3;
    } else {
      GenotypeText genotype;
      const char* end = parse_genotype(p, genotype);
      if (end == nullptr) fail_genotype(field_at(p), s);
      check_listed(genotype, field_at(p), n_alts);
      if (n_alts == 0 && genotype.largest > 0) {
        ++(is_kept(s) ? counts : ignored).unlisted_calls;
        genotype.n_missing = genotype.n_alleles;
      }
      alleles_[s] = settle(genotype, is_kept(s) ? counts : ignored);
      p = end;
    }
    if (*p == ':') {
      if (gt_only) fail_genotype(std::string(field_at(p - 3)) + ":…", s);
      p = find_tab_or_newline(p, limit);
      if (p[-1] == '\r' && *p == '\n') --p;
    }
    if (*p == '\r' && p[1] == '\n') ++p;
    if (s + 1 < n_samples_) {
      if (*p != '\t') fail_columns(s + 1, n_samples_, false);
      ++p;
    }
  }
  if (*p == '\t') fail_columns(n_samples_, n_samples_, true);
  if (*p != '\n') fail_genotype(field_at(p), n_samples_ - 1);
  return p;
}

std::uint8_t CallReader::code_of(AllelePair pair, int alt) const {
  const bool first = pair.first == alt;
  const bool second = pair.second == alt;
  if ((!first && pair.first != 0) || (!second && pair.second != 0)) return genotype::kMissing;
  return first && second ? genotype::kHomA1 : first || second ? genotype::kHet : genotype::kHomA2;
}

std::uint8_t CallReader::code_of(const Dosage& dosage, VcfCounts& counts) const {
  const bool other = dosage.of_others > options_.hard_call_threshold;
  const std::uint8_t code = hard_call_.code(other ? -1 : dosage.of_alt);
  if (code == genotype::kMissing && !other) ++counts.uncertain_dosages;
  return code;
}

std::uint8_t CallReader::read_sample(
    const FormatKeys& keys, std::size_t sample, std::size_t n_alts, int alt, VcfCounts& counts) {
  const auto field = [&](int key) {
    const auto i = static_cast<std::size_t>(key);
    return key >= 0 && i < fields_.size() ? fields_[i] : std::string_view();
  };
  GenotypeText genotype;
  AllelePair pair;
  if (keys.gt >= 0) {
    const std::string_view text = field(keys.gt);
    if (text.empty() || parse_genotype(text.data(), genotype) != text.data() + text.size()) {
      fail_genotype(text, sample);
    }
    check_listed(genotype, text, n_alts);
    if (n_alts == 0 && genotype.largest > 0) {
      ++counts.unlisted_calls;
      genotype.n_missing = genotype.n_alleles;
    }
  }
  Dosage dosage;
  if (keys.dosage >= 0) {
    dosage = parse_dosage(field(keys.dosage), options_.from, n_alts, alt, genotype.n_alleles);
  }
  if (dosage.of_alt < 0 && genotype.n_alleles > 0) pair = settle(genotype, counts);
  std::uint8_t code = dosage.of_alt >= 0 ? code_of(dosage, counts) : code_of(pair, alt);
  const auto too_low = [&](int key, const std::optional<double>& least) {
    const auto value = base::parse_number(field(key));
    return value && *value < *least;
  };
  if (code != genotype::kMissing && keys.gq >= 0 && too_low(keys.gq, options_.min_gq)) {
    ++counts.low_gq_calls;
    code = genotype::kMissing;
  }
  if (code != genotype::kMissing && keys.dp >= 0 && too_low(keys.dp, options_.min_dp)) {
    ++counts.low_dp_calls;
    code = genotype::kMissing;
  }
  return code;
}

const char* CallReader::read_codes(const char* text,
                                   const char* limit,
                                   const FormatKeys& keys,
                                   std::size_t n_alts,
                                   int alt,
                                   VcfCounts& counts) {
  const char* p = text;
  VcfCounts ignored;
  for (std::size_t s = 0; s < n_samples_; ++s) {
    fields_.clear();
    while (true) {
      const char* begin = p;
      while (*p != ':' && !ends_sample(*p)) ++p;
      fields_.emplace_back(begin, static_cast<std::size_t>(p - begin));
      if (*p != ':' || static_cast<int>(fields_.size()) > keys.last) break;
      ++p;
    }
    if (*p == ':') p = find_tab_or_newline(p, limit);
    if (*p == '\r' && p[1] == '\n') ++p;
    codes_[s] = read_sample(keys, s, n_alts, alt, is_kept(s) ? counts : ignored);
    if (s + 1 < n_samples_) {
      if (*p != '\t') fail_columns(s + 1, n_samples_, false);
      ++p;
    }
  }
  if (*p == '\t') fail_columns(n_samples_, n_samples_, true);
  if (*p != '\n') fail_genotype(field_at(p), n_samples_ - 1);
  return p;
}

}  // namespace gcrisk::io
