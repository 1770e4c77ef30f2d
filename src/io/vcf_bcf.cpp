// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <htslib/bgzf.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "io/vcf_htslib.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kRowBytesPerBlock = std::size_t{1} << 20;
constexpr std::size_t kRowsPerBlock = 4096;

// One sample's values of a FORMAT field as numbers; missing ones are NaN. Empty: none at all.
void values_of(const bcf_fmt_t& field, std::size_t sample, std::vector<double>& values) {
  values.clear();
  const std::uint8_t* p = field.p + sample * static_cast<std::size_t>(field.size);
  for (int i = 0; i < field.n; ++i) {
    double value = std::numeric_limits<double>::quiet_NaN();
    switch (field.type) {
      case BCF_BT_INT8: {
        const auto v = static_cast<std::int8_t>(p[i]);
        if (v == bcf_int8_vector_end) return;
        if (v != bcf_int8_missing) value = v;
        break;
      }
      case BCF_BT_INT16: {
        std::int16_t v = 0;
        std::memcpy(&v, p + 2 * i, 2);
        if (v == bcf_int16_vector_end) return;
        if (v != bcf_int16_missing) value = v;
        break;
      }
      case BCF_BT_INT32: {
        std::int32_t v = 0;
        std::memcpy(&v, p + 4 * i, 4);
        if (v == bcf_int32_vector_end) return;
        if (v != bcf_int32_missing) value = v;
        break;
      }
      case BCF_BT_FLOAT: {
        float v = 0;
        std::memcpy(&v, p + 4 * i, 4);
        if (bcf_float_is_vector_end(v)) return;
        if (!bcf_float_is_missing(v)) value = static_cast<double>(v);
        break;
      }
      default: return;
    }
    values.push_back(value);
  }
}

class BcfSource final : public VcfSource {
 public:
  BcfSource(HtsFile file, std::string path, bool has_index, const base::Context& context)
      : file_(std::move(file)), path_(std::move(path)), record_(bcf_init()) {
    // Whoever writes BGZF ends it with an empty block, so that a cut at a block's end shows.
    if (file_->format.compression == bgzf && bgzf_check_EOF(file_->fp.bgzf) == 0) {
      throw base::MalformedError(
          name() + ": the BCF data are cut short (the closing empty block is absent)",
          "copy the file again; if it is known to be whole, write it anew: bcftools view -Ob");
    }
    if (context.n_threads > 1) hts_set_threads(file_.get(), static_cast<int>(context.n_threads));
    bcf_header_.reset(bcf_hdr_read(file_.get()));
    if (!bcf_header_) {
      throw base::MalformedError(name() + ": its BCF header cannot be read",
                                 "copy the file again; see bcftools view -h");
    }
    HtsString text;
    bcf_hdr_format(bcf_header_.get(), 0, &text.text);
    header_ = parse_vcf_header({text.text.s, text.text.l}, name());
    if (has_index) index_.reset(bcf_index_load3(path_.c_str(), nullptr, HTS_IDX_SILENT_FAIL));
    const auto id_of = [&](const char* key) {
      return bcf_hdr_id2int(bcf_header_.get(), BCF_DT_ID, key);
    };
    gt_ = id_of("GT");
    gq_ = id_of("GQ");
    dp_ = id_of("DP");
    ds_ = id_of("DS");
    gp_ = id_of("GP");
  }

  const VcfHeader& header() const override { return header_; }

  void start(const VcfOptions& options, const SampleChoice& choice) override {
    n_samples_ = choice.n_in_file;
    options_ = options;
    rules_ = std::make_unique<SiteRules>(options);
    std::vector<std::uint8_t> flags(choice.kept.empty() ? 0 : choice.n_in_file);
    for (const std::uint32_t sample : choice.kept) flags[sample] = 1;
    calls_ = std::make_unique<CallReader>(options, n_samples_, std::move(flags));
    writer_ = std::make_unique<RowWriter>(choice);
    alleles_.resize(n_samples_);
    codes_.resize(n_samples_);
    if (index_) find_spans();
  }

  bool next(ParsedRows& rows) override {
    rows.clear();
    bool any = false;
    while (rows.block.variants.size() < kRowsPerBlock &&
           rows.block.variants.size() * rows.block.row_bytes < kRowBytesPerBlock) {
      if (!read_record()) return any;
      any = true;
      const std::size_t n_rows = rows.block.variants.size();
      try {
        add_record(rows);
      } catch (RecordFault& fault) {
        rows.block.variants.resize(n_rows);
        ++rows.counts.bad_records;
        BadRecord bad{0, site_text(), std::move(fault)};
        if (!options_.skip_bad_records) throw_bad_record(*this, bad);
        if (rows.bad.size() < kBadRecordsKept) rows.bad.push_back(std::move(bad));
      }
    }
    return true;
  }

