// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "study_inputs.hpp"

#include <algorithm>
#include <unordered_set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/io/vcf.hpp"

namespace gcrisk::pipeline {

namespace {

using Words = std::vector<std::string_view>;

Words words_of(std::string_view line) {
  Words words;
  std::size_t at = 0;
  while (at < line.size()) {
    const auto begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    const auto end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    at = end;
  }
  return words;
}

// Position of a column of a header line that begins with '#', if it has it.
std::optional<std::size_t> column_of(const Words& header, std::string_view name) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::string_view word = header[i];
    if (i == 0 && word.starts_with('#')) word.remove_prefix(1);
    if (word == name) return i;
  }
  return std::nullopt;
}

std::string_view word_at(const io::Input& input, const Words& words, std::size_t column) {
  if (column >= words.size()) {
    throw base::MalformedError(input.place() + ": " + std::to_string(words.size()) +
                               " columns, expected at least " + std::to_string(column + 1));
  }
  return words[column];
}

clinical::Table read_part(const std::string& path,
                          std::vector<clinical::Field> fields,
                          const base::Context& context,
                          io::TableReport& report) {
  io::TableOptions options;
  options.fields = std::move(fields);
  clinical::Table table = io::read_table(path, options, &report);
  if (context.log && report.contradictory_rows > 0) {
    context.log->warning(path + ": " + base::format_count(report.contradictory_rows) +
                         " rows repeat an ID with other values (" +
                         base::join(report.contradictory_ids, ", ") +
                         "): the first row of each counts");
  }
  return table;
}

void choose_variants(const StudyInputs& inputs, StudyParts& parts) {
  const genotype::Variants& variants = parts.plink->variants;
  parts.n_variants_in_file = variants.size();
  const std::unordered_set<std::string> chromosomes(inputs.chromosomes.begin(),
                                                    inputs.chromosomes.end());
  const auto load = [](const std::string& path) {
    const auto list = path.empty() ? std::vector<std::string>() : read_variant_list(path);
    return std::unordered_set<std::string>(list.begin(), list.end());
  };
  const auto extract = load(inputs.extract);
  const auto exclude = load(inputs.exclude);
  std::uint64_t other_chromosome = 0;
  std::uint64_t not_extracted = 0;
  std::uint64_t excluded = 0;
  for (std::size_t j = 0; j < variants.size(); ++j) {
    const genotype::Variant& variant = variants[j];
    if (!chromosomes.empty() &&
        !chromosomes.contains(genotype::plain_chromosome(variant.chromosome))) {
      ++other_chromosome;
    } else if (!inputs.extract.empty() && !extract.contains(variant.id)) {
      ++not_extracted;
    } else if (exclude.contains(variant.id)) {
      ++excluded;
    } else {
      parts.variants.push_back(static_cast<std::uint32_t>(j));
    }
  }
  parts.variants_left_out = {{"not on --chr", other_chromosome},
                             {"not in --extract", not_extracted},
                             {"in --exclude", excluded}};
  if (parts.variants.empty()) {
    throw base::DegenerateError(
        "no variant left: of " + base::format_count(variants.size()) + " in " +
            (inputs.vcf.empty() ? inputs.bfile + ".bim" : inputs.vcf.front()) + ", " +
            base::format_count(other_chromosome) + " are not on --chr, " +
            base::format_count(not_extracted) + " not in --extract, " +
            base::format_count(excluded) + " in --exclude",
        "compare the variant IDs and contig names with column 1 and 2 of the .bim file");
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> StudyInputs::files() const {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](const std::string& role, const std::string& path) {
    if (!path.empty()) out.emplace_back(role, path);
  };
  if (!bfile.empty()) {
    add("bed", bfile + ".bed");
    add("bim", bfile + ".bim");
    add("fam", bfile + ".fam");
  }
  for (const std::string& path : vcf) add("vcf", path);
  add("clinical", clinical);
  add("dictionary", dictionary);
  add("molecular", molecular);
  add("extract", extract);
  add("exclude", exclude);
  return out;
}

namespace {

// The whole of the files as packed genotypes in memory, as `ingest vcf` with its defaults makes
// them.
io::PlinkFiles read_vcf(const std::vector<std::string>& paths, const base::Context& context) {
  io::VcfReader reader(paths, {}, context);
  io::PlinkFiles out;
  for (const std::string& id : reader.samples()) {
    out.samples.emplace_back();
    out.samples.back().id = id;
  }
  std::vector<std::uint8_t> bytes;
  io::VcfBlock block;
  while (reader.next(block)) {
    bytes.insert(
        bytes.end(),
        block.rows.begin(),
        block.rows.begin() + static_cast<std::ptrdiff_t>(block.variants.size() * block.row_bytes));
    for (auto& variant : block.variants) out.variants.push_back(std::move(variant));
  }
  out.matrix =
      genotype::PackedMatrix::own(std::move(bytes), out.samples.size(), out.variants.size());
  return out;
}

}  // namespace

StudyParts read_parts(const StudyInputs& inputs, const base::Context& context) {
  StudyParts parts;
  if (!inputs.vcf.empty()) {
    parts.plink = read_vcf(inputs.vcf, context);
    choose_variants(inputs, parts);
  }
  if (!inputs.bfile.empty()) {
    parts.plink = io::open_plink(inputs.bfile);
    choose_variants(inputs, parts);
  }
  if (!inputs.clinical.empty()) {
    std::vector<clinical::Field> fields;
    if (!inputs.dictionary.empty()) fields = io::read_dictionary(inputs.dictionary);
    parts.clinical = read_part(inputs.clinical, std::move(fields), context, parts.clinical_report);
  }
  if (!inputs.molecular.empty()) {
    parts.molecular = read_part(inputs.molecular, {}, context, parts.molecular_report);
    for (clinical::Column& column : parts.molecular->columns()) {
      if (column.is_numeric()) {
        column.field.type = clinical::FieldType::kNumber;  // counts of 0 and 1 are no indicator
        continue;
      }
      throw base::MismatchError(inputs.molecular + ": column '" + column.field.name + "' holds " +
                                    std::string(clinical::to_string(column.field.type)) +
                                    " values, a molecular table has numbers only",
                                "give that column in the clinical table");
    }
  }
  return parts;
}

cohort::Cohort assemble(const StudyParts& parts,
                        const StudyInputs& inputs,
                        const std::vector<PersonRows>& people) {
  cohort::Cohort out;
  std::vector<std::uint32_t> genotype_rows;
  std::vector<std::uint32_t> clinical_rows;
  std::vector<std::uint32_t> molecular_rows;
  for (const PersonRows& person : people) {
    out.ids.push_back(person.id);
    genotype_rows.push_back(static_cast<std::uint32_t>(person.genotypes));
    clinical_rows.push_back(static_cast<std::uint32_t>(person.clinical));
    molecular_rows.push_back(static_cast<std::uint32_t>(person.molecular));
  }
  if (parts.plink) {
    out.genotypes = genotype::GenotypeView(parts.plink->matrix).with_samples(genotype_rows);
    for (const auto row : genotype_rows) {
      out.sexes.push_back(static_cast<cohort::Sex>(parts.plink->samples[row].sex));
    }
    if (parts.variants.size() < parts.plink->variants.size()) {
      out.genotypes = out.genotypes.with_variants(parts.variants);
    }
    for (const auto j : parts.variants) out.variants.push_back(parts.plink->variants[j]);
  }
  // The table under the study's IDs, which may differ from the file's (--id-map).
  const auto choose = [&](const clinical::Table& table, std::span<const std::uint32_t> rows) {
    clinical::Table chosen = table.select_rows(rows);
    clinical::Table renamed(out.ids);
    renamed.columns() = std::move(chosen.columns());
    return renamed;
  };
  out.clinical = parts.clinical ? choose(*parts.clinical, clinical_rows) : clinical::Table(out.ids);
  for (const std::string& name : inputs.not_features) out.clinical.remove(name);
  out.molecular =
      parts.molecular ? choose(*parts.molecular, molecular_rows) : clinical::Table(out.ids);
  return out;
}

std::vector<std::string> parse_chromosomes(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    const auto dash = text.find('-');
    if (dash == std::string::npos) {
      out.push_back(genotype::plain_chromosome(text));
      continue;
    }
    const auto first = base::parse_integer(text.substr(0, dash));
    const auto last = base::parse_integer(text.substr(dash + 1));
    if (!first || !last || *first < 1 || *last < *first || *last > 1000) {
      throw base::UsageError("--chr " + text + ": expected a name, or a range such as 1-22");
    }
    for (auto c = *first; c <= *last; ++c) {
      out.push_back(genotype::plain_chromosome(std::to_string(c)));
    }
  }
  return out;
}

