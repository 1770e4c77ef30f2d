// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fetch_ahead.hpp"
#include "gcrisk/clinical/event_sorter.hpp"
#include "spill_file.hpp"

namespace gcrisk::clinical {

// One ordered piece of what was collected, read person by person.
class Piece {
 public:
  virtual ~Piece() = default;
  virtual const char* head() = 0;                  // the next event; null at the end
  virtual void take_person(PackedPerson& to) = 0;  // all of its person's events
};

// The piece that was collected last; its events stay where they are.
class MemoryPiece : public Piece {
 public:
  // `order`: places of events, `ends`: for each person in order, how many events there are so far.
  MemoryPiece(const char* bytes,
              const std::vector<std::uint32_t>& order,
              const std::vector<std::uint32_t>& ends)
      : bytes_(bytes), order_(order), ends_(ends) {}
  const char* head() override { return person_ < ends_.size() ? bytes_ + order_[at_] : nullptr; }
  void take_person(PackedPerson& to) override;

 private:
  const char* bytes_;
  const std::vector<std::uint32_t>& order_;
  const std::vector<std::uint32_t>& ends_;
  std::size_t at_ = 0;
  std::size_t person_ = 0;
};

// A piece that was put aside; its events go to the person's bytes.
class FilePiece : public Piece {
 public:
  FilePiece(const SpillFile& file, std::uint64_t begin, std::uint64_t end, std::size_t buffer)
      : file_(file), at_(begin), end_(end), buffer_(buffer) {}
  const char* head() override;
  void take_person(PackedPerson& to) override;

 private:
  bool fill(std::size_t wanted);

  const SpillFile& file_;
  std::uint64_t at_;
  std::uint64_t end_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace gcrisk::clinical
