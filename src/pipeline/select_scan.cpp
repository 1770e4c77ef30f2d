// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "select_scan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "gcrisk/base/text.hpp"
#include "select_permutations.hpp"

namespace gcrisk::pipeline {

namespace {

using genotype::GenotypeCounts;
using genotype::Variant;

constexpr std::size_t kChunk = 64;      // variants that one task counts, tests and prints
constexpr std::size_t kUsualRow = 192;  // bytes

// Text that is written in place: `room` gives a pointer with at least that many bytes behind it,
// `end_at` says how far they were used.
class TextBlock {
 public:
  explicit TextBlock(std::size_t capacity)
      : text_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}
  char* room(std::size_t bytes) {
    if (size_ + bytes > capacity_) {
      capacity_ = std::max(capacity_ * 2, size_ + bytes);
      auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
      std::copy_n(text_.get(), size_, larger.get());
      text_ = std::move(larger);
    }
    return text_.get() + size_;
  }
  void end_at(const char* end) { size_ = static_cast<std::size_t>(end - text_.get()); }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {text_.get(), size_}; }

 private:
  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
  std::size_t capacity_;
};

// What a task leaves behind, put together in the order of the file. Made before the tasks run, with
// the usual memory: threads that grow theirs at the same time wait for each other in the kernel.
struct ChunkResult {
  ChunkResult() : text(kChunk * kUsualRow) {
    row_ends.reserve(kChunk);
    p.reserve(kChunk);
    log10_p.reserve(kChunk);
  }
  TextBlock text;
  std::vector<std::size_t> row_ends;
  std::vector<double> p;
  std::vector<double> log10_p;
  std::vector<double> permuted;  // statistic of the ranking method, with permutations
  std::vector<double> max_by_permutation;
};

// One block on its way through the scan.
struct Stage {
  ScanBlock block;
  bool filled = false;

  std::size_t n_chunks() const {
    return filled ? base::chunk_count(block.genotypes.n_variants(), kChunk) : 0;
  }
};

class Scanner {
 public:
  Scanner(const select::Task& task, const ScanSettings& settings, const base::Context& context)
      : task_(task),
        rank_by_(settings.rank_by),
        n_classes_(task.n_classes()),
        counter_(task.class_of(), task.n_classes()) {
    for (const auto* entry : settings.methods) {
      selectors_.push_back(select::make_selector(*entry, task));
      widths_.push_back(selectors_.back()->columns().size());
    }
    if (settings.n_permutations > 0) {
      permutations_ = std::make_unique<Permutations>(task, settings.n_permutations, context.seed);
    }
  }

  std::string header() const {
    std::string out = "#CHROM\tPOS\tID\tREF\tALT\tA1";
    if (task_.outcome.kind == cohort::OutcomeKind::kBinary) {
      out += "\tA1_FREQ_CASE\tA1_FREQ_CTRL";
    } else if (task_.has_classes()) {
      for (const auto& level : task_.outcome.levels) out += "\tA1_FREQ_" + level;
    } else {
      out += "\tA1_FREQ";
    }
    out += "\tOBS_CT";
    for (const auto& selector : selectors_) {
      for (const auto& column : selector->columns()) out += "\t" + column;
    }
    if (permutations_) out += "\tP_PERM";
    return out + "\tLOG10_P";
  }

  const Permutations* permutations() const { return permutations_.get(); }

