"""Every kind of figure for 2 to 6 groups, tiny and large, with short, long and Chinese labels.

No two texts overlap, none leaves the page, none holds a letter that would be an empty box, and the
page takes no more than 60 kB for each. With
`GALLERY=folder pytest tests/unit/test_figures_gallery.py` the figures are kept as PDF, to look at.
"""

import os
from functools import lru_cache

import pytest
import test_figures_baseline
import test_figures_flowchart as flow
import test_figures_forest
import test_figures_subgroups as effects
from figure_geometry import check_texts
from figure_rows import CONVENTIONS, STYLE, curve_case
from test_figures_curves import CURVE, PART, PATIENTS, split

from retrocohort import io
from retrocohort.figures import baseline, canvas, curves, flowchart, forest, panels, subgroups
from retrocohort.figures.looks import LOOKS
from retrocohort.report.inline import Drawings

LABELS = {
    "short": "Arm {}",
    "long": "Treated within twelve weeks of the diagnosis, in a centre of the network, group {}",
    "chinese": "原发灶切除联合肝转移灶切除（切除率超过百分之七十），第{}组",
}
SIZES = {"tiny": 2, "large": None}  # patients a group; all 2,982 of the data
NOTICE = "合成数据，并非患者数据。Synthetic, not patient data."


def by_of(groups, label):
    levels = {code: label.format(i) for i, code in enumerate(groups)}
    return {"label": label.format(0), "unit": "", "levels": levels}


@lru_cache
def rows_of(n, keep):
    return curve_case(split(PATIENTS, n, keep), "0.0314", CURVE["by"])


def draw_curves(n, keep, label, width="double", look="plain"):
    groups = split(PATIENTS, n, keep)
    part = PART | {"population_label": label.format(0), "endpoint_label": label.format(1)}
    rows = rows_of(n, keep)
    own = {**CURVE, "width": width, "look": look, "median_lines": True}
    return curves.draw(part, *rows, own, by_of(groups, label), CONVENTIONS)


def draw_panels(n, keep, label):
    groups = split(PATIENTS, n, keep)
    parts = [PART | {"population_label": label.format(i)} for i in range(4)]
    rows = [rows_of(n, keep)] * 4
    entry = {"title": label.format(0), "remark": label.format(1)}
    return panels.draw(parts, rows, entry, CURVE, by_of(groups, label), CONVENTIONS)


def draw_flowchart(n, keep, label):
    rows = flow.flow_rows([1] * 4, label, start=keep or 10**6)
    populations = [flow.population("raw_full", label.format(0), rows[-1]["n_after"], "")]
    populations += [flow.population(f"raw_{i}", label.format(i), 1) for i in range(n)]
    arms = flow.arm_rows(populations, n, label)
    return flowchart.draw(rows, populations, arms, label.format(0), {"remark": label.format(1)})


def draw_forest(n, keep, label, beside=False):
    row = test_figures_forest.row
    hr = (112.2, 0.2, 4000.0, 0.6) if keep else (1.2, 1.1, 1.3, 1e-9)
    levels = {f"raw_{k}": label.format(k) for k in range(n)}
    variables = {f"raw_v{i}": {"label": label.format(i), "levels": levels} for i in range(3)}
    rows = []
    for name in variables:
        rows += [row(name, f"raw_{k}", "raw_0", *(hr if k else ())) for k in range(n)]
    model = {"label": label.format(0), "kind": "multivariable", "strata": []}
    part = {"population_label": label.format(0), "endpoint_label": label.format(1)}
    other = (label.format(1), rows) if beside else None
    return forest.draw(part, rows, (), model, variables, CONVENTIONS, other)


def draw_subgroups(n, keep, label):
    about = effects.ENTRY | {"label": label.format(0)}, effects.variables(n, label), {}, CONVENTIONS
    return subgroups.draw(effects.PART, *effects.case(n), *about)


def draw_baseline(kind):
    def draw(n, keep, label):
        about = test_figures_baseline.case(n, keep or 20, label, keep or 10**6)
        return baseline.draw(kind, {"population_label": label.format(0)}, *about)

    return draw


GROUPS = {f"curves_{look}": (3, 6) for look in LOOKS} | {"panels": (2, 6)}  # of others all
ALL = {"long": range(2, 7)}  # numbers of groups; of other labels the fewest and the most
KINDS = {
    "curves": draw_curves,
    "curves_single": lambda *of: draw_curves(*of, width="single"),
    **{
        f"curves_{look}": lambda *of, look=look: draw_curves(*of, width="single", look=look)
        for look in LOOKS
        if look != "plain"
    },
    "panels": draw_panels,
    "flowchart": draw_flowchart,
    "forest": draw_forest,
    "forest_beside": lambda *of: draw_forest(*of, beside=True),
    "subgroups": draw_subgroups,
    "balance": draw_baseline("balance"),
    "missing": draw_baseline("missing"),
}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_overlaps_or_leaves_the_page(kind, size, label, tmp_path):
    for n in GROUPS.get(kind, ALL.get(label, (2, 6))):
        with canvas.styled(STYLE):
            figure = KINDS[kind](n, SIZES[size], LABELS[label])
            canvas.finish(figure, NOTICE)
            check_texts(figure)
            if (n, size, label) == (6, "large", "long"):  # the largest of its kind
                figure.set_dpi(72)
                io.save_figure(figure, [tmp_path / "figure.svg"])
                svg = (tmp_path / "figure.svg").read_text(encoding="utf-8")
                assert len(Drawings().add(svg, kind).encode()) <= 60_000
            if "GALLERY" in os.environ:
                figure.set_dpi(72)
                path = f"{os.environ['GALLERY']}/{kind}_{size}_{label}_{n}.pdf"
                io.save_figure(figure, [path])
