// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "event_pieces.hpp"

#include <algorithm>
#include <cstring>

namespace gcrisk::clinical {

void MemoryPiece::take_person(PackedPerson& to) {
  const std::size_t end = ends_[person_++];
  for (; at_ < end; ++at_) to.events.push_back(bytes_ + order_[at_]);
  // The beginning of the next one; the rest is asked for on the way.
  const std::size_t stop = std::min(order_.size(), end + kFetchAhead);
  for (std::size_t i = end; i < stop; ++i) fetch_event(bytes_ + order_[i]);
}

const char* FilePiece::head() {
  if (filled_ - used_ < sizeof(std::uint32_t) && !fill(sizeof(std::uint32_t))) return nullptr;
  const std::size_t size = packed_size(buffer_.data() + used_);
  if (filled_ - used_ < size && !fill(size)) return nullptr;
  return buffer_.data() + used_;
}

void FilePiece::take_person(PackedPerson& to) {
  for (const char* event = head(); event != nullptr && packed_subject(event) == to.id;
       event = head()) {
    const std::size_t size = packed_size(event);
    to.bytes.insert(to.bytes.end(), event, event + size);
    used_ += size;
  }
}

bool FilePiece::fill(std::size_t wanted) {
  std::memmove(buffer_.data(), buffer_.data() + used_, filled_ - used_);
  filled_ -= used_;
  used_ = 0;
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  const auto n =
      static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size() - filled_, end_ - at_));
  file_.read(at_, buffer_.data() + filled_, n);
  at_ += n;
  filled_ += n;
  return filled_ >= wanted;
}

}  // namespace gcrisk::clinical
