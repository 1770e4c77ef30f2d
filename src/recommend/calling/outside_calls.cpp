// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/recommend/outside_calls.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/caller.hpp"
#include "recommend/calling/outside_names.hpp"

namespace gcrisk::recommend {

namespace {

// What one line says, in the tables' words.
struct Statement {
  std::optional<Diplotype> diplotype;
  std::string phenotype;
  std::string score;
  std::vector<std::string> statuses;  // HLA: "*57:01 negative"
  std::vector<std::string> warnings;
  bool contradicts = false;
  bool unknown_name = false;

  std::string key() const {
    return (diplotype ? diplotype->name() : "") + "\t" + phenotype + "\t" + score + "\t" +
           base::join(statuses, "+");
  }
};

std::string shown_name(const std::string& name) {
  return name.find(" + ") == std::string::npos ? name : "[" + name + "]";
}

void read_hla(const PgxGene& gene, const OutsideCall& line, Statement& statement) {
  std::set<std::string> present;
  std::set<std::string> absent;
  bool typed = false;
  for (const std::string& text : {line.diplotype, line.phenotype}) {
    for (const auto& [allele, is_there] : parse_statuses(gene.name, text)) {
      (is_there ? present : absent).insert(allele);
    }
  }
  const bool diplotype_is_status = !parse_statuses(gene.name, line.diplotype).empty();
  if (!line.diplotype.empty() && !diplotype_is_status) {
    std::vector<std::string> names;
    typed = true;
    for (const std::string& name : split_diplotype(line.diplotype)) {
      const auto allele = two_fields(gene.name, name);
      if (!allele) {
        statement.warnings.push_back("'" + name + "' of " + line.place +
                                     " has one field: which allele it is cannot be told");
        typed = false;
      }
      names.push_back(allele.value_or(plain_allele_name(gene.name, name)));
    }
    std::sort(names.begin(), names.end(), allele_name_less);
    if (names.size() == 2 || names.size() == 1) {
      Diplotype diplotype;
      diplotype.first = names[0];
      if (names.size() == 2) diplotype.second = names[1];
      statement.diplotype = diplotype;
    }
    if (names.size() != 2) typed = false;  // one strand does not show what the other has not
    for (const std::string& name : names) {
      if (absent.count(name) > 0) {
        statement.contradicts = true;
        statement.warnings.push_back(line.place + ": " + name +
                                     " is in the type and said to be negative");
        absent.erase(name);
      }
      present.insert(name);
    }
  }
  for (const std::string& allele : gene.presence) {
    if (present.count(allele) > 0 && absent.count(allele) > 0) {
      statement.contradicts = true;
      statement.warnings.push_back(line.place + ": " + allele +
                                   " is said to be positive and negative");
    } else if (present.count(allele) > 0) {
      statement.statuses.push_back(allele + " positive");
    } else if (absent.count(allele) > 0 || typed) {
      statement.statuses.push_back(allele + " negative");
    }
  }
}

void read_diplotype(const PgxGene& gene, const OutsideCall& line, Statement& statement) {
  const auto names = split_diplotype(line.diplotype);
  if (names.empty()) {
    throw base::MalformedError(line.place + ": the diplotype '" + line.diplotype +
                                   "' is not one allele or two with '/' between",
                               "write it as *1/*4");
  }
  std::vector<const NamedAllele*> alleles;
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    const NamedAllele* allele = find_outside_allele(gene, name);
    if (allele == nullptr) {
      statement.unknown_name = true;
      statement.warnings.push_back("the tables have no allele '" + name + "' of " + gene.name +
                                   " (" + line.place + "): its function is not known");
    }
    alleles.push_back(allele);
    shown.push_back(allele != nullptr ? shown_name(allele->name)
                                      : plain_allele_name(gene.name, name));
  }
  const NamedAllele unknown;
  const auto at = [&](std::size_t i) -> const NamedAllele& {
    return alleles[i] != nullptr ? *alleles[i] : unknown;
  };
  if (names.size() == 1) {
    Diplotype diplotype = make_diplotype(gene, at(0), nullptr);
    diplotype.first = shown[0];
    statement.diplotype = diplotype;
    return;
  }
  const bool swap = allele_name_less(shown[1], shown[0]);
  statement.diplotype = make_diplotype(
      gene, shown[swap ? 1 : 0], at(swap ? 1 : 0), shown[swap ? 0 : 1], at(swap ? 0 : 1));
}

// Score over phenotype over diplotype.
void settle(const PgxGene& gene, const OutsideCall& line, Statement& statement) {
  const auto differ = [&](const std::string& what,
                          const std::string& given,
                          const std::string& other,
                          const std::string& follows) {
    statement.contradicts = true;
    statement.warnings.push_back(line.place + ": the " + what + " '" + given +
                                 "' contradicts the " + other + " (" + follows + "); the " + what +
                                 " is taken");
  };
  const Diplotype* diplotype = statement.diplotype ? &*statement.diplotype : nullptr;
  std::string phenotype;
  if (!line.phenotype.empty()) {
    const auto known = known_phenotype(gene, line.phenotype);
    if (!known) {
      statement.unknown_name = true;
      statement.warnings.push_back("the tables have no phenotype '" + line.phenotype + "' of " +
                                   gene.name + " (" + line.place + ")");
    }
    phenotype = known.value_or(line.phenotype);
  }
  std::string score;
  if (!line.activity_score.empty()) {
    const auto plain = plain_score(line.activity_score);
    if (!plain) {
      throw base::MalformedError(line.place + ": the activity score is '" + line.activity_score +
                                     "', expected a number such as 1.25 or ≥3.0",
                                 "leave it empty if there is none");
    }
    score = *plain;
    const std::string follows = phenotype_of_score(gene, score);
    if (!phenotype.empty() && phenotype != follows) {
      differ("activity score", score, "phenotype", phenotype);
    }
    if (diplotype != nullptr && !diplotype->activity_score.empty() &&
        diplotype->activity_score != score) {
      differ("activity score",
             score,
             "diplotype",
             diplotype->name() + " has " + diplotype->activity_score);
    }
    phenotype = follows;
  } else if (!phenotype.empty()) {
    if (diplotype != nullptr && diplotype->phenotype != "n/a" &&
        diplotype->phenotype != phenotype) {
      differ("phenotype",
             phenotype,
             "diplotype",
             diplotype->name() + " gives " + diplotype->phenotype);
    } else if (diplotype != nullptr) {
      score = diplotype->activity_score;
    }
  } else if (diplotype != nullptr) {
    phenotype = diplotype->phenotype;
    score = diplotype->activity_score;
  }
  if (score.empty() && gene.phenotype == PhenotypeMethod::kActivityScore) score = "n/a";
  statement.phenotype = phenotype;
  statement.score = score;
}

Statement read_line(const PgxGene& gene, const OutsideCall& line) {
  Statement statement;
  if (gene.phenotype == PhenotypeMethod::kAllelePresence) {
    read_hla(gene, line, statement);
    statement.phenotype = base::join(statement.statuses, "+");
    if (!statement.diplotype) {
      Diplotype shown;
      shown.first = line.diplotype.empty() ? line.phenotype : line.diplotype;
      statement.diplotype = shown;
    }
  } else {
    if (!line.diplotype.empty()) read_diplotype(gene, line, statement);
    settle(gene, line, statement);
    if (!statement.diplotype) {
      // Shown by what is known: "Normal Metabolizer (1.25)".
      Diplotype shown;
      shown.first = statement.phenotype;
      if (!line.activity_score.empty()) shown.first += " (" + statement.score + ")";
      statement.diplotype = shown;
    }
  }
  statement.diplotype->phenotype = statement.phenotype;
  statement.diplotype->activity_score = statement.score;
  return statement;
}

}  // namespace

