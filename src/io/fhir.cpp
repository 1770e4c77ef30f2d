// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/io/fhir.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "fhir_pieces.hpp"
#include "fhir_scope.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "rounds.hpp"

namespace gcrisk::io {

namespace {

using fhir::Piece;
using fhir::PieceSource;
using fhir::Yield;

// Everything that pieces left, put together in their order.
class Collector {
 public:
  Collector(clinical::EventSorter& sorter, const RecordOptions& options)
      : sorter_(sorter), options_(options) {}

  void add(const Yield& yield, RecordsRead& out) {
    sorter_.add(yield.events);
    if (!yield.by_identifier.empty()) {
      constexpr std::size_t kAside = std::size_t{16} << 20;
      if (!aside_) aside_ = std::make_unique<clinical::EventSorter>(sorter_.folder(), kAside);
      aside_->add(yield.by_identifier);
    }
    for (const auto& [reference, code] : yield.medications) {
      const std::string end(clinical::kEndSuffix);
      const auto [at, is_new] = out.references.emplace(reference, code);
      if (!is_new && at->second <= code) continue;
      at->second = code;
      out.references.insert_or_assign(reference + end, code + end);
    }
    for (const auto& [hash, id] : yield.identifiers) {
      const auto [at, is_new] = people_.emplace(hash, id);
      if (!is_new && id < at->second) at->second = id;
    }
    for (const auto& [from, to] : yield.replaced) out.replaced.insert_or_assign(from, to);
    out.report.merge(yield.report);
  }

  void finish(RecordsRead& out) {
    clinical::PackedPerson person;
    clinical::EventBlock block;
    while (aside_ && aside_->next(person)) {
      const auto at = people_.find(fhir::hash_of_identifier(person.id));
      if (at == people_.end()) {
        out.report.dropped[{"reference", "the subject's identifier belongs to no Patient"}] +=
            person.events.size();
        continue;
      }
      block.clear();
      for (const char* const packed : person.events) {
        clinical::RawEvent event = clinical::unpack_event(packed, *person.texts);
        event.subject = at->second;
        event.forget_numbers();
        block.add(event);
      }
      sorter_.add(block);
    }
    follow_links(out);
  }

 private:
  // Patient.link replaced-by, to the end of each chain.
  void follow_links(RecordsRead& out) {
    clinical::TextMap followed;
    for (const auto& [from, to] : out.replaced) {
      std::set<std::string> met = {from};
      std::string at = to;
      while (out.replaced.contains(at) && met.insert(at).second) at = out.replaced.at(at);
      if (!met.contains(at)) {
        followed.emplace(from, at);
        continue;
      }
      const std::string message = "Patient/" + *met.begin() +
                                  ": its links of the type replaced-by lead round in a circle (" +
                                  std::to_string(met.size()) + " patients), expected an end";
      if (!options_.skip_bad) {
        throw base::MalformedError(message,
                                   "mend the links, or keep these patients as they are: "
                                   "--on-bad-record skip");
      }
      out.report.bad(message);
    }
    out.replaced = std::move(followed);
  }

  clinical::EventSorter& sorter_;
  const RecordOptions& options_;
  std::unique_ptr<clinical::EventSorter> aside_;
  std::unordered_map<std::uint64_t, std::string> people_;
};

RecordsRead read_pieces(PieceSource& source,
                        const RecordOptions& options,
                        clinical::EventSorter& sorter,
                        const base::Context& context) {
  RecordsRead out;
  Collector collector(sorter, options);
  std::vector<simdjson::dom::parser> parsers(context.threads->size());
  read_in_rounds<Piece, Yield>(
      context,
      [&](Piece& piece) { return source.next(piece); },
      [&](const Piece& piece, Yield& yield, std::size_t thread) {
        auto& parser = parsers[thread];
        if (parser.capacity() < piece.bytes() &&
            parser.allocate(piece.bytes()) != simdjson::SUCCESS) {
          throw base::MemoryError(piece.name + ": no memory for a document of " +
                                  base::format_bytes(piece.bytes()));
        }
        fhir::read_piece(piece, options, parser, yield);
      },
      [&](const Piece& piece, const Yield& yield) {
        collector.add(yield, out);
        context.progress->advance(piece.bytes());
      });
  out.report.merge(source.report());
  collector.finish(out);
  out.files = std::move(source.files());
  return out;
}

}  // namespace

RecordsRead read_fhir(const std::vector<std::string>& paths,
                      const RecordOptions& options,
                      clinical::EventSorter& sorter,
                      const base::Context& context) {
  PieceSource source(fhir::list_files(paths),
                     options,
                     std::max<std::size_t>(PieceSource::kShortestLimit, context.memory_bytes / 8));
  return read_pieces(source, options, sorter, context);
}

RecordsRead read_fhir_text(std::string_view text,
                           const std::string& name,
                           const RecordOptions& options,
                           clinical::EventSorter& sorter) {
  PieceSource source(text, name, options);
  const base::Context context = base::Context::make();
  return read_pieces(source, options, sorter, context);
}

}  // namespace gcrisk::io
