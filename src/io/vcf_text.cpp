// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "gcrisk/base/error.hpp"
#include "io/vcf_source.hpp"

namespace gcrisk::io {

namespace {

constexpr std::size_t kHeaderText = std::size_t{1} << 16;
constexpr std::size_t kLinesPerChunk = 48;

// A chunk on its way: filled by the reading thread, worked on by any one, given out in order.
// The first and the last line of a chunk are shared with its neighbours; these parts are put
// together by the reading thread.
struct Slot {
  Chunk chunk;
  ParsedRows rows;
  std::size_t head = 0;  // bytes up to and with the first '\n'; all if there is none
  bool has_newline = false;
  std::size_t tail = 0;  // where the part behind the last '\n' begins
  bool done = false;
  std::exception_ptr failure;
};

const char* last_newline(const char* text, std::size_t size) {
  return static_cast<const char*>(::memrchr(text, '\n', size));
}

class TextSource final : public VcfSource {
 public:
  TextSource(std::unique_ptr<ChunkSource> chunks,
             const base::Context& context,
             std::size_t least_text)
      : chunks_(std::move(chunks)),
        n_threads_(std::max<std::size_t>(1, context.n_threads)),
        least_text_(least_text) {
    read_header();
  }

  ~TextSource() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  const VcfHeader& header() const override { return header_; }

  void start(const VcfOptions& options, const SampleChoice& choice) override {
    options_ = options;
    choice_ = choice;
    stitcher_ = std::make_unique<LineParser>(options, choice);
    line_number_ = header_.n_lines + 1;
    // Long lines need larger chunks, so that few of them are shared between two.
    text_size_ = least_text_;
    if (least_text_ == kLeastText) {
      text_size_ = std::max(kLeastText, kLinesPerChunk * (4 * choice.n_in_file + 64));
    }
    slots_ = std::vector<Slot>(n_threads_ + 2);
    for (Slot& slot : slots_) free_.push_back(&slot);
    if (rest_.text.size() > 0) {
      Slot* slot = free_.front();
      free_.pop_front();
      std::swap(slot->chunk, rest_);
      enqueue(slot);
    }
    for (std::size_t i = 0; i < n_threads_; ++i) workers_.emplace_back([this] { work(); });
  }

  bool next(ParsedRows& rows) override {
    if (given_ != nullptr) release();
    while (true) {
      while (!at_end_ && !free_.empty()) read_chunk();
      if (in_order_.empty()) return finish(rows);
      Slot* slot = in_order_.front();
      wait_for(slot);
      if (slot->failure) std::rethrow_exception(slot->failure);
      const Chunk& chunk = slot->chunk;
      if (!head_taken_) {
        head_taken_ = true;
        pending_.append(chunk.text.data(), slot->head);
        if (slot->has_newline && pending_.size() > 0) {
          parse_pending(rows);
          return true;
        }
      }
      if (slot->has_newline) {
        pending_.assign(chunk.text.data() + slot->tail, chunk.text.size() - slot->tail);
      }
      std::swap(rows, slot->rows);
      give(rows);
      given_ = slot;
      return true;
    }
  }

  std::string place_of(const BadRecord& record) const override {
    if (!chunks_->has_line_numbers()) return chunks_->name() + ": " + record.site;
    return chunks_->name() + ":" + std::to_string(rows_begin_ + record.line);
  }
  std::string format() const override {
    std::string text = "VCF";
    if (!header_.version.empty()) text += " " + header_.version;
    if (!chunks_->compression().empty()) text += ", " + chunks_->compression();
    return text;
  }
  std::string checksum() override { return chunks_->checksum(); }

 private:
  void read_header() {
    Inflater inflater;
    TextBuffer text;
    std::size_t searched = 0;  // line begins before this are known not to be #CHROM
    while (true) {
      Chunk chunk;
      if (!chunks_->next(chunk, std::min(kHeaderText, least_text_))) {
        // A header without body may lack the last line end.
        header_ = parse_vcf_header({text.data(), text.size()}, chunks_->name());
        return;
      }
      inflater.inflate(chunk, chunks_->name());
      text.append(chunk.text.data(), chunk.text.size());
      while (true) {
        const char* line = text.data() + searched;
        const std::size_t left = text.size() - searched;
        const auto* end = static_cast<const char*>(left ? std::memchr(line, '\n', left) : nullptr);
        if (end == nullptr) break;
        searched = static_cast<std::size_t>(end + 1 - text.data());
        if (line[0] == '#' && line[1] == '#') continue;
        // The #CHROM line, or something that the header cannot hold.
        header_ = parse_vcf_header({text.data(), searched}, chunks_->name());
        rest_.text.assign(text.data() + searched, text.size() - searched);
        return;
      }
    }
  }