OutsideCalls parse_outside_calls(std::string_view text, const std::string& name) {
  OutsideCalls result;
  std::size_t number = 0;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    const std::string place = name + ":" + std::to_string(number);
    if (line.starts_with("#IID\t")) {
      result.names_people = true;
      continue;
    }
    if (line.starts_with('#') || base::trim(line).empty()) continue;
    const auto cells = base::split(line, '\t');
    const std::size_t offset = result.names_people ? 1 : 0;
    const std::size_t most = 4 + offset;
    if (cells.size() > most || cells.size() < 2 + offset) {
      throw base::MalformedError(
          place + ": " + std::to_string(cells.size()) + " columns, expected " +
              (result.names_people ? "a person, " : "") +
              "a gene, then diplotype, phenotype and activity score with one tab between them",
          "write an empty cell for what is not known");
    }
    const auto cell = [&](std::size_t i) {
      const std::size_t at = i + offset;
      return at < cells.size() ? std::string(base::trim(cells[at])) : std::string();
    };
    OutsideCall call;
    if (result.names_people) call.sample_id = std::string(base::trim(cells[0]));
    call.gene = cell(0);
    call.diplotype = cell(1);
    call.phenotype = cell(2);
    call.activity_score = cell(3);
    call.place = place;
    if (number == 1 && base::to_lower(call.gene) == "gene") continue;  // a header line
    if (call.gene.empty() ||
        (call.diplotype.empty() && call.phenotype.empty() && call.activity_score.empty())) {
      throw base::MalformedError(place + ": " +
                                     (call.gene.empty() ? "no gene" : "nothing behind the gene") +
                                     ", expected a diplotype, a phenotype or an activity score",
                                 "remove the line if the gene was not tested");
    }
    result.calls.push_back(std::move(call));
  }
  return result;
}

