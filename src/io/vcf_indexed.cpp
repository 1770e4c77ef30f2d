// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/error.hpp"
#include "io/vcf_htslib.hpp"

namespace gcrisk::io {

namespace {

// The header and the lines of the wanted regions of a BGZF file with an index.
class IndexedChunks final : public ChunkSource {
 public:
  IndexedChunks(HtsFile file, std::string path, const VcfOptions& options)
      : file_(std::move(file)), path_(std::move(path)), rules_(options) {
    index_.reset(tbx_index_load3(path_.c_str(), nullptr, HTS_IDX_SILENT_FAIL));
    if (!index_) {
      throw base::MalformedError(path_ + ": its index cannot be read",
                                 "make it anew: bcftools index -f " + path_);
    }
    find_spans();
  }

  bool next(Chunk& chunk, std::size_t text_size) override {
    chunk.blocks.clear();
    chunk.text.clear();
    while (chunk.text.size() < text_size && next_line()) {
      chunk.text.append(line_.text.s, line_.text.l);
      chunk.text.append("\n", 1);
    }
    return chunk.text.size() > 0;
  }
  const std::string& name() const override { return path_; }
  std::string checksum() override { return {}; }
  std::string compression() const override { return "BGZF with index"; }
  bool has_line_numbers() const override { return false; }

 private:
  struct Span {
    int contig;
    std::int64_t first;
    std::int64_t last;
  };

  void find_spans() {
    int n = 0;
    const char** names = tbx_seqnames(index_.get(), &n);
    for (int i = 0; i < n; ++i) {
      const SiteRules::Spans* wanted = rules_.spans_of(names[i]);
      if (wanted == nullptr) continue;
      for (const auto& [first, last] : *wanted) spans_.push_back({i, first, last});
    }
    std::free(names);
  }

  bool next_line() {
    if (in_header_) {
      const int status = hts_getline(file_.get(), '\n', &line_.text);
      if (status < -1) fail();
      if (status >= 0 && line_.text.l > 0 && line_.text.s[0] == '#') return true;
      in_header_ = false;
    }
    while (true) {
      if (!iterator_) {
        if (span_ == spans_.size()) return false;
        const Span& span = spans_[span_];
        iterator_.reset(tbx_itr_queryi(index_.get(),
                                       span.contig,
                                       std::max<std::int64_t>(0, span.first - 1),
                                       std::min(span.last, HTS_POS_MAX)));
        if (!iterator_) fail();
      }
      const int status = tbx_itr_next(file_.get(), index_.get(), iterator_.get(), &line_.text);
      if (status >= 0) {
        // Records that begin before the span belong to another one, or to none. tabix counts
        // from 0.
        const Span& span = spans_[span_];
        if (iterator_->curr_beg + 1 < span.first || iterator_->curr_beg + 1 > span.last) continue;
        return true;
      }
      if (status < -1) fail();
      iterator_.reset();
      ++span_;
    }
  }

  [[noreturn]] void fail() const {
    throw base::MalformedError(
        path_ + ": cannot be read through its index",
        "copy the file again, or make the index anew: bcftools index -f " + path_);
  }

  HtsFile file_;
  std::string path_;
  SiteRules rules_;
  TabixIndex index_;
  HtsIterator iterator_;
  HtsString line_;
  std::vector<Span> spans_;
  std::size_t span_ = 0;
  bool in_header_ = true;
};

}  // namespace

std::unique_ptr<ChunkSource> open_indexed_chunks(HtsFile file,
                                                 const std::string& path,
                                                 const VcfOptions& options) {
  return std::make_unique<IndexedChunks>(std::move(file), path, options);
}

}  // namespace gcrisk::io
