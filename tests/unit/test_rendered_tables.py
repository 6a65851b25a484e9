"""A printed table against its links: rows, columns, order, labels, what no cell is named for."""

import pytest

from retrocohort.audit.rendered.documents import csv_grid, latex_grids
from retrocohort.audit.rendered.ledger import Ledger
from retrocohort.audit.rendered.numerals import KnownTexts
from retrocohort.audit.rendered.page import Grid, Page
from retrocohort.audit.rendered.results import Results
from retrocohort.audit.rendered.tables import Comparison, linked

FILE = "tables/full/base.csv"
ROWS = [
    {"variable": "sex", "level": level, "arm": arm, "statistic": "n", "value": n}
    for level, arm, n in (("m", "a", "1200"), ("m", "b", "7"), ("f", "a", "90"), ("f", "b", ""))
]
STUDY = {
    "variables": {
        "sex": {"label": "Sex", "levels": {"m": "Men", "f": "Women"}},
        "arm": {"label": "Arm", "levels": {"a": "Old", "b": "New ≥2"}},
    },
    "tables": {"base": {"by": "arm"}},
}
KNOWN = KnownTexts(["New ≥2", "Table 1"], [], [])


def cell(line):
    source = {"file": FILE, "row": line, "column": "value", "id": ""}
    return [{"text": "", "numbers": [{"value": 1.0, "shown": "", "source": source}]}, "", ""]


TABLE = {
    "id": "base-baseline-full",
    "number": "Table 1",
    "caption": "Sizes",
    "columns": [{"detail": ""}, {"detail": ""}],
    "blocks": [
        [
            {"header": "Men", "detail": "", "cells": [cell(2), cell(3)]},
            {"header": "Women", "detail": "", "cells": [cell(4), cell(5)]},
        ]
    ],
}
HEADS = ["", "Old", "New ≥2"]
PRINTED = [("Men", ["1,200", "7"]), ("Women", ["90", "–"])]


def faults(rows=PRINTED, heads=HEADS, title="Table 1. Sizes", notes="", links=ROWS):
    table = linked(TABLE, Results(lambda path: links, "plain"))
    ledger = Ledger()
    comparison = Comparison(ledger, "a.html", KNOWN)
    grid = Grid(title, heads, rows, notes)
    comparison.grid(table, grid)
    comparison.labels(table, grid, STUDY)
    return [(f["row"], f["column"], f["printed"], f["expected"], f["note"]) for f in ledger.faults]


def test_a_table_as_it_should_be():
    assert faults() == []


OTHER, LABEL = "another number", "the numbers are those of"
NONE = "names no cell of the results"


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"rows": [("Men", ["1,201", "7"]), PRINTED[1]]}, ("Men", "Old", "1,201", "1,200", OTHER)),
        ({"rows": [("Men", ["1200", "7"]), PRINTED[1]]}, ("Men", "Old", "1200", "1,200", OTHER)),
        (
            {"rows": [PRINTED[0], ("Women", ["90", "0"])]},
            ("Women", "New ≥2", "0", "", "1 numbers, not 0"),
        ),
        ({"rows": PRINTED[:1]}, ("", "", "", "", "the row is missing or out of place: Women")),
        ({"rows": [*PRINTED, ("Both", [])]}, ("Both", "", "", "", "the row has no source")),
        ({"rows": PRINTED[::-1]}, ("Women", "", "", "", "the row is missing or out of place: Men")),
        ({"heads": ["", "New ≥2", "Old"]}, ("Men", "New ≥2", "", "", f"{LABEL} 'Old'")),
        ({"title": "Table 1. Sizes of 1,297"}, ("title", "", "1,297", "", NONE)),
        ({"notes": "Of 3 centres."}, ("notes", "", "3", "", NONE)),
        ({"links": ROWS[2:] + ROWS[:2]}, ("Men", "Old", "", "", f"{LABEL} 'Women'")),
        ({"links": ROWS[:3]}, ("Women", "New ≥2", "–", "", f"there is no {FILE}:5:value")),
    ],
)
def test_what_is_wrong_is_named(change, seen):
    assert seen in faults(**change)


def test_a_csv_table_is_read_by_its_rows():
    text = '\ufeffTable 1. Sizes,\r\n,Old\r\n  Men,"1,200 [a]"\r\nWomen,\'-\r\na A note.\r\n'
    text = text.replace("Sizes,", "Sizes")
    grid = csv_grid(text, 2)
    assert (grid.title, grid.heads) == ("Table 1. Sizes", ["", "Old"])
    assert grid.rows == [("Men", ["1,200"]), ("Women", ["-"])] and grid.notes == "a A note."


def test_a_latex_table_is_read_as_it_prints():
    (grid,) = latex_grids(r"""% begin Table 1
\begin{longtable}{@{}l@{}}
\multicolumn{2}{@{}p{3.1cm}@{}}{\raggedright\textbf{Table 1.} Sizes of 5\%} \\[4pt]
\toprule
Sex & P \\
\midrule
\endfirsthead
\endhead
\endlastfoot
\hspace*{1em}Men \& boys & \textless{}0.001\textsuperscript{a} \\
\textbf{Women \{2 mg\}} & \ensuremath{-}0.3\textendash{}0.2 \\
\end{longtable}
\textsuperscript{a} A note of 2.\par
\endgroup
% end Table 1""")
    assert grid.title == "Table 1. Sizes of 5%" and grid.heads == ["Sex & P"]
    assert grid.rows == [("Men & boys", ["<0.001"]), ("Women {2 mg}", ["−0.3–0.2"])]
    assert grid.notes == "A note of 2."


def test_every_word_of_a_page_is_read_once():
    page = Page("""<html><body><header><h1>One</h1></header><nav><ul><li><a href="#s">S 2</a></ul>
      </nav><main><section aria-labelledby="s"><h2 id="s">S 3</h2><p>Of <data value="7.5"
      title="x.n">7</data> in <b>all</b> <code>8</code></p><figure><svg><title>9</title></svg>
      <figcaption>Ten <span class="links">11</span></figcaption></figure><table id="t"><tbody><tr>
      <th>12</th><td>13</td></tr></tbody></table><table id="other"><tbody><tr><td>14</td></tr>
      </tbody></table></section></main></body></html>""")
    words = [(w.section, " ".join(w.text.split()), w.cited) for w in page.words({"t"})]
    assert words == [
        ("page", "One", []),
        ("s", "S 3", []),
        ("s", "Of \ufffc in all", [("x.n", "7.5", "7")]),
        ("s", "Ten", []),
        ("s", "14", []),
    ]
    assert page.listed() == [("s", "S 2")] and page.headings() == {"s": "S 3"}