  std::string place_of(const BadRecord& record) const override {
    return name() + ": " + record.site;
  }
  std::string format() const override { return index_ ? "BCF with index" : "BCF"; }
  std::string checksum() override { return {}; }

 private:
  struct Span {
    int contig;
    std::int64_t first;
    std::int64_t last;
  };

  std::string name() const { return path_ == "-" ? "standard input" : path_; }

  std::string site_text() const {
    const char* contig = bcf_seqname(bcf_header_.get(), record_.get());
    return std::string(contig ? contig : "?") + ":" + std::to_string(record_->pos + 1);
  }

  void find_spans() {
    int n = 0;
    const char** names = bcf_hdr_seqnames(bcf_header_.get(), &n);
    for (int i = 0; i < n; ++i) {
      const SiteRules::Spans* wanted = rules_->spans_of(names[i]);
      const int contig = bcf_hdr_name2id(bcf_header_.get(), names[i]);
      if (wanted == nullptr || contig < 0) continue;
      for (const auto& [first, last] : *wanted) spans_.push_back({contig, first, last});
    }
    std::free(names);
  }

  bool read_record() {
    if (!index_) return check(bcf_read(file_.get(), bcf_header_.get(), record_.get()));
    while (true) {
      if (!iterator_) {
        if (span_ == spans_.size()) return false;
        const Span& span = spans_[span_];
        iterator_.reset(bcf_itr_queryi(index_.get(),
                                       span.contig,
                                       std::max<std::int64_t>(0, span.first - 1),
                                       std::min(span.last, HTS_POS_MAX)));
        if (!iterator_) {
          ++span_;
          continue;
        }
      }
      if (check(bcf_itr_next(file_.get(), iterator_.get(), record_.get()))) {
        const Span& span = spans_[span_];
        const std::int64_t position = record_->pos + 1;
        if (position >= span.first && position <= span.last) return true;
        continue;
      }
      iterator_.reset();
      ++span_;
    }
  }

  bool check(int status) {
    if (status >= 0) {
      ++n_records_;
      return true;
    }
    if (status == -1) return false;
    throw base::MalformedError(name() + ": the BCF data are damaged or cut short after record " +
                                   base::format_count(n_records_) +
                                   (n_records_ > 0 ? " (" + site_text() + ")" : ""),
                               "copy the file again");
  }

  void add_record(ParsedRows& rows) {
    ++rows.counts.records;
    if (bcf_unpack(record_.get(), BCF_UN_FLT) != 0 || record_->errcode != 0) {
      throw RecordFault{"the record cannot be read", "copy the file again"};
    }
    const char* contig = bcf_seqname(bcf_header_.get(), record_.get());
    if (contig == nullptr) {
      throw RecordFault{"the record's contig is not in the header, expected a ##contig line for it",
                        "mend the header: bcftools reheader"};
    }
    VcfSite site;
    site.chromosome = check_chromosome(contig);
    site.position_bp = record_->pos + 1;
    if (!rules_->in_regions(site.chromosome, site.position_bp)) {
      ++rows.counts.outside_regions;
      return;
    }
    site.id = record_->d.id;
    check_id(site.id);
    if (record_->n_allele < 1) {
      throw RecordFault{"the record has no REF, expected bases", "mend the record"};
    }
    site.ref = record_->d.allele[0];
    for (unsigned i = 1; i < record_->n_allele; ++i) site.alts.emplace_back(record_->d.allele[i]);
    check_alleles(site);
    const bcf_dec_t& filters = record_->d;
    site.passed = filters.n_flt == 0 || (filters.n_flt == 1 && filters.flt[0] == 0);
    rules_->choose_rows(site, rows_, rows.counts);
    if (rows_.empty()) return;
    if (record_->n_sample != n_samples_) {
      throw RecordFault{"the record has " + std::to_string(record_->n_sample) +
                            " samples, the header lists " + std::to_string(n_samples_),
                        "write the file anew"};
    }
    add_rows(site, rows);
  }

  const bcf_fmt_t* field(int id) { return id < 0 ? nullptr : bcf_get_fmt_id(record_.get(), id); }