  void run(const ScanBlock& block, std::size_t begin, std::size_t end, ChunkResult& result) const {
    const std::size_t n = end - begin;
    std::vector<GenotypeCounts> counts(n * n_classes_);
    genotype::RowScratch scratch;
    for (std::size_t i = 0; i < n; ++i) {
      counter_.count(block.genotypes.row(begin + i, scratch),
                     std::span(counts).subspan(i * n_classes_, n_classes_));
    }
    result.log10_p.assign(n, 0);
    std::vector<std::vector<double>> values;
    for (std::size_t m = 0; m < selectors_.size(); ++m) {
      values.emplace_back(n * widths_[m]);
      selectors_[m]->evaluate({block.genotypes, begin, end, counts},
                              values.back(),
                              m == rank_by_ ? std::span(result.log10_p) : std::span<double>());
    }
    const select::Selector& ranking = *selectors_[rank_by_];
    std::vector<double> p_perm;
    if (permutations_) {
      p_perm = permutations_->p_values(
          block.genotypes, begin, end, counts, ranking, result.permuted, result.max_by_permutation);
    }
    result.p.resize(n);
    result.row_ends.resize(n);
    result.text.clear();
    for (std::size_t i = 0; i < n; ++i) {
      result.p[i] = values[rank_by_][i * widths_[rank_by_] + ranking.p_column()];
      const Variant& variant = block.variants[begin + i];
      char* to = result.text.room(room_of(variant));
      to = write_variant(to, variant);
      to = write_counts(to, std::span(counts).subspan(i * n_classes_, n_classes_));
      for (std::size_t m = 0; m < selectors_.size(); ++m) {
        for (std::size_t c = 0; c < widths_[m]; ++c) {
          to = write(to, values[m][i * widths_[m] + c]);
        }
      }
      if (permutations_) to = write(to, p_perm[i]);
      to = write(to, result.log10_p[i]);
      result.text.end_at(to);
      result.row_ends[i] = result.text.size();
      *to++ = '\n';
      result.text.end_at(to);
    }
  }

 private:
  static constexpr std::size_t kCellRoom = base::kNumberRoom + 1;  // a number and its tab

  // Upper bound of a row's length.
  std::size_t room_of(const Variant& v) const {
    std::size_t cells = n_classes_ + 8;  // frequencies; position, count, P_PERM, LOG10_P, tabs
    for (const std::size_t width : widths_) cells += width;
    return cells * kCellRoom + v.chromosome.size() + v.id.size() + v.a2.size() + 2 * v.a1.size();
  }

  static char* write(char* to, double value) {
    *to++ = '\t';
    return base::write_number(to, value);
  }
  static char* write(char* to, std::string_view text) {
    return std::copy(text.begin(), text.end(), to);
  }
  static char* write_integer(char* to, std::int64_t value) {
    *to++ = '\t';
    return std::to_chars(to, to + 24, value).ptr;
  }

  static char* write_variant(char* to, const Variant& v) {
    to = write(to, v.chromosome);
    to = write_integer(to, v.position_bp);
    for (const std::string* text : {&v.id, &v.a2, &v.a1, &v.a1}) {
      *to++ = '\t';
      to = write(to, *text);
    }
    return to;
  }

  static char* write_counts(char* to, std::span<const GenotypeCounts> counts) {
    std::int64_t observed = 0;
    for (const auto& c : counts) observed += c.called();
    if (counts.size() == 2) {
      to = write(to, counts[1].a1_frequency());
      to = write(to, counts[0].a1_frequency());
    } else {
      for (const auto& c : counts) to = write(to, c.a1_frequency());
    }
    return write_integer(to, observed);
  }

  const select::Task& task_;
  std::size_t rank_by_;
  std::size_t n_classes_;
  genotype::ClassCounter counter_;
  std::vector<std::unique_ptr<select::Selector>> selectors_;
  std::vector<std::size_t> widths_;
  std::unique_ptr<Permutations> permutations_;
};

}  // namespace

