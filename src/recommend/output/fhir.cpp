// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>

#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/output.hpp"

namespace gcrisk::recommend {

namespace {

using base::Json;

constexpr const char* kProfile = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/";
constexpr const char* kTbd = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs";
constexpr const char* kLoinc = "http://loinc.org";
constexpr const char* kResearch =
    "Research use only. A clinician decides; no medication is to be changed on this alone.";

// Numbers of genes at HGNC; from the guide and general knowledge.
const std::map<std::string, std::string>& hgnc() {
  static const std::map<std::string, std::string> kNumbers = {
      {"ABCG2", "74"},    {"CACNA1S", "1397"}, {"CFTR", "1884"},    {"CYP2B6", "2615"},
      {"CYP2C9", "2623"}, {"CYP2C19", "2621"}, {"CYP2D6", "2625"},  {"CYP3A4", "2637"},
      {"CYP3A5", "2638"}, {"CYP4F2", "2645"},  {"DPYD", "3012"},    {"G6PD", "4057"},
      {"HLA-A", "4931"},  {"HLA-B", "4932"},   {"IFNL3", "18365"},  {"MT-RNR1", "7470"},
      {"NAT2", "7646"},   {"NUDT15", "23063"}, {"RYR1", "10483"},   {"SLCO1B1", "10959"},
      {"TPMT", "12014"},  {"UGT1A1", "12530"}, {"VKORC1", "23663"}, {"BRCA1", "1100"},
      {"BRCA2", "1101"}};
  return kNumbers;
}

// LOINC answers for phenotypes; the letter case of LOINC differs from CPIC's.
const std::map<std::string, std::pair<std::string, std::string>>& answers() {
  static const std::map<std::string, std::pair<std::string, std::string>> kAnswers = {
      {"ultrarapid metabolizer", {"LA10315-2", "Ultrarapid metabolizer"}},
      {"rapid metabolizer", {"LA25390-8", "Rapid metabolizer"}},
      {"normal metabolizer", {"LA25391-6", "Normal metabolizer"}},
      {"intermediate metabolizer", {"LA10317-8", "Intermediate metabolizer"}},
      {"poor metabolizer", {"LA9657-3", "Poor metabolizer"}},
      {"increased function", {"LA25392-4", "Increased function"}},
      {"normal function", {"LA25393-2", "Normal function"}},
      {"decreased function", {"LA25395-7", "Decreased function"}},
      {"poor function", {"LA25394-0", "Poor function"}}};
  return kAnswers;
}

Json coded(const std::string& system, const std::string& code, const std::string& text = {}) {
  Json coding = {{"system", system}, {"code", code}};
  Json out = {{"coding", Json::array({coding})}};
  if (!text.empty()) out["text"] = text;
  return out;
}

Json worded(const std::string& text) { return {{"text", text}}; }

Json component(Json code, const char* key, Json value) {
  return {{"code", std::move(code)}, {key, std::move(value)}};
}

Json gene_component(const std::string& gene) {
  const auto number = hgnc().find(gene);
  return component(coded(kLoinc, "48018-6"),
                   "valueCodeableConcept",
                   number == hgnc().end()
                       ? worded(gene)
                       : coded("http://www.genenames.org/geneId", "HGNC:" + number->second, gene));
}

class Bundle {
 public:
  Bundle(const Plan& plan, const Knowledge& knowledge) : plan_(plan), knowledge_(knowledge) {}

