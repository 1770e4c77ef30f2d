// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
// A small reader of UCUM: The Unified Code for Units of Measure, version 2.2, ucum.org.
#include <array>
#include <cmath>

#include "gcrisk/base/text.hpp"
#include "gcrisk/clinical/units.hpp"

namespace gcrisk::clinical {

namespace {

struct Atom {
  std::string_view symbol;
  double factor;
  std::array<std::int8_t, 6> exponents;  // m, s, g, K, mol, [iU]
  bool metric;                           // takes prefixes
};

// Factors as UCUM's table of units defines them.
constexpr std::array kAtoms = {
    Atom{"m", 1, {1, 0, 0, 0, 0, 0}, true},
    Atom{"s", 1, {0, 1, 0, 0, 0, 0}, true},
    Atom{"g", 1, {0, 0, 1, 0, 0, 0}, true},
    Atom{"K", 1, {0, 0, 0, 1, 0, 0}, true},
    Atom{"mol", 1, {0, 0, 0, 0, 1, 0}, true},
    Atom{"eq", 1, {0, 0, 0, 0, 1, 0}, true},  // UCUM: 1 mol of charges
    Atom{"osm", 1, {0, 0, 0, 0, 1, 0}, true},
    Atom{"L", 1e-3, {3, 0, 0, 0, 0, 0}, true},
    Atom{"l", 1e-3, {3, 0, 0, 0, 0, 0}, true},
    Atom{"min", 60, {0, 1, 0, 0, 0, 0}, false},
    Atom{"h", 3600, {0, 1, 0, 0, 0, 0}, false},
    Atom{"d", 86400, {0, 1, 0, 0, 0, 0}, false},
    Atom{"wk", 604800, {0, 1, 0, 0, 0, 0}, false},
    Atom{"mo", 2629800, {0, 1, 0, 0, 0, 0}, false},
    Atom{"a", 31557600, {0, 1, 0, 0, 0, 0}, false},
    Atom{"U", 1e-6 / 60, {0, -1, 0, 0, 1, 0}, true},  // umol/min
    Atom{"kat", 1, {0, -1, 0, 0, 1, 0}, true},
    Atom{"[iU]", 1, {0, 0, 0, 0, 0, 1}, true},
    Atom{"[IU]", 1, {0, 0, 0, 0, 0, 1}, true},
    Atom{"%", 1e-2, {}, false},
    Atom{"[ppm]", 1e-6, {}, false},
    Atom{"[pH]", 1, {}, false},
    Atom{"Pa", 1000, {-1, -2, 1, 0, 0, 0}, true},
    Atom{"bar", 1e8, {-1, -2, 1, 0, 0, 0}, true},
    Atom{"m[Hg]", 133322000, {-1, -2, 1, 0, 0, 0}, true},
    Atom{"m[H2O]", 9806650, {-1, -2, 1, 0, 0, 0}, true},
    Atom{"J", 1000, {2, -2, 1, 0, 0, 0}, true},
    Atom{"cal", 4184, {2, -2, 1, 0, 0, 0}, true},
    Atom{"Hz", 1, {0, -1, 0, 0, 0, 0}, true},
    Atom{"[in_i]", 0.0254, {1, 0, 0, 0, 0, 0}, false},
    Atom{"[ft_i]", 0.3048, {1, 0, 0, 0, 0, 0}, false},
    Atom{"[lb_av]", 453.59237, {0, 0, 1, 0, 0, 0}, false},
    Atom{"[oz_av]", 28.349523125, {0, 0, 1, 0, 0, 0}, false},
};

constexpr std::array<std::pair<std::string_view, double>, 12> kPrefixes = {{
    {"da", 1e1},
    {"T", 1e12},
    {"G", 1e9},
    {"M", 1e6},
    {"k", 1e3},
    {"h", 1e2},
    {"d", 1e-1},
    {"c", 1e-2},
    {"m", 1e-3},
    {"u", 1e-6},
    {"n", 1e-9},
    {"p", 1e-12},
}};
constexpr std::pair<std::string_view, double> kFemto = {"f", 1e-15};

std::optional<Unit> atom_of(std::string_view symbol) {
  const auto plain =
      [](std::string_view text, double scale, bool needs_metric) -> std::optional<Unit> {
    for (const Atom& atom : kAtoms) {
      if (atom.symbol != text || (needs_metric && !atom.metric)) continue;
      Unit unit;
      unit.factor = atom.factor * scale;
      unit.exponents = atom.exponents;
      return unit;
    }
    return std::nullopt;
  };
  if (auto unit = plain(symbol, 1, false)) return unit;
  for (const auto& [prefix, scale] : kPrefixes) {
    if (!symbol.starts_with(prefix)) continue;
    if (auto unit = plain(symbol.substr(prefix.size()), scale, true)) return unit;
  }
  if (symbol.starts_with(kFemto.first)) return plain(symbol.substr(1), kFemto.second, true);
  return std::nullopt;
}

void multiply(Unit& into, const Unit& by, int power) {
  into.factor *= std::pow(by.factor, power);
  for (std::size_t i = 0; i < into.exponents.size(); ++i) {
    into.exponents[i] = static_cast<std::int8_t>(into.exponents[i] + power * by.exponents[i]);
  }
}

// term = component (('.' | '/') component)*, from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  std::optional<Unit> read() {
    auto unit = term(0);
    return rest_.empty() ? unit : std::nullopt;
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> number() {
    std::size_t n = 0;
    const bool sign = !rest_.empty() && (rest_[0] == '-' || rest_[0] == '+');
    n = sign ? 1 : 0;
    while (n < rest_.size() && n < 8 && rest_[n] >= '0' && rest_[n] <= '9') ++n;
    if (n == (sign ? 1U : 0U)) return std::nullopt;
    const auto value =
        base::parse_integer(rest_.substr(rest_[0] == '+' ? 1 : 0, n - (rest_[0] == '+' ? 1 : 0)));
    rest_.remove_prefix(n);
    if (!value) return std::nullopt;
    return static_cast<int>(*value);
  }

