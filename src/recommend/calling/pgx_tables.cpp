// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/pgx_tables.hpp"

#include <algorithm>
#include <limits>

#include "gcrisk/base/text.hpp"
#include "recommend/calling/iupac.hpp"
#include "recommend/calling/table_file.hpp"

namespace gcrisk::recommend {

namespace {

namespace fs = std::filesystem;

PgxGene& gene_of(PgxTables& tables, const TableFile& file) {
  for (PgxGene& gene : tables.genes) {
    if (gene.name == file.cell(0)) return gene;
  }
  file.fail("gene '" + file.text(0) + "' is not in genes.tsv");
}

template <typename Value>
Value choose(const TableFile& file,
             std::size_t column,
             const std::vector<std::pair<std::string_view, Value>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (file.cell(column) == name) return value;
    names.emplace_back(name);
  }
  file.fail("'" + file.text(column) + "' is none of: " + base::join(names, ", "));
}

void read_genes(const fs::path& folder, PgxTables& tables) {
  TableFile file(folder / "genes.tsv",
                 {"gene",
                  "chrom",
                  "strand",
                  "reference_allele",
                  "match_method",
                  "phenotype_method",
                  "undocumented_alt_as_reference",
                  "vcf_callable",
                  "version"});
  while (file.next()) {
    PgxGene gene;
    gene.name = file.text(0);
    gene.contig = file.text(1);
    gene.match = choose<MatchMethod>(file,
                                     4,
                                     {{"exact_haplotype", MatchMethod::kExactHaplotype},
                                      {"lowest_function", MatchMethod::kLowestFunction},
                                      {"single_site", MatchMethod::kSingleSite},
                                      {"single_variant", MatchMethod::kOutsideOnly},
                                      {"outside_only", MatchMethod::kOutsideOnly}});
    gene.phenotype = choose<PhenotypeMethod>(file,
                                             5,
                                             {{"function_pair", PhenotypeMethod::kFunctionPair},
                                              {"activity_score", PhenotypeMethod::kActivityScore},
                                              {"allele_presence", PhenotypeMethod::kAllelePresence},
                                              {"none", PhenotypeMethod::kNone}});
    gene.unknown_bases_are_reference = file.flag(6);
    if (!file.flag(7)) gene.match = MatchMethod::kOutsideOnly;
    gene.on_x = gene.contig == "chrX";
    tables.genes.push_back(std::move(gene));
  }
}

void read_positions(const fs::path& folder, PgxTables& tables) {
  TableFile file(folder / "positions.tsv",
                 {"gene", "role", "chrom", "pos38", "pos37", "rsid", "ref38", "alts38", "ref37"});
  while (file.next()) {
    PgxGene& gene = gene_of(tables, file);
    PgxPosition position;
    for (const std::string_view role : base::split(file.cell(1), ';')) {
      if (role == "required") {
        position.required = true;
      } else if (role == "amp_tier1") {
        position.first_tier = true;
      } else if (role == "ignored" || role == "extra") {
        position.defining = false;
      } else if (role != "defining") {
        file.fail("role '" + std::string(role) +
                  "' is none of: defining, required, amp_tier1, ignored, extra");
      }
    }
    if (file.cell(1) == "extra") continue;  // a single variant: variants.tsv has it
    position.contig = file.text(2);
    position.position38_bp = file.integer(3);
    position.position37_bp = file.integer(4);
    position.rsid = file.text(5);
    position.reference38 = file.bases(6);
    for (const auto alternative : base::split(file.cell(7), ',')) {
      if (alternative.empty() || alternative.find_first_not_of("ACGT") != std::string_view::npos) {
        file.fail("alts38 is '" + file.text(7) + "', expected bases (A, C, G, T)");
      }
      position.alternatives38.emplace_back(alternative);
    }
    position.reference37 = file.bases(8);
    gene.positions.push_back(std::move(position));
  }
}

AlleleCell read_cell(const TableFile& file, const PgxGene& gene, std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto at = base::parse_integer(text.substr(0, colon));
  if (colon == std::string_view::npos || !at) {
    file.fail("'" + std::string(text) + "' is no cell, expected position:base");
  }
  AlleleCell cell;
  cell.bases = std::string(text.substr(colon + 1));
  bool found_position = false;
  for (std::size_t i = 0; i < gene.positions.size(); ++i) {
    const PgxPosition& position = gene.positions[i];
    if (position.position38_bp != *at || !position.defining) continue;
    found_position = true;
    std::vector<std::string> known = position.alternatives38;
    known.push_back(position.reference38);
    const bool fits = std::any_of(known.begin(), known.end(), [&](const std::string& bases) {
      return stands_for(cell.bases, bases);
    });
    if (!fits) continue;
    cell.position = i;
    return cell;
  }
  file.fail(found_position
                ? "positions.tsv does not know '" + cell.bases + "' at " + std::to_string(*at)
                : "position " + std::to_string(*at) + " of " + gene.name +
                      " is not a defining one in positions.tsv");
}

void read_alleles(const fs::path& folder, PgxTables& tables) {
  TableFile file(folder / "alleles.tsv",
                 {"gene",
                  "allele",
                  "is_reference",
                  "function",
                  "activity_value",
                  "definition38",
                  "reported_as",
                  "clinpgx_id"});
  while (file.next()) {
    PgxGene& gene = gene_of(tables, file);
    NamedAllele allele;
    allele.name = file.text(1);
    allele.is_reference = file.flag(2);
    allele.function = file.text(3);
    allele.activity_value = file.text(4);
    allele.reported_as = file.text(6);
    const std::string_view definition = file.cell(5);
    if (definition == "REF") {
      for (std::size_t i = 0; i < gene.positions.size(); ++i) {
        if (gene.positions[i].defining) {
          allele.cells.push_back({i, gene.positions[i].reference38});
        }
      }
    } else if (definition == "NOT_SEQUENCE_DEFINED" || definition == "NOT_FROM_VCF") {
      allele.from_vcf = false;
    } else {
      for (const auto cell : base::split(definition, ';')) {
        allele.cells.push_back(read_cell(file, gene, cell));
      }
    }
    if (gene.allele(allele.name) != nullptr) file.fail("'" + allele.name + "' stands twice");
    gene.alleles.push_back(std::move(allele));
  }
  for (const PgxGene& gene : tables.genes) {
    if (gene.match != MatchMethod::kOutsideOnly && gene.reference() == nullptr) {
      file.fail(gene.name + " has no reference allele, expected one row with is_reference 1");
    }
  }
}

void read_phenotypes(const fs::path& folder, PgxTables& tables) {
  TableFile file(folder / "phenotypes.tsv", {"gene", "kind", "key", "phenotype"});
  while (file.next()) {
    PgxGene& gene = gene_of(tables, file);
    if (file.cell(1) == "pair") {
      gene.pairs[file.text(2)] = file.text(3);
    } else if (file.cell(1) == "single") {
      gene.singles[file.text(2)] = file.text(3);
    } else if (file.cell(1) == "presence") {
      gene.presence.push_back(file.text(2));
    } else if (file.cell(1) == "range") {
      const auto bounds = base::split(file.cell(2), ' ');
      const auto low = base::parse_number(bounds[0]);
      const auto high = bounds.size() == 2 ? base::parse_number(bounds[1])
                                           : std::numeric_limits<double>::infinity();
      if (!low || !high) {
        file.fail("key is '" + file.text(2) + "', expected the lowest and the highest score");
      }
      gene.ranges.push_back({*low, *high, file.text(3)});
    } else {
      file.fail("kind '" + file.text(1) + "' is none of: pair, single, range, presence");
    }
  }
}

void read_priorities(const fs::path& folder, PgxTables& tables) {
  TableFile file(folder / "unphased_priorities.tsv", {"gene", "possible_diplotypes", "pick"});
  while (file.next()) {
    std::vector<std::string> possible;
    std::string_view rest = file.cell(1);
    while (!rest.empty()) {
      const std::size_t end = rest.find(" or ");
      possible.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 4);
    }
    std::sort(possible.begin(), possible.end());
    if (std::find(possible.begin(), possible.end(), file.cell(2)) == possible.end()) {
      file.fail("pick '" + file.text(2) + "' is none of the possible diplotypes");
    }
    gene_of(tables, file).unphased_priorities.emplace_back(std::move(possible), file.text(2));
  }
}

