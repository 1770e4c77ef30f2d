// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/recommend/output.hpp"

namespace gcrisk::recommend {

namespace {

using base::Json;

void put(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

// Six significant digits, as in every output.
Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return *base::parse_number(base::format_number(value));
}

Json texts(const std::vector<std::string>& list) {
  Json out = Json::array();
  for (const std::string& text : list) out.push_back(text);
  return out;
}

Json source_json(const Source& source) {
  Json out = Json::object();
  put(out, "table", source.table);
  put(out, "version", source.version);
  put(out, "date", source.date);
  put(out, "rule_id", source.rule_id);
  put(out, "rec_id", source.rec_id);
  put(out, "guideline_id", source.guideline_id);
  put(out, "organisation", source.organisation);
  put(out, "first_author", source.first_author);
  put(out, "year", source.year);
  put(out, "pmid", source.pmid);
  put(out, "verified", source.verified);
  return out;
}

Json dose_json(const Dose& dose) {
  Json out = Json::object();
  put(out, "percent", dose.percent);
  put(out, "maintenance_percent", dose.maintenance_percent);
  put(out, "increase_percent", dose.increase_percent);
  put(out, "cap_mg_day", dose.cap_mg_day);
  put(out, "label", dose.label);
  if (dose.mg_per_week > 0) {
    out["mg"] = number(dose.mg_per_week);
    out["unit"] = "mg/week";
    out["mg_per_week"] = number(dose.mg_per_week);
    out["mg_per_day"] = number(dose.mg_per_day);
    put(out, "algorithm", dose.algorithm);
    put(out, "tolerance", dose.tolerance);
    put(out, "arithmetic", dose.arithmetic);
  }
  return out;
}

Json uses_json(const std::vector<RecordUse>& uses) {
  Json out = Json::array();
  for (const RecordUse& use : uses) {
    Json one = {{"resource", use.resource}};
    put(one, "date", use.date);
    put(one, "text", use.text);
    out.push_back(std::move(one));
  }
  return out;
}

Json item_json(const Item& item) {
  Json out = {{"id", item.id},
              {"kind", item.kind},
              {"about", item.about},
              {"finding", item.finding},
              {"action", item.action},
              {"light", std::string(light_of(item.action))},
              {"severity", item.severity},
              {"statement", item.statement}};
  put(out, "strength", item.strength);
  put(out, "population", item.population);
  if (!item.dose.empty()) out["dose"] = dose_json(item.dose);
  out["firmness"] = item.firmness;
  out["standing"] = std::string(name_of(item.standing));
  if (!item.drugs.empty()) out["drugs"] = texts(item.drugs);
  out["because"] = texts(item.because);
  out["record_used"] = uses_json(item.record_used);
  out["not_checked"] = texts(item.not_checked);
  if (!item.warnings.empty()) out["warnings"] = texts(item.warnings);
  if (!item.alternatives.empty()) {
    Json list = Json::array();
    for (const Alternative& one : item.alternatives) {
      Json entry = {{"name", one.name}, {"status", one.status}};
      put(entry, "why", one.why);
      list.push_back(std::move(entry));
    }
    out["alternatives"] = std::move(list);
  }
  if (!item.possible.empty()) {
    Json list = Json::array();
    for (const Possibility& one : item.possible) {
      list.push_back({{"lookup", one.lookup},
                      {"action", one.action},
                      {"rec_id", one.rec_id},
                      {"population", one.population}});
    }
    out["possible"] = std::move(list);
  }
  Json sources = Json::array();
  for (const Source& source : item.sources) sources.push_back(source_json(source));
  out["sources"] = std::move(sources);
  out["verified"] = item.verified;
  return out;
}

Json risk_json(const RiskResult& risk) {
  Json out = {{"outcome", risk.outcome},
              {"model", risk.model},
              {"method", risk.method},
              {"score", number(risk.score)}};
  if (risk.has_risk) out["risk"] = number(risk.risk);
  if (risk.has_risk && risk.of_survival) out["survival"] = number(1 - risk.risk);
  if (risk.has_interval) {
    out["interval"] = {
        {"low", number(risk.low)}, {"high", number(risk.high)}, {"from", risk.interval_from}};
  }
  put(out, "horizon", risk.horizon);
  if (risk.has_group) {
    out["calibration_group"] = {{"group", risk.group},
                                {"observed", number(risk.group_observed)},
                                {"people", number(risk.group_n)}};
  }
  Json contributions = Json::array();
  for (const RiskContribution& one : risk.contributions) {
    Json entry = {{"feature", one.feature},
                  {"contribution", number(one.contribution)},
                  {"modifiable", one.modifiable}};
    put(entry, "value", one.value);
    put(entry, "lower_risk_with", one.direction);
    contributions.push_back(std::move(entry));
  }
  out["contributions"] = std::move(contributions);
  out["warnings"] = texts(risk.warnings);
  return out;
}

Json record_json(const Plan& plan) {
  const Record& record = plan.record;
  Json out = {{"given", record.given}};
  put(out, "id", record.id);
  put(out, "sex", record.sex);
  if (record.age) out["age"] = *record.age;
  put(out, "ancestry", record.ancestry);
  out["left_out"] = texts(record.left_out);
  out["warnings"] = texts(record.warnings);
  out["drugs_not_understood"] = texts(plan.not_understood);
  return out;
}

}  // namespace

std::string plan_members(const Plan& plan) {
  Json out = Json::object();
  put(out, "index_date", plan.record.index_date);
  put(out, "watermark", plan.watermark);
  out["record"] = record_json(plan);
  Json drugs = Json::array();
  for (const DrugSummary& drug : plan.drugs) {
    drugs.push_back({{"name", drug.name},
                     {"standing", std::string(name_of(drug.standing))},
                     {"light", drug.light},
                     {"action", drug.action},
                     {"items", texts(drug.items)},
                     {"not_checked", texts(drug.not_checked)}});
  }
  out["drugs"] = std::move(drugs);
  Json effective = Json::array();
  for (const Effective& one : plan.effective) {
    effective.push_back(
        {{"gene", one.gene},
         {"genetic", {{"phenotype", one.genetic_phenotype}, {"activity_score", one.genetic_score}}},
         {"under_present_drugs", {{"phenotype", one.phenotype}, {"activity_score", one.score}}},
         {"because", texts(one.because)}});
  }
  out["effective"] = std::move(effective);
  Json items = Json::array();
  for (const Item& item : plan.items) items.push_back(item_json(item));
  out["items"] = std::move(items);
  Json risks = Json::array();
  for (const RiskResult& risk : plan.risks) risks.push_back(risk_json(risk));
  out["risks"] = std::move(risks);
  out["not_tested"] = texts(plan.not_tested);
  out["notices"] = texts(plan.notices);
  const std::string text = out.dump(-1, ' ', false, Json::error_handler_t::replace);
  // Inside strings alone can these signs stand; escaped they cannot end a script element.
  std::string safe = ",";
  safe.reserve(text.size() + 64);
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    switch (text[i]) {
      case '<': safe += "\\u003c"; break;
      case '>': safe += "\\u003e"; break;
      case '&': safe += "\\u0026"; break;
      default: safe += text[i];
    }
  }
  return safe;
}

}  // namespace gcrisk::recommend