  void add_rows(const VcfSite& site, ParsedRows& rows) {
    const bcf_fmt_t* gt = field(gt_);
    const bcf_fmt_t* gq = options_.min_gq ? field(gq_) : nullptr;
    const bcf_fmt_t* dp = options_.min_dp ? field(dp_) : nullptr;
    const bcf_fmt_t* dosage = options_.from == VcfField::kDS   ? field(ds_)
                              : options_.from == VcfField::kGP ? field(gp_)
                                                               : nullptr;
    if (gt == nullptr && dosage == nullptr) ++rows.counts.no_genotypes;
    const bool plain = gt != nullptr && gq == nullptr && dp == nullptr && dosage == nullptr;
    VcfBlock& block = rows.block;
    if (plain && site.alts.size() == 1 && gt->type == BCF_BT_INT8 && gt->n == 2 &&
        pack_bcf_pairs(gt->p, n_samples_, writer_->begin(block))) {
      writer_->finish(block, SiteRules::variant_of(site, 1));
      return;
    }
    read_genotypes(gt, site.alts.size(), dosage == nullptr, rows.counts);
    VcfCounts ignored;
    for (const int alt : rows_) {
      VcfCounts& counts = alt == rows_.front() ? rows.counts : ignored;
      for (std::size_t s = 0; s < n_samples_; ++s) {
        codes_[s] = code_of_sample(
            s, alt, site.alts.size(), gq, dp, dosage, calls_->is_kept(s) ? counts : ignored);
      }
      pack_codes(codes_, writer_->begin(block));
      writer_->finish(block, SiteRules::variant_of(site, alt));
    }
  }

  void read_genotypes(const bcf_fmt_t* gt, std::size_t n_alts, bool count, VcfCounts& counts) {
    VcfCounts ignored;
    ploidy_.assign(n_samples_, 0);
    for (std::size_t s = 0; s < n_samples_; ++s) {
      alleles_[s] = {};
      if (gt == nullptr) continue;
      values_of(*gt, s, values_);
      GenotypeText genotype;
      for (const double value : values_) {
        const int allele = std::isnan(value) ? -1 : (static_cast<int>(value) >> 1) - 1;
        if (allele < -1 || allele > 32000) {
          fail_genotype(base::format_number(value), s);
        }
        if (allele < 0) ++genotype.n_missing;
        genotype.largest = std::max(genotype.largest, allele);
        if (genotype.n_alleles == 0) genotype.pair.first = static_cast<std::int16_t>(allele);
        if (genotype.n_alleles == 1) genotype.pair.second = static_cast<std::int16_t>(allele);
        ++genotype.n_alleles;
      }
      check_listed(genotype, "of sample " + std::to_string(s + 1), n_alts);
      if (n_alts == 0 && genotype.largest > 0) {
        if (count && calls_->is_kept(s)) ++counts.unlisted_calls;
        genotype.n_missing = genotype.n_alleles;
      }
      ploidy_[s] = genotype.n_alleles;
      if (genotype.n_alleles == 0) continue;
      alleles_[s] = settle(genotype, count && calls_->is_kept(s) ? counts : ignored);
    }
  }

  std::uint8_t code_of_sample(std::size_t s,
                              int alt,
                              std::size_t n_alts,
                              const bcf_fmt_t* gq,
                              const bcf_fmt_t* dp,
                              const bcf_fmt_t* dosage_field,
                              VcfCounts& counts) {
    Dosage dosage;
    if (dosage_field != nullptr) {
      values_of(*dosage_field, s, values_);
      const bool missing =
          values_.empty() || std::any_of(values_.begin(), values_.end(), [](double value) {
            return std::isnan(value);
          });
      if (!missing) dosage = dosage_of(values_, options_.from, n_alts, alt, ploidy_[s]);
    }
    std::uint8_t code =
        dosage.of_alt >= 0 ? calls_->code_of(dosage, counts) : calls_->code_of(alleles_[s], alt);
    const auto too_low = [&](const bcf_fmt_t* values, const std::optional<double>& least) {
      if (values == nullptr || code == genotype::kMissing) return false;
      values_of(*values, s, values_);
      return !values_.empty() && values_[0] < *least;
    };
    if (too_low(gq, options_.min_gq)) {
      ++counts.low_gq_calls;
      code = genotype::kMissing;
    }
    if (too_low(dp, options_.min_dp)) {
      ++counts.low_dp_calls;
      code = genotype::kMissing;
    }
    return code;
  }

  HtsFile file_;
  std::string path_;
  BcfRecord record_;
  BcfHeader bcf_header_;
  HtsIndex index_;
  HtsIterator iterator_;
  VcfHeader header_;
  VcfOptions options_;
  std::size_t n_samples_ = 0;
  std::unique_ptr<SiteRules> rules_;
  std::unique_ptr<CallReader> calls_;
  std::unique_ptr<RowWriter> writer_;
  std::vector<Span> spans_;
  std::size_t span_ = 0;
  std::uint64_t n_records_ = 0;
  int gt_ = -1, gq_ = -1, dp_ = -1, ds_ = -1, gp_ = -1;
  std::vector<int> rows_;
  std::vector<AllelePair> alleles_;
  std::vector<int> ploidy_;
  std::vector<std::uint8_t> codes_;
  std::vector<double> values_;
};

}  // namespace

std::unique_ptr<VcfSource> open_bcf(HtsFile file,
                                    const std::string& path,
                                    bool has_index,
                                    const base::Context& context) {
  return std::make_unique<BcfSource>(std::move(file), path, has_index, context);
}

}  // namespace gcrisk::io
