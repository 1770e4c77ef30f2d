// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "recommend/calling/record_alleles.hpp"

#include <algorithm>

#include "gcrisk/base/text.hpp"

namespace gcrisk::recommend {

namespace {

using Kind = AllelesAtSite::Kind;
using Trouble = AllelesAtSite::Trouble;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

bool is_bases(std::string_view text) {
  return !text.empty() && text.find_first_not_of("ACGT") == std::string_view::npos;
}

bool is_any_other(std::string_view alternative) {
  return alternative == "<NON_REF>" || alternative == "<*>";
}

AllelesAtSite::Allele allele_at(const RecordAlleles& record,
                                const std::string& alternative,
                                const PanelSite& site) {
  if (!is_bases(alternative)) return {alternative, Trouble::kSymbolic};
  if (record.position_bp == site.position_bp && record.reference == site.reference) {
    return {alternative, Trouble::kNone};
  }
  const auto length = static_cast<std::int64_t>(site.reference.size());
  const std::int64_t site_end = site.position_bp + length;  // one behind the last base
  const SequenceEdit edit = edit_of(record, alternative);
  const std::int64_t edit_end = edit.position_bp + edit.removed;
  const auto inserted = static_cast<std::int64_t>(edit.inserted.size());
  if (edit.removed == inserted) {  // a substitution: base by base
    std::string bases = site.reference;
    for (std::int64_t i = 0; i < inserted; ++i) {
      const std::int64_t at = edit.position_bp + i - site.position_bp;
      if (at >= 0 && at < length) {
        bases[static_cast<std::size_t>(at)] = edit.inserted[static_cast<std::size_t>(i)];
      }
    }
    return {bases, Trouble::kNone};
  }
  // Within the stretch, behind its first base: the same place that the tables' own insertions and
  // deletions have.
  if (edit.position_bp > site.position_bp && edit_end <= site_end && edit.position_bp <= site_end) {
    const auto offset = static_cast<std::size_t>(edit.position_bp - site.position_bp);
    std::string bases = site.reference.substr(0, offset) + edit.inserted +
                        site.reference.substr(offset + static_cast<std::size_t>(edit.removed));
    return {bases, Trouble::kNone};
  }
  const bool touches = edit.removed > 0
                           ? edit.position_bp < site_end && edit_end > site.position_bp
                           : edit.position_bp > site.position_bp && edit.position_bp < site_end;
  if (touches) return {alternative, Trouble::kReachesOver};
  if (record.position_bp == site.position_bp) {
    // An insertion or deletion that begins here and that no allele of this site has.
    return {record.reference + ">" + alternative, Trouble::kNone};
  }
  return {site.reference, Trouble::kNone};
}

}  // namespace

void RecordAlleles::assign(const RecordText& record) {
  position_bp = record.position_bp;
  reference = upper(record.reference);
  alternatives.clear();
  if (record.alternatives != ".") {
    for (const auto alternative : base::split(record.alternatives, ',')) {
      alternatives.push_back(upper(alternative));
    }
  }
  end_bp = position_bp + static_cast<std::int64_t>(reference.size()) - 1;
  is_block = std::all_of(alternatives.begin(), alternatives.end(), is_any_other);
  if (!is_block) return;
  std::string_view info = record.info;
  while (!info.empty()) {
    const std::size_t end = info.find(';');
    if (info.starts_with("END=")) {
      const auto value = base::parse_integer(info.substr(4, end == info.npos ? end : end - 4));
      if (value && *value > end_bp) end_bp = *value;
      break;
    }
    info.remove_prefix(end == info.npos ? info.size() : end + 1);
  }
}

SequenceEdit edit_of(const RecordAlleles& record, const std::string& alternative) {
  std::string_view ref = record.reference;
  std::string_view alt = alternative;
  while (!ref.empty() && !alt.empty() && ref.back() == alt.back()) {
    ref.remove_suffix(1);
    alt.remove_suffix(1);
  }
  SequenceEdit edit{record.position_bp, 0, {}};
  while (!ref.empty() && !alt.empty() && ref.front() == alt.front()) {
    ref.remove_prefix(1);
    alt.remove_prefix(1);
    ++edit.position_bp;
  }
  edit.removed = static_cast<std::int64_t>(ref.size());
  edit.inserted = std::string(alt);
  return edit;
}

AllelesAtSite alleles_at_site(const RecordAlleles& record,
                              const PanelSite& site,
                              bool exact_at_position) {
  AllelesAtSite result;
  const bool same_place = record.position_bp == site.position_bp;
  const bool exact = same_place && record.reference == site.reference;
  if (same_place && exact_at_position && !exact) return result;
  // REF against the bases of the build, where the two overlap.
  const auto offset = static_cast<std::size_t>(site.position_bp - record.position_bp);
  if (offset < record.reference.size()) {
    const std::size_t n = std::min(site.reference.size(), record.reference.size() - offset);
    if (record.reference.compare(offset, n, site.reference, 0, n) != 0) {
      // A longer record that begins before the site is not a record of this site.
      if (same_place) result.kind = Kind::kWrongReference;
      return result;
    }
  }
  result.alleles.push_back({site.reference, Trouble::kNone});
  if (record.is_block) {
    for (const std::string& alternative : record.alternatives) {
      result.alleles.push_back({alternative, Trouble::kSymbolic});
    }
    result.kind = Kind::kHere;
    result.rank = exact ? 2 : record.end_bp > record.position_bp || !same_place ? 0 : 1;
    return result;
  }
  bool names_known = false;
  bool same_length = true;
  bool in_trouble = false;
  for (const std::string& alternative : record.alternatives) {
    result.alleles.push_back(allele_at(record, alternative, site));
    const auto& allele = result.alleles.back();
    if (allele.trouble == Trouble::kNone) {
      same_length &= alternative.size() == record.reference.size();
      names_known |=
          allele.bases != site.reference &&
          std::find(site.known.begin(), site.known.end(), allele.bases) != site.known.end();
    }
    in_trouble |= allele.trouble == Trouble::kReachesOver;
  }
  if (exact || names_known) {
    result.rank = 2;
  } else if (same_place || same_length) {
    // A shorter REF that has only other bases than the site's insertion or deletion is a variant
    // of its own at the same place.
    const bool other_variant =
        same_place && same_length && record.reference.size() < site.reference.size();
    const bool covers = offset + site.reference.size() <= record.reference.size();
    if (other_variant || (!same_place && !covers)) return result;
    result.rank = 1;
  } else if (in_trouble) {
    result.rank = 1;
  } else {
    return result;
  }
  result.kind = Kind::kHere;
  return result;
}

}  // namespace gcrisk::recommend
