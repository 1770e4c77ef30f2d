// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Figures for papers and pages: a chart is described by its axes and marks and becomes one SVG.
// No script, no font, no file beside it; colours suit colour-blind readers (Okabe and Ito 2008,
// darkened for lines on white), follow a light or dark page, and print on paper.
namespace gcrisk::report {

enum class Scale { kLinear, kLog10 };
enum class TickStyle { kNumber, kPercent };

struct Axis {
  std::string title;
  Scale scale = Scale::kLinear;
  // NaN: from the data, widened to the next round tick.
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  // Own labels at own places (names of groups, chromosomes); empty: round numbers.
  std::vector<std::pair<double, std::string>> ticks;
  // Texts on the far side, at own places: "0.71 (0.65 to 0.77)" of a forest plot. Only for y.
  std::vector<std::pair<double, std::string>> far_labels;
  TickStyle style = TickStyle::kNumber;
  bool grid = true;
  bool line = true;
  double label_gap = 8;  // pixels between the labels and the panel; more where marks reach out
};

// Colours are named by role: 0, 1, 2 … are the series of a figure; these stand beside them.
inline constexpr int kMuted = -1;  // reference lines, context
inline constexpr int kInk = -2;    // text colour

enum class MarkKind {
  kLine,        // through (x, y)
  kStep,        // horizontal to the next x, then vertical: survival, cumulative counts
  kPoints,      // at (x, y); above a few hundred they are drawn as one path without tooltips
  kIntervals,   // vertical bars from low to high at x
  kIntervalsX,  // horizontal bars from low to high at y
  kBand,        // area between low and high over x
  kStepBand,    // the same in steps
  kBars,        // from 0 to y, `width` wide in units of x, centred at x
  kSlope,       // the straight line y = low[0] + high[0] * x across the panel
  kHorizontal,  // lines across the panel at y
  kVertical,    // lines across the panel at x
  kText,        // labels[i] at (x, y)
};

// What is drawn. Non-finite values interrupt lines and are left out elsewhere. Write it with
// designated initialisers:
//   chart.add({.kind = MarkKind::kLine, .name = "lr", .x = fpr, .y = tpr, .colour = 0});
struct Mark {
  MarkKind kind = MarkKind::kLine;
  std::string name;  // its line in the legend; empty: none
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<std::string> labels;  // tooltips of points, intervals and bars; words of kText
  int colour = 0;
  double size = 0;     // width of lines, radius of points, in pixels; 0: as usual for the kind
  double width = 0;    // of bars, in units of x
  double opacity = 0;  // 0: as usual for the kind
  bool dashed = false;
  std::string anchor = "middle";  // of kText: start, middle, end
  std::size_t panel = 0;
};

// One figure: a panel, or several on top of each other that share the x axis.
class Chart {
 public:
  // `title` stands above; `description` says what the figure shows in one or two sentences, for
  // readers who hear the page.
  Chart(std::string title, std::string description);

  Axis x;
  // Outer size in pixels at which the text is as large as on the page.
  int width = 520;
  int height = 430;
  // Below which panel the x axis stands; the last one unless said otherwise.
  std::size_t axis_below = std::numeric_limits<std::size_t>::max();
  // Panels are as high as wide: for charts whose both axes are probabilities.
  bool square = false;

  Axis& y(std::size_t panel = 0) { return panels_[panel].y; }
  // Another panel below; its number. `height_px` is its own, the first panel gets the rest.
  std::size_t add_panel(double height_px, Axis y_axis = {});

  Chart& add(Mark mark);
  bool empty() const;  // nothing finite to draw
  const std::string& title() const noexcept { return title_; }

  // The SVG element. `standalone`: with its style inside, to be saved as a file of its own.
  // The bytes depend on the content alone.
  std::string svg(bool standalone = false) const;

 private:
  struct Panel {
    Axis y;
    double height = 0;
  };
  std::string title_;
  std::string description_;
  std::vector<Panel> panels_;
  std::vector<Mark> marks_;
};

// The style that every chart on a page needs once.
std::string_view chart_style();

// Round tick places that cover [low, high] with about `n` steps of 1, 2, 2.5 or 5 times a power
// of ten. At least two; equal ends are widened.
std::vector<double> nice_ticks(double low, double high, int n = 5);

}  // namespace gcrisk::report