  std::string text() {
    Json patient = {{"resourceType", "Patient"}, {"id", id_of(plan_.calls->sample_id)}};
    patient["identifier"] = Json::array({{{"value", plan_.calls->sample_id}}});
    if (!plan_.record.sex.empty()) patient["gender"] = plan_.record.sex;
    patient_ = add(std::move(patient));
    for (const auto& call : plan_.calls->genes) add_gene(*call);
    for (const Item& item : plan_.items) {
      const bool of_drug = item.kind == "gene-drug" || item.kind == "phenoconversion" ||
                           item.kind == "dose" || item.kind == "option";
      if (of_drug) add_implication(item);
      if (item.kind == "interaction") add_issue(item);
    }
    for (const RiskResult& risk : plan_.risks) add_risk(risk);
    add_report();
    Json bundle = {{"resourceType", "Bundle"}, {"type", "collection"}};
    if (!plan_.record.index_date.empty()) {
      bundle["timestamp"] = plan_.record.index_date + "T00:00:00Z";
    }
    bundle["entry"] = std::move(entries_);
    return bundle.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  // FHIR identifiers have letters, digits, '-' and '.', at most 64.
  static std::string id_of(const std::string& text) {
    std::string out;
    for (const char c : text) {
      const auto u = static_cast<unsigned char>(c);
      out += (u < 0x80 && std::isalnum(u)) || c == '.' ? c : '-';
      if (out.size() == 64) break;
    }
    return out.empty() ? "unnamed" : out;
  }

  std::string add(Json resource) {
    const std::string key = plan_.calls->sample_id + "/" +
                            resource["resourceType"].get<std::string>() + "/" +
                            resource["id"].get<std::string>();
    base::Hasher hasher;
    hasher.update(key.data(), key.size());
    const std::string hash = hasher.hex();
    const std::string url = "urn:uuid:" + hash.substr(0, 8) + "-" + hash.substr(8, 4) + "-" +
                            hash.substr(12, 4) + "-" + hash.substr(16, 4) + "-" +
                            hash.substr(20, 12);
    entries_.push_back({{"fullUrl", url}, {"resource", std::move(resource)}});
    return url;
  }

  Json observation(const std::string& id, const char* profile, Json code, bool firm) {
    Json out = {{"resourceType", "Observation"}, {"id", id}};
    out["meta"] = {{"profile", Json::array({std::string(kProfile) + profile})}};
    out["status"] = firm ? "final" : "preliminary";
    out["category"] = Json::array(
        {coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"),
         coded("http://terminology.hl7.org/CodeSystem/v2-0074", "GE")});
    out["code"] = std::move(code);
    out["subject"] = {{"reference", patient_}};
    if (!plan_.record.index_date.empty()) out["effectiveDateTime"] = plan_.record.index_date;
    return out;
  }

  void add_gene(const GeneCall& call) {
    const bool firm = call.firmness == Firmness::kFirm;
    if (call.firmness != Firmness::kNotDetermined) {
      Json out =
          observation("genotype-" + id_of(call.gene), "genotype", coded(kLoinc, "84413-4"), firm);
      out["valueCodeableConcept"] = worded(call.diplotypes_text());
      out["component"] = Json::array({gene_component(call.gene)});
      out["note"] = Json::array({{{"text",
                                   "firmness: " + std::string(name_of(call.firmness)) + "; " +
                                       tables_text() + " " + kResearch}}});
      genotypes_[call.gene] = add(std::move(out));
      results_.push_back(genotypes_[call.gene]);
    }
    // What was not readable must be seen by a reader of the report.
    const std::size_t n_missing = call.n_missing();
    if (n_missing == 0 && call.firmness != Firmness::kNotDetermined) return;
    std::string text = call.firmness == Firmness::kNotDetermined
                           ? call.gene + " was not determined" +
                                 (call.why_not.empty() ? "" : ": " + call.why_not) + ". "
                           : "";
    std::size_t n_named = 0;
    for (const SiteEvidence& site : call.sites) {
      if (site.state == SiteState::kRead || n_named == 50) continue;
      text += (n_named++ == 0 ? "Not readable: " : ", ") + site.contig + ":" +
              std::to_string(site.position_bp) + (site.rsid.empty() ? "" : " " + site.rsid) +
              (site.why.empty() ? "" : " (" + site.why + ")");
    }
    if (n_missing > n_named) text += " and " + std::to_string(n_missing - n_named) + " more";
    Json out =
        observation("region-" + id_of(call.gene), "region-studied", coded(kLoinc, "53041-0"), true);
    out["component"] = Json::array({gene_component(call.gene),
                                    component(coded(kLoinc, "81293-3"),
                                              "valueString",
                                              text.empty() ? call.gene + " was not read" : text)});
    results_.push_back(add(std::move(out)));
  }

  void add_implication(const Item& item) {
    Json out = observation("implication-" + item.id,
                           "therapeutic-implication",
                           coded(kTbd, "therapeutic-implication"),
                           item.firmness == "firm");
    Json parts = Json::array();
    const Drug* drug = knowledge_.drugs.find(item.about);
    const std::string name = item.drugs.empty() ? item.about : item.drugs.front();
    if (drug == nullptr) drug = knowledge_.drugs.find(name);
    parts.push_back(
        component(coded(kLoinc, "51963-7"),
                  "valueCodeableConcept",
                  drug != nullptr && !drug->rxnorm.empty()
                      ? coded("http://www.nlm.nih.gov/research/umls/rxnorm", drug->rxnorm, name)
                      : worded(name)));
    parts.push_back(component(coded(kTbd, "predicted-therapeutic-implication"),
                              "valueCodeableConcept",
                              worded(item.action)));
    parts.push_back(component(coded(kTbd, "conclusion-string"), "valueString", item.statement));
    Json derived = Json::array();
    for (const auto& [gene, url] : genotypes_) {
      const std::string tables = gene + " allele and phenotype tables";
      const bool used = std::any_of(item.sources.begin(), item.sources.end(), [&](const auto& s) {
        return s.organisation == tables;
      });
      if (!used) continue;
      derived.push_back({{"reference", url}});
      add_effect(gene, parts);
    }
    out["component"] = std::move(parts);
    if (!derived.empty()) out["derivedFrom"] = std::move(derived);
    std::string note;
    for (const Source& source : item.sources) note += source_text(source) + "; ";
    for (const std::string& warning : item.warnings) note += warning + "; ";
    out["note"] = Json::array({{{"text", note + kResearch}}});
    results_.push_back(add(std::move(out)));
  }

  void add_effect(const std::string& gene, Json& parts) {
    const GeneCall* call = plan_.calls->gene(gene);
    if (call == nullptr || call->outcomes.size() != 1) return;
    const auto answer = answers().find(base::to_lower(call->outcomes.front().phenotype));
    if (answer == answers().end()) return;
    parts.push_back(
        component(coded(kLoinc, "53040-2"),
                  "valueCodeableConcept",
                  coded(kLoinc, answer->second.first, gene + ": " + answer->second.second)));
  }

  void add_issue(const Item& item) {
    Json out = {{"resourceType", "DetectedIssue"}, {"id", "issue-" + item.id}};
    out["status"] = item.firmness == "firm" ? "final" : "preliminary";
    const bool pair = item.about.find('+') != std::string::npos;
    out["code"] = coded("http://terminology.hl7.org/CodeSystem/v3-ActCode",
                        item.finding == "ALLERGY" ? "ALGY"
                        : pair                    ? "DRG"
                                                  : "COND",
                        item.finding + ": " + item.about);
    out["severity"] = item.severity == "contraindicated" || item.severity == "major" ? "high"
                      : item.severity == "moderate"                                  ? "moderate"
                                                                                     : "low";
    out["patient"] = {{"reference", patient_}};
    if (!plan_.record.index_date.empty()) out["identifiedDateTime"] = plan_.record.index_date;
    Json implicated = Json::array();
    for (const RecordUse& use : item.record_used) {
      implicated.push_back({{"display", use.resource + (use.text.empty() ? "" : ": " + use.text)}});
    }
    if (!implicated.empty()) out["implicated"] = std::move(implicated);
    out["detail"] = item.statement + " " + kResearch;
    add(std::move(out));
  }

  void add_risk(const RiskResult& risk) {
    Json out = {{"resourceType", "RiskAssessment"},
                {"id", id_of("risk-" + std::to_string(++n_risks_))}};
    out["status"] = "preliminary";
    out["subject"] = {{"reference", patient_}};
    if (!plan_.record.index_date.empty()) out["occurrenceDateTime"] = plan_.record.index_date;
    out["method"] = worded(risk.method);
    Json prediction = {{"outcome", worded(risk.outcome)}};
    if (risk.has_risk) {
      prediction["probabilityDecimal"] = *base::parse_number(base::format_number(risk.risk));
    }
    std::string why;
    for (const RiskContribution& one : risk.contributions) {
      why += one.feature + " " + base::format_number(one.contribution, 3) + "; ";
    }
    if (!why.empty()) prediction["rationale"] = why;
    out["prediction"] = Json::array({std::move(prediction)});
    std::string note = kResearch;
    for (const std::string& warning : risk.warnings) note += " " + warning + ".";
    out["note"] = Json::array({{{"text", note}}});
    add(std::move(out));
  }

  void add_report() {
    Json out = {{"resourceType", "DiagnosticReport"}, {"id", "report"}};
    out["meta"] = {{"profile", Json::array({std::string(kProfile) + "genomic-report"})}};
    out["status"] = "preliminary";
    out["category"] = Json::array({coded("http://terminology.hl7.org/CodeSystem/v2-0074", "GE")});
    out["code"] = coded(kLoinc, "81247-9");
    out["subject"] = {{"reference", patient_}};
    if (!plan_.record.index_date.empty()) out["effectiveDateTime"] = plan_.record.index_date;
    Json results = Json::array();
    for (const std::string& url : results_) results.push_back({{"reference", url}});
    if (!results.empty()) out["result"] = std::move(results);
    out["conclusion"] =
        std::string(kResearch) + (plan_.watermark.empty() ? "" : " " + plan_.watermark + ".");
    add(std::move(out));
  }

  std::string tables_text() const {
    std::string text = "alleles as of the allele tables";
    for (const TableVersion& table : plan_.tables) {
      if (table.table == "guidelines.tsv") text += ", guidelines of " + table.date;
    }
    return text + ".";
  }

  const Plan& plan_;
  const Knowledge& knowledge_;
  std::string patient_;
  Json entries_ = Json::array();
  std::map<std::string, std::string> genotypes_;
  std::vector<std::string> results_;
  int n_risks_ = 0;
};

}  // namespace

std::string fhir_bundle(const Plan& plan, const Knowledge& knowledge) {
  return Bundle(plan, knowledge).text();
}

}  // namespace gcrisk::recommend