void read_variants(const fs::path& folder, PgxTables& tables) {
  TableFile file(
      folder / "variants.tsv",
      {"id", "use", "gene", "rsid", "name", "chrom", "pos38", "pos37", "ref38", "alt38", "ref37"});
  while (file.next()) {
    if (file.cell(1) != "germline" && file.cell(1) != "tumour") {
      file.fail("use '" + file.text(1) + "' is none of: germline, tumour");
    }
    tables.variants.push_back({.id = file.text(0),
                               .use = file.text(1),
                               .gene = file.text(2),
                               .rsid = file.text(3),
                               .name = file.text(4),
                               .contig = file.text(5),
                               .position38_bp = file.integer(6),
                               .position37_bp = file.integer(7),
                               .reference38 = file.bases(8),
                               .alternative38 = file.bases(9),
                               .reference37 = file.bases(10)});
  }
}

void read_versions(const fs::path& folder, PgxTables& tables) {
  TableFile file(folder / "tables.tsv",
                 {"table", "source", "version", "date", "licence", "made_from", "sha256"});
  while (file.next()) {
    tables.versions.push_back({.table = file.text(0),
                               .source = file.text(1),
                               .version = file.text(2),
                               .date = file.text(3),
                               .licence = file.text(4),
                               .made_from = file.text(5),
                               .sha256 = file.text(6)});
  }
}

}  // namespace

const NamedAllele* PgxGene::allele(std::string_view wanted) const {
  for (const NamedAllele& candidate : alleles) {
    if (candidate.name == wanted) return &candidate;
  }
  return nullptr;
}

const NamedAllele* PgxGene::reference() const {
  for (const NamedAllele& candidate : alleles) {
    if (candidate.is_reference) return &candidate;
  }
  return nullptr;
}

const PgxGene* PgxTables::gene(std::string_view wanted) const {
  for (const PgxGene& candidate : genes) {
    if (candidate.name == wanted) return &candidate;
  }
  return nullptr;
}

PgxTables load_pgx_tables(const fs::path& folder) {
  const fs::path pgx = folder / "pgx";
  PgxTables tables;
  read_genes(pgx, tables);
  read_positions(pgx, tables);
  read_alleles(pgx, tables);
  read_phenotypes(pgx, tables);
  read_priorities(pgx, tables);
  read_variants(pgx, tables);
  read_versions(pgx, tables);
  return tables;
}

}  // namespace gcrisk::recommend
