// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "paper.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "comparison.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/recommend/pgx_tables.hpp"
#include "rubric.hpp"

namespace gcrisk::pipeline {

namespace fs = std::filesystem;

namespace {

std::string path_of(const std::string& name_or_file) {
  if (fs::is_regular_file(name_or_file)) return name_or_file;
  const fs::path folder = recommend::reference_folder() / "papers";
  const fs::path shipped = folder / (name_or_file + ".tsv");
  if (fs::is_regular_file(shipped)) return shipped.string();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".tsv") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  throw base::UsageError("--paper " + name_or_file + ": neither a file nor a table that is known",
                         "there are " + base::join(names, ", "));
}

// Sets our value of a figure that has no interval and says why it is not judged; empty: it is a
// measure.
std::string judgement_only(const RowResult& row, PaperFigure& figure, bool times) {
  if (figure.metric == "hours") {
    if (times) figure.our_value = row.hours();
    return "hours of another machine, of a fit whose work is not stated";
  }
  const Marks marks = marks_of(row.row);
  if (figure.metric == "interpretability") {
    figure.our_value = marks.interpretability;
  } else if (figure.metric == "privacy") {
    figure.our_value = marks.privacy;
  } else {
    return {};
  }
  return "a mark by our rubric, the paper's is not stated";
}

std::string or_empty(std::string_view cell) {
  return cell == "NA" ? std::string() : std::string(cell);
}

}  // namespace

Paper read_paper(const std::string& name_or_file) {
  const std::string path = path_of(name_or_file);
  Paper out;
  out.name = fs::path(path).stem().string();
  io::Input input(path);
  std::string_view line;
  while (input.next_line(line)) {
    if (line.starts_with("##")) {
      const auto equals = line.find('=');
      const std::string_view key = line.substr(2, equals - 2);
      const std::string value(equals == std::string_view::npos ? "" : line.substr(equals + 1));
      if (key == "paper") out.name = value;
      if (key == "table") out.table = value;
      if (key == "people") out.people = value;
      continue;
    }
    if (line.empty() || line.front() == '#') continue;
    const auto cells = base::split(line, '\t');
    const auto value = cells.size() >= 5 ? base::parse_number(cells[4]) : std::nullopt;
    if (!value) {
      throw base::MalformedError(input.place() +
                                     ": expected MODEL, OURS, INPUTS, METRIC, VALUE "
                                     "and NOTE between tabs",
                                 "what is not known is NA; the value is a number");
    }
    PaperFigure figure;
    figure.model = cells[0];
    figure.ours = or_empty(cells[1]);
    figure.inputs = or_empty(cells[2]);
    figure.metric = or_empty(cells[3]);
    figure.value = *value;
    if (cells.size() > 5) figure.note = cells[5];
    out.figures.push_back(std::move(figure));
  }
  return out;
}

void judge_paper(Paper& paper, const Comparison& comparison, bool times) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (PaperFigure& figure : paper.figures) {
    figure.our_value = figure.low = figure.high = kNaN;
    if (figure.metric.empty() || figure.ours.empty()) {
      figure.verdict = "cannot be judged: nothing here measures it";
      continue;
    }
    const RowResult* row = nullptr;
    for (const RowResult& candidate : comparison.rows) {
      if (candidate.row.entry->name == figure.ours && candidate.row.inputs == figure.inputs) {
        row = &candidate;
      }
    }
    if (row == nullptr) {
      figure.verdict = "cannot be judged: no row " + figure.ours + "." + figure.inputs;
      continue;
    }
    if (!row->failure.empty()) {
      figure.verdict = "cannot be judged: " + row->row.name() + " failed";
      continue;
    }
    if (!judgement_only(*row, figure, times).empty()) {
      figure.verdict = "cannot be judged: " + judgement_only(*row, figure, times);
      continue;
    }
    for (const MetricRow& metric : row->metrics) {
      if (metric.metric != figure.metric) continue;
      figure.our_value = metric.value;
      figure.low = metric.low;
      figure.high = metric.high;
    }
    if (std::isnan(figure.low)) {
      figure.verdict = "cannot be judged: " + figure.metric + " has no interval here";
    } else {
      figure.verdict =
          figure.value >= figure.low && figure.value <= figure.high ? "within" : "outside";
    }
  }
}

}  // namespace gcrisk::pipeline
