#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
"""How time and memory of rf and gbm grow with samples and with variants: a table on standard output
and docs/figures/growth_trees.svg.

usage: tools/bench/growth_trees.py [FOLDER FOR INPUTS]
environment: GCRISK (program), GCRISK_BENCH_FIGURE (the SVG; default: in docs/figures)
"""
import math
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("GCRISK", str(HERE.parents[1] / "build" / "bin" / "gcrisk"))
from bench_lr import make_study  # noqa: E402
from measure import processor, time_once  # noqa: E402

BASE = (2000, 2000)
STEPS = (1, 4, 16)
MODELS = {"rf": ["--trees", "100"], "gbm": ["--rounds", "100"]}
COLOURS = {"rf": "#1b6ca8", "gbm": "#c0562b"}


def measure(folder):
    """{(model, what grows, factor): Timing}, the better of two runs."""
    out = {}
    for what in ("samples", "variants"):
        for factor in STEPS:
            people = BASE[0] * (factor if what == "samples" else 1)
            variants = BASE[1] * (factor if what == "variants" else 1)
            # make_study names files by people alone.
            place = os.path.join(folder, f"{people}_{variants}")
            os.makedirs(place, exist_ok=True)
            name = f"lr_logistic_{people}"
            make_study(place, name, people, variants, "logistic")
            for model, options in MODELS.items():
                command = [os.environ["GCRISK"], "train", model, "--study", name, "--inputs",
                           "genotypes", *options, "--out", f"{model}/", "--force", "--quiet"]
                runs = [time_once(command, place) for _ in range(2)]
                out[model, what, factor] = min(runs, key=lambda t: t.wall)
    return out


def svg(found):
    width, height, left, top = 760, 330, 60, 40
    panel = 300
    times = [t.wall for t in found.values()]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for i, what in enumerate(("samples", "variants")):
        x0 = left + i * (panel + 70)
        across = lambda factor: x0 + panel * math.log2(factor) / math.log2(STEPS[-1])
        up = lambda s: top + 230 * (high - math.log10(s)) / (high - low)
        lines.append(f'<text x="{x0}" y="24">seconds by {what} (× {BASE[i]:,}); dashed: linear</text>')
        for power in range(low, high + 1):
            y = up(10.0 ** power)
            lines.append(f'<line x1="{x0}" y1="{y:.1f}" x2="{x0 + panel}" y2="{y:.1f}" '
                         'stroke="#ddd"/>'
                         f'<text x="{x0 - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0 ** power:g}</text>')
        for factor in STEPS:
            lines.append(f'<text x="{across(factor):.1f}" y="290" text-anchor="middle">{factor}×</text>')
        for model, colour in COLOURS.items():
            points = [(across(f), up(found[model, what, f].wall)) for f in STEPS]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
            first = found[model, what, 1].wall
            ends = [(across(f), up(min(first * f, 10.0 ** high))) for f in (1, STEPS[-1])]
            lines.append(f'<line x1="{ends[0][0]:.1f}" y1="{ends[0][1]:.1f}" x2="{ends[1][0]:.1f}" '
                         f'y2="{ends[1][1]:.1f}" stroke="{colour}" stroke-dasharray="4 4"/>')
            lines.append(f'<text x="{points[-1][0] - 4:.1f}" y="{points[-1][1] - 8:.1f}" '
                         f'text-anchor="end" fill="{colour}">{model}</text>')
    return "\n".join(lines + ["</svg>", ""])


def main(folder):
    found = measure(folder)
    print(f"{processor()}, {len(os.sched_getaffinity(0))} CPUs, base {BASE[0]:,} × {BASE[1]:,}\n")
    print("| model | grows | 1× s (MiB) | 4× s (MiB) | 16× s (MiB) | exponent 4× to 16× |")
    print("|---|---|---|---|---|---|")
    for model in MODELS:
        for what in ("samples", "variants"):
            cells = [found[model, what, f] for f in STEPS]
            exponent = math.log(cells[2].wall / cells[1].wall) / math.log(STEPS[2] / STEPS[1])
            text = " | ".join(f"{t.wall:.2f} ({t.peak_mib:.0f})" for t in cells)
            print(f"| {model} | {what} | {text} | {exponent:.2f} |")
    figure = os.environ.get("GCRISK_BENCH_FIGURE",
                            str(HERE.parents[1] / "docs" / "figures" / "growth_trees.svg"))
    os.makedirs(os.path.dirname(figure), exist_ok=True)
    pathlib.Path(figure).write_text(svg(found), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as made:
            main(made)