GeneCall call_from_outside(const PgxGene& gene, const std::vector<const OutsideCall*>& lines) {
  GeneCall call;
  call.gene = gene.name;
  call.source = CallSource::kOutside;
  std::vector<Statement> statements;
  bool open = false;
  for (const OutsideCall* line : lines) {
    Statement statement = read_line(gene, *line);
    call.warnings.insert(call.warnings.end(), statement.warnings.begin(), statement.warnings.end());
    open |= statement.contradicts || statement.unknown_name;
    const bool known = std::any_of(statements.begin(), statements.end(), [&](const Statement& s) {
      return s.key() == statement.key();
    });
    if (!known) statements.push_back(std::move(statement));
  }
  if (statements.size() > 1) {
    open = true;
    std::vector<std::string> places;
    for (const OutsideCall* line : lines) places.push_back(line->place);
    call.warnings.push_back("the outside calls of " + gene.name + " contradict each other (" +
                            base::join(places, ", ") + "): all are shown, none is preferred");
    call.to_tell_apart.push_back("the laboratory's report would tell which outside call holds");
  }
  bool called = false;
  for (const Statement& statement : statements) {
    call.diplotypes.push_back(*statement.diplotype);
    Outcome outcome{statement.phenotype, statement.score, {}};
    if (gene.phenotype == PhenotypeMethod::kAllelePresence) {
      outcome.lookup = statement.statuses;
    } else if (gene.phenotype == PhenotypeMethod::kActivityScore) {
      outcome.lookup = {statement.score};
    } else {
      outcome.lookup = {statement.phenotype};
    }
    if (outcome.lookup.empty()) outcome.lookup = {"No Result"};
    called |= outcome.lookup.front() != "No Result";
    const bool known =
        std::any_of(call.outcomes.begin(), call.outcomes.end(), [&](const Outcome& other) {
          return other.phenotype == outcome.phenotype && other.lookup == outcome.lookup;
        });
    if (!known) call.outcomes.push_back(std::move(outcome));
  }
  open |= call.outcomes.size() > 1;
  call.firmness = !called ? Firmness::kNotDetermined : open ? Firmness::kOpen : Firmness::kFirm;
  if (!called) call.why_not = "the outside call decides nothing";
  return call;
}

void apply_outside_calls(const PgxTables& tables, const OutsideCalls& calls, PersonCalls& person) {
  std::set<std::string> unknown;
  for (const OutsideCall& call : calls.calls) {
    const bool mine = !calls.names_people || call.sample_id == person.sample_id;
    if (mine && tables.gene(call.gene) == nullptr && unknown.insert(call.gene).second) {
      person.warnings.push_back("the tables do not know the gene '" + call.gene + "' of " +
                                call.place + ": its outside call is not used");
    }
  }
  for (auto& own : person.genes) {
    std::vector<const OutsideCall*> lines;
    for (const OutsideCall& call : calls.calls) {
      const bool mine = !calls.names_people || call.sample_id == person.sample_id;
      if (mine && call.gene == own->gene) lines.push_back(&call);
    }
    if (lines.empty()) continue;
    auto replaced = std::make_shared<GeneCall>(call_from_outside(*tables.gene(own->gene), lines));
    if (own->source == CallSource::kVcf && own->firmness != Firmness::kNotDetermined) {
      replaced->warnings.push_back("the outside call stands in place of the call from the VCF (" +
                                   own->diplotypes_text() + ")");
    }
    own = std::move(replaced);
  }
}

std::string outside_calls_text(const PersonCalls& person) {
  std::string text;
  for (const auto& call : person.genes) {
    if (call->firmness == Firmness::kNotDetermined || call->outcomes.size() != 1) continue;
    const Outcome& outcome = call->outcomes.front();
    const bool one = call->diplotypes.size() == 1;
    std::string phenotype = outcome.phenotype == "n/a" ? "" : outcome.phenotype;
    std::string score = outcome.activity_score == "n/a" ? "" : outcome.activity_score;
    std::string diplotype = one ? call->diplotypes.front().name() : "";
    if (diplotype.empty() && phenotype.empty() && score.empty()) continue;
    text += call->gene + "\t" + diplotype + "\t" + phenotype + "\t" + score + "\n";
  }
  return text;
}

}  // namespace gcrisk::recommend