std::vector<std::string> read_sample_list(const std::string& path) {
  io::Input input(path);
  std::vector<std::string> ids;
  std::string_view line;
  std::optional<std::size_t> column;
  while (input.next_line(line)) {
    const Words words = words_of(line);
    if (words.empty()) continue;
    if (input.line_number() == 1) {
      const bool has_header = words[0].starts_with('#') || words[0] == "FID" || words[0] == "IID";
      if (has_header) {
        column = column_of(words, "IID");
        if (!column) {
          throw base::MalformedError(input.place() + ": the header has no column IID",
                                     "name it #IID, or give a list without header");
        }
        continue;
      }
    }
    ids.emplace_back(word_at(input, words, column.value_or(words.size() > 1 ? 1 : 0)));
  }
  return ids;
}

std::vector<std::string> read_variant_list(const std::string& path) {
  io::Input input(path);
  std::vector<std::string> ids;
  std::string_view line;
  std::size_t column = 0;
  while (input.next_line(line)) {
    const Words words = words_of(line);
    if (words.empty()) continue;
    if (words[0].starts_with('#')) {
      if (const auto id = column_of(words, "ID")) column = *id;
      continue;
    }
    ids.emplace_back(word_at(input, words, column));
  }
  return ids;
}

std::vector<std::pair<std::string, std::string>> read_id_map(const std::string& path) {
  io::Input input(path);
  std::vector<std::pair<std::string, std::string>> map;
  std::unordered_set<std::string> seen;
  std::string_view line;
  while (input.next_line(line)) {
    if (line.starts_with('#')) continue;
    const Words words = words_of(line);
    if (words.empty()) continue;
    if (words.size() != 2) {
      throw base::MalformedError(input.place() + ": " + std::to_string(words.size()) +
                                 " columns, an ID map has two: the other name and the study's ID");
    }
    if (!seen.insert(std::string(words[0])).second) {
      throw base::MismatchError(input.place() + ": '" + std::string(words[0]) +
                                "' stands twice in the ID map");
    }
    map.emplace_back(words[0], words[1]);
  }
  return map;
}

}  // namespace gcrisk::pipeline
