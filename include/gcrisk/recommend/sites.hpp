// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gcrisk/recommend/calls.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"

// From the records of a VCF to what each person carries at each position of the tables.
//
// A record is plain text here, so that this room needs no file format. It says something about a
// position if it covers it; insertions and deletions are compared after the bases that REF and ALT
// share are cut off. What is not certain is not read: the position then has a reason instead of a
// genotype, and no caller takes it for reference.
namespace gcrisk::recommend {

enum class GenomeBuild { k37, k38 };
std::string_view name_of(GenomeBuild build);  // "GRCh37", "GRCh38"

// The columns of one VCF record. Views into the line, which must outlive the object.
struct RecordText {
  std::string_view contig;
  std::int64_t position_bp = 0;
  std::string_view reference;
  std::string_view alternatives;  // comma-separated, or "."
  std::string_view filter;
  std::string_view info;
  std::string_view format;
  std::string_view samples;  // the rest of the line: one column a sample, tabs between

  // False if the line has fewer than eight columns or its POS is no number.
  static bool parse(std::string_view line, RecordText& record);
};

// Where the tables' positions lie on one build.
struct PanelSite {
  std::string contig;            // "chr10"
  std::int64_t position_bp = 0;  // on the build
  std::int64_t position38_bp = 0;
  std::string rsid;
  std::string reference;           // bases that a record's REF must have on the build
  std::vector<std::string> known;  // [0] is the GRCh38 reference, then what alleles name
};

// Every position that a file is asked for, each once.
class SitePanel {
 public:
  // `use`: "germline" takes all genes and the germline variants, "tumour" the tumour variants
  // and those of BRCA1 and BRCA2.
  SitePanel(const PgxTables& tables, GenomeBuild build, std::string_view use = "germline");

  GenomeBuild build() const noexcept { return build_; }
  const std::vector<PanelSite>& sites() const noexcept { return sites_; }
  // Index of a gene's position, and of a variant; npos: the panel does not have it.
  std::size_t of_position(std::size_t gene, std::size_t position) const;
  std::size_t of_variant(std::size_t variant) const;
  // Sites whose first base lies in [first, last] of a contig ("chr" or not), ascending.
  std::span<const std::uint32_t> between(std::string_view contig,
                                         std::int64_t first,
                                         std::int64_t last) const;
  static constexpr std::size_t npos = SIZE_MAX;

 private:
  std::size_t add(PanelSite site);

  GenomeBuild build_;
  std::vector<PanelSite> sites_;
  std::vector<std::vector<std::size_t>> of_position_;
  std::vector<std::size_t> of_variant_;
  struct Contig {
    std::vector<std::int64_t> first;   // ascending
    std::vector<std::uint32_t> sites;  // in the same order
  };
  std::map<std::string, Contig, std::less<>> contigs_;
};

// What one person's genotype says at one site. `first` and `second` index SiteStates::bases.
struct SiteObservation {
  SiteState state = SiteState::kMissing;
  std::string why;  // of missing and unusable
  int first = 0;
  int second = 0;
  int strands = 2;  // 1: haploid; `second` is then the same as `first`
  bool phased = false;
  std::int64_t phase_set = 0;  // strands of two sites are comparable if both are phased in one set
  int seen = -1;               // unusable half call: the allele that was seen on one strand
  // How directly the record speaks of the site: 0 a reference block, 1 a record that covers it,
  // 2 one whose REF is the site's. And the alleles, as bits, that it would have shown.
  int rank = 0;
  std::uint64_t listed = 0;

  bool read() const { return state == SiteState::kRead; }
  bool heterozygous() const { return read() && first != second; }
  bool operator<(const SiteObservation& other) const;
};

// The distinct observations of one site in a file; people are numbers into them. Number 0 is
// "not in the file".
class SiteStates {
 public:
  explicit SiteStates(const PanelSite& site);

  const std::vector<std::string>& bases() const noexcept { return bases_; }
  const SiteObservation& at(std::uint16_t code) const { return observations_[code]; }
  std::size_t size() const noexcept { return observations_.size(); }

  int allele(std::string_view bases);  // its index, added if it is new
  std::uint16_t code(const SiteObservation& observation);
  // What two records of one person at this site amount to.
  std::uint16_t merge(std::uint16_t a, std::uint16_t b);

 private:
  SiteObservation merged(const SiteObservation& a, const SiteObservation& b) const;

  std::vector<std::string> bases_;
  std::vector<SiteObservation> observations_;
  std::map<SiteObservation, std::uint16_t> codes_;
  std::unordered_map<std::uint32_t, std::uint16_t> merges_;
};

// Codes of all people at all sites: in memory while small, else in an unnamed temporary file, so
// that memory does not grow with people. Rows are sites.
class SiteMatrix {
 public:
  // Up to `most_in_memory` codes stay in memory.
  SiteMatrix(std::size_t n_sites,
             std::size_t n_people,
             std::size_t most_in_memory = std::size_t{1} << 23);
  ~SiteMatrix();
  SiteMatrix(const SiteMatrix&) = delete;
  SiteMatrix& operator=(const SiteMatrix&) = delete;

  std::size_t n_people() const noexcept { return n_people_; }
  bool has_row(std::size_t site) const { return filled_[site] != 0; }
  void write(std::size_t site, std::span<const std::uint16_t> codes);
  // Codes of people [first, first + codes.size()); zeros where no record spoke of the site.
  void read(std::size_t site, std::size_t first, std::span<std::uint16_t> codes) const;

 private:
  std::size_t n_people_;
  std::vector<std::uint8_t> filled_;
  std::vector<std::uint16_t> memory_;
  int file_ = -1;
};

struct SiteCounts {
  std::uint64_t records = 0;          // of the file
  std::uint64_t used = 0;             // that speak of a site
  std::uint64_t malformed = 0;        // lines that are no record, or genotypes that are none
  std::uint64_t wrong_reference = 0;  // REF is not the base of the build
  std::uint64_t filtered = 0;
};

// Takes the records of a file one by one.
class SiteReader {
 public:
  // `columns`: which sample columns are wanted, ascending; their order is the people's.
  SiteReader(const SitePanel& panel, std::size_t n_columns, std::vector<std::size_t> columns);
  ~SiteReader();

  void add(const RecordText& record);

  const SitePanel& panel() const noexcept { return panel_; }
  const SiteStates& states(std::size_t site) const { return states_[site]; }
  const SiteMatrix& matrix() const noexcept { return matrix_; }
  const SiteCounts& counts() const noexcept { return counts_; }

 private:
  struct Record;
  void add_to_site(std::size_t site);

  const SitePanel& panel_;
  std::size_t n_columns_;
  std::vector<std::size_t> columns_;
  std::vector<SiteStates> states_;
  SiteMatrix matrix_;
  SiteCounts counts_;
  std::unique_ptr<Record> record_;
  std::vector<std::uint16_t> row_;
  std::vector<std::uint16_t> old_row_;
};

}  // namespace gcrisk::recommend