void CandidatePool::add(Candidate candidate) {
  Rank rank{candidate.log10_p, candidate.index, static_cast<std::uint32_t>(kept_.size())};
  if (heap_.size() == limit_) {
    if (limit_ == 0 || !(rank < heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end());
    rank.slot = heap_.back().slot;
    heap_.back() = rank;
    kept_[rank.slot] = std::move(candidate);
  } else {
    heap_.push_back(rank);
    kept_.push_back(std::move(candidate));
  }
  std::push_heap(heap_.begin(), heap_.end());
}

std::vector<Candidate> CandidatePool::sorted() && {
  std::sort_heap(heap_.begin(), heap_.end());
  std::vector<Candidate> out;
  out.reserve(heap_.size());
  for (const Rank& rank : heap_) out.push_back(std::move(kept_[rank.slot]));
  return out;
}

ScanResult scan(Run& run, SelectInput& input, const ScanSettings& settings, base::OutputFile* out) {
  const base::Context& context = run.context();
  const Scanner scanner(input.task, settings, context);
  ScanResult result;
  result.header = scanner.header();
  if (out != nullptr) out->write(result.header + "\n");
  CandidatePool pool(settings.pool_limit);
  std::vector<double> max_by_permutation(settings.n_permutations, 0);
  result.p.reserve(input.source->n_variants());
  context.progress->start("scanning", input.source->n_variants(), "variants");
  std::uint64_t n_merged = 0;
  const auto merge = [&](const Stage& stage, const std::vector<ChunkResult>& chunks) {
    for (std::size_t i = 0; i < stage.n_chunks(); ++i) {
      const ChunkResult& chunk = chunks[i];
      if (out != nullptr) out->write(chunk.text.view());
      for (std::size_t k = 0; k < chunk.max_by_permutation.size(); ++k) {
        max_by_permutation[k] = std::max(max_by_permutation[k], chunk.max_by_permutation[k]);
      }
      std::size_t row_begin = 0;
      for (std::size_t j = 0; j < chunk.p.size(); ++j, ++n_merged) {
        const Variant& variant = stage.block.variants[i * kChunk + j];
        const double p = chunk.p[j];
        result.plots.add(variant.chromosome, variant.position_bp, variant.id, -chunk.log10_p[j]);
        if (!std::isnan(p)) {
          result.p.push_back(p);
          double order = chunk.log10_p[j];
          bool eligible = p <= settings.p_limit;
          if (!settings.order.empty()) {
            const auto rank = settings.order.ranks.find(n_merged);
            eligible = rank != settings.order.ranks.end();
            if (eligible) order = static_cast<double>(rank->second.rank);
          }
          if (eligible && pool.wants(order)) {
            pool.add(
                {order,
                 p,
                 n_merged,
                 variant.chromosome,
                 variant.position_bp,
                 std::string(chunk.text.view().substr(row_begin, chunk.row_ends[j] - row_begin)),
                 chunk.permuted.empty() ? 0 : chunk.permuted[j]});
          }
        }
        row_begin = chunk.row_ends[j] + 1;
      }
    }
  };
  // While the variants of one block are tested, the results of the block before it are put
  // together and the block after it is read: all of them are tasks of one round.
  std::array<Stage, 3> stages;
  std::array<std::vector<ChunkResult>, 2> results;
  stages[0].filled = input.source->next(stages[0].block);
  for (std::size_t round = 0; stages[round % 3].filled || stages[(round + 2) % 3].filled; ++round) {
    context.cancellation->check();
    Stage& now = stages[round % 3];
    Stage& after = stages[(round + 1) % 3];
    Stage& before = stages[(round + 2) % 3];
    const std::size_t n_chunks = now.n_chunks();
    auto& chunks = results[round % 2];
    chunks.resize(std::max(chunks.size(), n_chunks));
    context.threads->run(n_chunks + 2, [&](std::size_t task, std::size_t) {
      if (task == 0) {
        after.filled = now.filled && input.source->next(after.block);
      } else if (task == 1) {
        merge(before, results[(round + 1) % 2]);
      } else {
        const auto [begin, end] =
            base::chunk_at(task - 2, now.block.genotypes.n_variants(), kChunk);
        scanner.run(now.block, begin, end, chunks[task - 2]);
        context.progress->advance(end - begin);
      }
    });
    before.filled = false;
  }
  result.n_variants = n_merged;
  context.progress->finish();
  result.pool_was_full = pool.full();
  result.candidates = std::move(pool).sorted();
  if (settings.n_permutations > 0) {
    std::sort(max_by_permutation.begin(), max_by_permutation.end());
    for (Candidate& candidate : result.candidates) {
      // p_max_t has carried the statistic so far.
      const auto above =
          max_by_permutation.end() -
          std::lower_bound(max_by_permutation.begin(), max_by_permutation.end(), candidate.p_max_t);
      candidate.p_max_t =
          (static_cast<double>(above) + 1) / (static_cast<double>(settings.n_permutations) + 1);
    }
  }
  return result;
}

}  // namespace gcrisk::pipeline