  bool annotation() {
    bool any = false;
    while (!rest_.empty() && rest_.front() == '{') {
      const auto end = rest_.find('}');
      if (end == std::string_view::npos) return any;
      rest_.remove_prefix(end + 1);
      any = true;
    }
    return any;
  }

  std::optional<Unit> component(int depth) {
    if (annotation()) return Unit{};
    if (take('(')) {
      if (depth > 8) return std::nullopt;
      auto inner = term(depth + 1);
      if (!inner || !take(')')) return std::nullopt;
      return inner;
    }
    if (rest_.starts_with("10*") || rest_.starts_with("10^")) {
      rest_.remove_prefix(3);
      const auto power = number();
      if (!power || std::abs(*power) > 30) return std::nullopt;
      annotation();
      return Unit{std::pow(10.0, *power), 0, {}};
    }
    if (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      const auto factor = number();
      if (!factor || *factor == 0) return std::nullopt;
      annotation();
      return Unit{static_cast<double>(*factor), 0, {}};
    }
    std::size_t n = 0;
    bool bracket = false;
    while (n < rest_.size()) {
      const char c = rest_[n];
      if (c == '[') bracket = true;
      if (!bracket && (c == '.' || c == '/' || c == ')' || c == '(' || c == '{' || c == '-' ||
                       c == '+' || (c >= '0' && c <= '9'))) {
        break;
      }
      if (c == ']') bracket = false;
      ++n;
    }
    const auto atom = atom_of(rest_.substr(0, n));
    if (!atom) return std::nullopt;
    rest_.remove_prefix(n);
    const auto power = number();
    if (power && std::abs(*power) > 9) return std::nullopt;
    annotation();
    Unit unit;
    multiply(unit, *atom, power.value_or(1));
    return unit;
  }

  std::optional<Unit> term(int depth) {
    Unit unit;
    int power = take('/') ? -1 : 1;
    while (true) {
      const auto next = component(depth);
      if (!next) return std::nullopt;
      multiply(unit, *next, power);
      if (take('.')) {
        power = 1;
      } else if (take('/')) {
        power = -1;
      } else {
        return unit;
      }
    }
  }

