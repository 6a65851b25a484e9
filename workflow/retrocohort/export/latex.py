"""The tables as one LaTeX document: booktabs, head repeated on each page, wide ones landscape.

It compiles with pdfLaTeX, XeLaTeX and LuaLaTeX; of letters that pdfLaTeX does not have, such as
Chinese, it prints a question mark. Each table is between two comments, to be copied into a
manuscript.
"""

import re
import unicodedata

from retrocohort.export.words import Head, head_rows, notes_of, plain, widths
from retrocohort.language import say
from retrocohort.report.tableset import TableSet
from retrocohort.tables.layout import Layout, Row

PORTRAIT, LANDSCAPE = 17.0, 25.7  # width of the text on A4, cm
CHARACTER = 0.15  # cm, of letters of 8 points
GAP = 0.1406  # cm between two columns: twice \tabcolsep
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "−": r"\ensuremath{-}",
    "≥": r"\ensuremath{\ge}",
    "≤": r"\ensuremath{\le}",
    "∞": r"\ensuremath{\infty}",
    "√": r"\ensuremath{\surd}",
    "×": r"\ensuremath{\times}",
    "²": r"\textsuperscript{2}",
    "³": r"\textsuperscript{3}",
    "·": r"\ensuremath{\cdot}",
    "µ": r"\textmu{}",
    "μ": r"\textmu{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\ldots{}",
    "λ": r"\ensuremath{\lambda}",
    "ο": "o",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "’": r"\textquoteright{}",
    "\u2009": r"\,",
    "\u00a0": "~",
    "\ufffd": "?",
    "*": "{*}",
    "[": "{[}",
    "]": "{]}",
}
LIGATURE = re.compile(r"([-'`,!?])(?=[-'`,!?])")
BEYOND = re.compile("[\u0180-\U0010ffff]")  # letters that pdfLaTeX may not have
CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
GREEK = "GREEK SMALL LETTER "
PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
%(beyond)s\else
  \usepackage{fontspec}
%(chinese)s\fi
\usepackage{textcomp,array,booktabs,longtable,pdflscape,fancyhdr}
\setlength{\LTleft}{0pt}
\setlength{\LTright}{\fill}
\setlength{\tabcolsep}{2pt}
\setlength{\parindent}{0pt}
\pagestyle{fancy}
\fancyhf{}
\renewcommand{\headrulewidth}{0pt}
\fancyhead[L]{\footnotesize %(notice)s}
\fancyfoot[C]{\footnotesize\thepage}
\begin{document}
"""


def escape(text: str) -> str:
    """Return a text that LaTeX prints as it is, and never runs."""
    kept = LIGATURE.sub("\\1\ue000", plain(text).replace("\ue000", ""))
    return "".join(map(_letter, kept)).replace("\ue000", "{}")


def _letter(letter: str) -> str:
    """Return a letter as LaTeX writes it; a Greek one is that of mathematics."""
    name = unicodedata.name(letter, "")
    if name.startswith(GREEK) and name.count(" ") == 3 and letter not in SPECIAL:
        return rf"\ensuremath{{\{name.removeprefix(GREEK).lower()}}}"
    return SPECIAL.get(letter, letter)


def document(tables: TableSet) -> str:
    """Return the document with every table."""
    body = "\n".join(_table(layout, tables.notice) for layout in tables.tables)
    notice = escape(tables.notice)
    letters = sorted(set(BEYOND.findall(body + notice)))
    lacking = [f"  \\DeclareUnicodeCharacter{{{ord(letter):04X}}}{{?}}\n" for letter in letters]
    chinese = "  \\IfFileExists{xeCJK.sty}{\\usepackage{xeCJK}}{}\n"
    parts = {
        "beyond": "".join(lacking),
        "chinese": chinese if CHINESE.search(body) else "",
        "notice": notice,
    }
    return f"{PREAMBLE % parts}{body}\\end{{document}}\n"


def _table(layout: Layout, notice: str) -> str:
    sizes = [width * CHARACTER for width in widths(layout)]
    room = PORTRAIT if sum(sizes) <= PORTRAIT else LANDSCAPE
    shrunk = min(1.0, room / sum(sizes))
    sizes = [size * shrunk - GAP for size in sizes]
    stub, *others = [f"{size:.2f}cm" for size in sizes]
    columns = [rf">{{\raggedright\arraybackslash}}p{{{stub}}}"]
    columns += [rf">{{\centering\arraybackslash}}p{{{size}}}" for size in others]
    n = len(columns)
    heads = [_heads(row, i, layout) for i, row in enumerate(head_rows(layout))]
    whole = sum(sizes) + GAP * (n - 1)
    title = rf"\multicolumn{{{n}}}{{@{{}}p{{{whole:.2f}cm}}@{{}}}}{{{_title(layout)}}} \\[4pt]"
    continued = escape(say("{number}, continued", number=layout.number))
    again = rf"\multicolumn{{{n}}}{{@{{}}l@{{}}}}{{\textit{{{continued}}}}} \\"
    lines = [
        rf"\begin{{longtable}}{{@{{}}{''.join(columns)}@{{}}}}",
        *(title, r"\toprule", *heads, r"\midrule", r"\endfirsthead"),
        *(again, r"\toprule", *heads, r"\midrule", r"\endhead"),
        *(r"\bottomrule", r"\endlastfoot"),
    ]
    for i, block in enumerate(layout.blocks):
        lines += [r"\addlinespace"] * bool(i) + [_row(row) for row in block]
    lines += [r"\end{longtable}", *_notes(layout, notice)]
    turned = ([r"\begin{landscape}"], [r"\end{landscape}"]) if room == LANDSCAPE else ([], [])
    inside = [r"\begingroup\footnotesize", *lines, r"\endgroup"]
    marks = [f"% begin {layout.number}"], [f"% end {layout.number}", r"\clearpage", ""]
    return "\n".join([*marks[0], *turned[0], *inside, *turned[1], *marks[1]])


def _title(layout: Layout) -> str:
    number = say("{number}.", number=layout.number)
    return rf"\raggedright\textbf{{{escape(number)}}} {escape(layout.caption)}"


def _heads(heads: list[Head], i: int, layout: Layout) -> str:
    """Return a row of heads, those of groups with a line under them."""
    if i == 0 and layout.groups():
        cells, lines, at = [""], [], 2
        for head in heads:
            cells.append(rf"\multicolumn{{{head.span}}}{{c}}{{{escape(head.text)}}}")
            if head.text:
                lines.append(rf"\cmidrule(lr){{{at}-{at + head.span - 1}}}")
            at += head.span
        return f"{' & '.join(cells)} \\\\ {''.join(lines)}"
    texts = [escape(f"{head.text} {head.detail}".strip()) for head in heads]
    return f"{' & '.join([escape(layout.stub), *texts])} \\\\"


def _row(row: Row) -> str:
    header = ("\\hspace*{1em}" if row.indent else "") + escape(row.title)
    cells = [
        escape(cell.text) + (rf"\textsuperscript{{{cell.mark}}}" if cell.mark else "")
        for cell in row.cells
    ]
    return f"{' & '.join([header, *cells])} \\\\"


def _notes(layout: Layout, notice: str) -> list[str]:
    return [
        (rf"\textsuperscript{{{mark}}} " if mark else "") + escape(text) + r"\par"
        for mark, text in notes_of(layout, notice)
    ]
