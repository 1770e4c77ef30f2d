// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/recommend/sites.hpp"

namespace gcrisk::recommend {

// What the alleles of a record are at one site.
struct AllelesAtSite {
  enum class Kind {
    kNotHere,         // the record says nothing about the site
    kWrongReference,  // its REF is not the base of the build
    kHere,
  };
  // Instead of bases: an allele that cannot be read as such.
  enum class Trouble : std::uint8_t { kNone, kSymbolic, kReachesOver };
  struct Allele {
    std::string bases;  // of the site's stretch; of trouble: as written
    Trouble trouble = Trouble::kNone;
  };

  Kind kind = Kind::kNotHere;
  int rank = 0;                 // as SiteObservation::rank
  std::vector<Allele> alleles;  // [0] is REF
};

// REF and ALT of a record, upper case. `end_bp` is the last position of a reference block, else
// that of REF.
struct RecordAlleles {
  std::int64_t position_bp = 0;
  std::int64_t end_bp = 0;
  std::string reference;
  std::vector<std::string> alternatives;  // "." leaves none; "<NON_REF>", "*" as they are
  bool is_block = false;                  // states the reference and nothing else

  // `info` is looked at for END.
  void assign(const RecordText& record);
};

// What an allele does to the reference: `removed` bases from `position_bp` on become `inserted`.
struct SequenceEdit {
  std::int64_t position_bp = 0;
  std::int64_t removed = 0;
  std::string inserted;
};
// Cuts off what both share, first at the end, so that an insertion lies as far left as the record's
// own bases allow.
SequenceEdit edit_of(const RecordAlleles& record, const std::string& alternative);

// `exact_at_position`: some site at the record's POS has the record's REF to the letter, so that a
// site with another stretch at the same POS is not meant.
AllelesAtSite alleles_at_site(const RecordAlleles& record,
                              const PanelSite& site,
                              bool exact_at_position);

}  // namespace gcrisk::recommend