  std::string_view rest_;
};

// Spellings of wards and machines, lower case without blanks, as UCUM.
constexpr std::array<std::pair<std::string_view, std::string_view>, 46> kSpellings = {{
    {"mg/dl", "mg/dL"},      {"g/dl", "g/dL"},        {"gm/dl", "g/dL"},
    {"mcg/dl", "ug/dL"},     {"ug/dl", "ug/dL"},      {"mcg/ml", "ug/mL"},
    {"ng/ml", "ng/mL"},      {"pg/ml", "pg/mL"},      {"mcg/l", "ug/L"},
    {"mmol/l", "mmol/L"},    {"meq/l", "meq/L"},      {"umol/l", "umol/L"},
    {"nmol/l", "nmol/L"},    {"u/l", "U/L"},          {"units/l", "U/L"},
    {"unit/l", "U/L"},       {"iu/l", "U/L"},         {"[iu]/l", "U/L"},
    {"[iu]/ml", "[iU]/mL"},  {"iu/ml", "[iU]/mL"},    {"miu/ml", "m[iU]/mL"},
    {"mmhg", "mm[Hg]"},      {"torr", "mm[Hg]"},      {"cmh2o", "cm[H2O]"},
    {"k/mcl", "10*3/uL"},    {"k/ul", "10*3/uL"},     {"thou/ul", "10*3/uL"},
    {"thou/mcl", "10*3/uL"}, {"x10e3/ul", "10*3/uL"}, {"x10^3/ul", "10*3/uL"},
    {"10^3/ul", "10*3/uL"},  {"k/mm3", "10*3/uL"},    {"m/mcl", "10*6/uL"},
    {"m/ul", "10*6/uL"},     {"mill/mcl", "10*6/uL"}, {"x10^6/ul", "10*6/uL"},
    {"10^6/ul", "10*6/uL"},  {"cells/ul", "/uL"},     {"lb", "[lb_av]"},
    {"lbs", "[lb_av]"},      {"in", "[in_i]"},        {"inches", "[in_i]"},
    {"bpm", "/min"},         {"percent", "%"},        {"sec", "s"},
    {"mosm/kg", "mosm/kg"},
}};

std::optional<Unit> temperature(std::string_view text) {
  Unit unit;
  unit.exponents = {0, 0, 0, 1, 0, 0};
  if (text == "Cel" || text == "degC" || text == "C" || text == "\u00b0C") {
    unit.offset = 273.15;
    return unit;
  }
  if (text == "[degF]" || text == "degF" || text == "F" || text == "\u00b0F") {
    unit.factor = 5.0 / 9;
    unit.offset = 459.67 * 5 / 9;
    return unit;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view text) {
  text = base::trim(text);
  if (text.empty() || text.size() > 100) return std::nullopt;
  if (auto unit = temperature(text)) return unit;
  // Spellings first: K/uL are thousands in every laboratory, and kelvin in UCUM.
  std::string plain;
  for (const char c : base::to_lower(text)) {
    if (c != ' ') plain += c;
  }
  for (const auto& [spelling, unit] : kSpellings) {
    if (spelling == plain) return Reader(unit).read();
  }
  return Reader(text).read();
}

std::optional<Conversion> convert(std::string_view from, std::string_view to, double molar_mass) {
  if (from == to) return Conversion{};
  const auto a = parse_unit(from);
  const auto b = parse_unit(to);
  if (!a || !b) return std::nullopt;
  Unit source = *a;
  if (!source.same_dimension(*b) && molar_mass > 0) {
    constexpr std::size_t kGram = 2;
    constexpr std::size_t kMole = 4;
    // One mole weighs molar_mass grams: trade as many of one for the other as differ.
    const int moles = source.exponents[kMole] - b->exponents[kMole];
    source.exponents[kMole] = static_cast<std::int8_t>(source.exponents[kMole] - moles);
    source.exponents[kGram] = static_cast<std::int8_t>(source.exponents[kGram] + moles);
    source.factor *= std::pow(molar_mass, moles);
  }
  if (!source.same_dimension(*b)) return std::nullopt;
  return Conversion{source.factor / b->factor, (source.offset - b->offset) / b->factor};
}

}  // namespace gcrisk::clinical
