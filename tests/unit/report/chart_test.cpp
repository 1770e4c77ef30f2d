// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/report/chart.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gcrisk::report {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(NiceTicks, AreRoundAndCoverTheRange) {
  EXPECT_EQ(nice_ticks(0, 1), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(nice_ticks(3, 97), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  const auto small = nice_ticks(-0.013, 0.021);
  EXPECT_LE(small.front(), -0.013);
  EXPECT_GE(small.back(), 0.021);
}

TEST(NiceTicks, WidenEqualEndsAndSurviveNaN) {
  EXPECT_GE(nice_ticks(5, 5).size(), 2U);
  EXPECT_GE(nice_ticks(0, 0).size(), 2U);
  EXPECT_GE(nice_ticks(std::nan(""), 1).size(), 2U);
}

TEST(Chart, HasAnAccessibleNameAndNoScript) {
  Chart chart("ROC <curve>", "sensitivity against 1 - specificity");
  chart.add({.kind = MarkKind::kLine, .name = "lr & co", .x = {0, 1}, .y = {0, 1}});
  const std::string svg = chart.svg();
  EXPECT_NE(svg.find("role=\"img\""), std::string::npos);
  EXPECT_NE(svg.find("aria-label=\"ROC &lt;curve&gt;. sensitivity"), std::string::npos);
  EXPECT_NE(svg.find("lr &amp; co"), std::string::npos);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
}

TEST(Chart, NonFiniteValuesBreakALineAndAreNeverWritten) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  Chart chart("t", "d");
  chart.add({.kind = MarkKind::kLine, .x = {0, 1, nan, 2, 3}, .y = {0, 1, 1, 1, inf}});
  chart.add({.kind = MarkKind::kPoints, .x = {0, nan}, .y = {inf, 1}});
  chart.add({.kind = MarkKind::kIntervals, .x = {0, 1}, .low = {nan, 0}, .high = {1, 1}});
  const std::string svg = chart.svg();
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  // Two runs: a line of two points and a lone point.
  const auto from = svg.find("class=\"ln c0\"");
  const std::string path = svg.substr(from, svg.find("/>", from) - from);
  EXPECT_EQ(count(path, "M"), 2U);
}

TEST(Chart, EmptyDataStillGiveAxes) {
  Chart chart("nothing", "no data");
  chart.add({.kind = MarkKind::kLine});
  EXPECT_TRUE(chart.empty());
  EXPECT_NE(chart.svg().find("<svg"), std::string::npos);
}

TEST(Chart, PlacesValuesBetweenTheAxes) {
  // Without title, labels and legend: left 16 + ticks; the point at the middle of both axes is in
  // the middle of the panel, whose centre is (left + right edge) / 2.
  Chart chart("", "d");
  chart.x.min = chart.y().min = 0;
  chart.x.max = chart.y().max = 2;
  chart.add({.kind = MarkKind::kPoints, .x = {0, 1, 2}, .y = {0, 1, 2}});
  const std::string svg = chart.svg();
  std::vector<double> cx;
  for (auto at = svg.find(" cx=\""); at != std::string::npos; at = svg.find(" cx=\"", at + 1)) {
    cx.push_back(std::stod(svg.substr(at + 5)));
  }
  ASSERT_EQ(cx.size(), 3U);
  EXPECT_NEAR(cx[1], (cx[0] + cx[2]) / 2, 0.11);  // one decimal is written
  EXPECT_NEAR(cx[2], 520 - 14, 0.11);
}

TEST(Chart, LongCurvesAreThinnedToWhatCanBeSeen) {
  Mark mark{.kind = MarkKind::kLine};
  for (int i = 0; i < 200000; ++i) {
    mark.x.push_back(i);
    mark.y.push_back(std::sin(i * 0.001));
  }
  Chart chart("t", "d");
  chart.add(std::move(mark));
  EXPECT_LT(chart.svg().size(), 100000U);
}

TEST(Chart, LogAxisLeavesOutWhatIsNotPositive) {
  Chart chart("t", "d");
  chart.x.scale = Scale::kLog10;
  chart.add({.kind = MarkKind::kPoints, .x = {0, -1, 10, 100}, .y = {1, 1, 1, 1}});
  EXPECT_EQ(count(chart.svg(), "<circle"), 2U);
}

}  // namespace
}  // namespace gcrisk::report