  void enqueue(Slot* slot) {
    slot->done = false;
    slot->failure = nullptr;
    slot->rows.clear();
    in_order_.push_back(slot);
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(slot);
    }
    wake_.notify_one();
  }

  void read_chunk() {
    Slot* slot = free_.front();
    if (!chunks_->next(slot->chunk, text_size_)) {
      at_end_ = true;
      return;
    }
    free_.pop_front();
    enqueue(slot);
  }

  void work() {
    Inflater inflater;
    LineParser parser(options_, choice_);
    while (true) {
      Slot* slot = nullptr;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        slot = waiting_.front();
        waiting_.pop_front();
      }
      try {
        work_on(*slot, inflater, parser);
      } catch (...) {
        slot->failure = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex_);
        slot->done = true;
      }
      finished_.notify_one();
    }
  }

  void work_on(Slot& slot, Inflater& inflater, LineParser& parser) const {
    inflater.inflate(slot.chunk, chunks_->name());
    const TextBuffer& text = slot.chunk.text;
    const char* begin = text.data();
    const auto* first =
        static_cast<const char*>(text.size() > 0 ? std::memchr(begin, '\n', text.size()) : nullptr);
    slot.has_newline = first != nullptr;
    if (first == nullptr) {
      slot.head = slot.tail = text.size();
      return;
    }
    slot.head = static_cast<std::size_t>(first + 1 - begin);
    const char* last = last_newline(begin, text.size());
    slot.tail = static_cast<std::size_t>(last + 1 - begin);
    parser.parse(first + 1, last + 1, slot.rows);
  }

  void wait_for(const Slot* slot) {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [&] { return slot->done; });
  }

  void release() {
    in_order_.pop_front();
    free_.push_back(given_);
    given_ = nullptr;
    head_taken_ = false;
  }

  // Counts the lines of what is given out; a record that must not be skipped is thrown.
  void give(ParsedRows& rows) {
    rows_begin_ = line_number_;
    line_number_ += rows.n_lines;
    if (!rows.bad.empty() && !options_.skip_bad_records) throw_bad_record(*this, rows.bad.front());
  }

  void parse_pending(ParsedRows& rows) {
    rows.clear();
    stitcher_->parse(pending_.data(), pending_.data() + pending_.size(), rows);
    pending_.clear();
    give(rows);
  }

  // The last line of a file may lack its end.
  bool finish(ParsedRows& rows) {
    if (pending_.size() == 0) return false;
    pending_.append("\n", 1);
    parse_pending(rows);
    return true;
  }

  std::unique_ptr<ChunkSource> chunks_;
  std::size_t n_threads_;
  VcfHeader header_;
  VcfOptions options_;
  SampleChoice choice_;
  std::unique_ptr<LineParser> stitcher_;
  Chunk rest_;  // of the text that was read with the header
  std::size_t least_text_;
  std::size_t text_size_ = 0;
  TextBuffer pending_;  // a line whose end is not there yet
  std::uint64_t line_number_ = 1;
  std::uint64_t rows_begin_ = 1;
  bool at_end_ = false;
  bool head_taken_ = false;

  std::vector<Slot> slots_;
  std::deque<Slot*> free_;
  std::deque<Slot*> in_order_;
  Slot* given_ = nullptr;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable finished_;
  std::deque<Slot*> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace

std::unique_ptr<VcfSource> open_vcf_text(std::unique_ptr<ChunkSource> chunks,
                                         const base::Context& context,
                                         std::size_t least_text) {
  return std::make_unique<TextSource>(std::move(chunks), context, least_text);
}

void throw_bad_record(const VcfSource& source, const BadRecord& record) {
  throw base::MalformedError(source.place_of(record) + ": " + record.fault.finding,
                             record.fault.hint);
}

}  // namespace gcrisk::io
