// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "gcrisk/clinical/event_sorter.hpp"
#include "gcrisk/io/record_reader.hpp"

namespace gcrisk::pipeline {

// Everybody under another name, brought together anew: one more pass.
using Rename = std::function<std::string_view(std::string_view)>;
std::unique_ptr<clinical::EventSorter> rename_people(std::unique_ptr<clinical::EventSorter> sorter,
                                                     const Rename& name_of,
                                                     const std::filesystem::path& folder,
                                                     std::size_t memory);

// People whose record goes on under another ID, under that.
std::unique_ptr<clinical::EventSorter> merge_replaced(std::unique_ptr<clinical::EventSorter> sorter,
                                                      const io::RecordsRead& read,
                                                      const std::filesystem::path& folder,
                                                      std::size_t memory);

}  // namespace gcrisk::pipeline
