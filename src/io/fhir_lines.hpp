// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "byte_buffer.hpp"
#include "fhir_scope.hpp"

namespace gcrisk::io::fhir {

// The entry of a bundle stands above the number of the line.
inline constexpr unsigned kEntryShift = 40;

// A piece of a file that is parsed on its own: whole lines of NDJSON, or one document.
struct Piece {
  ByteBuffer text;  // with simdjson's padding behind its end
  std::uint32_t file = 0;
  std::string name;  // of the file, for messages
  std::uint64_t first_line = 1;
  bool is_document = false;

  std::size_t bytes() const noexcept { return text.size(); }
  std::string_view view() const { return text.view(); }
};

// Reads every resource of the piece. MalformedError with file:line and resource; under
// options.skip_bad broken resources are counted instead.
void read_piece(const Piece& piece,
                const RecordOptions& options,
                simdjson::dom::parser& parser,
                Yield& yield);

// Is it an object with a resourceType? False for broken JSON too.
bool looks_like_resource(std::string_view padded, simdjson::dom::parser& parser);

}  // namespace gcrisk::io::fhir
