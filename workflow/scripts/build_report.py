"""Build the report of a study from its aggregate results, and its tables as data."""

from pathlib import PurePath

from retrocohort import io
from retrocohort.citations import read_cited
from retrocohort.report import contents, page
from retrocohort.report.blocks import Sheet
from retrocohort.report.tableset import collect
from retrocohort.styles import styled

ROWS = ("flow", "populations", "arms", "endpoints", "linkage", "centres", "warnings")
CHECKED = ("consistency", "verification", "parity")
PAPER = ("published", "findings")  # of studies that have them, in this order
TEXTS = ("provenance", "lock")


def main(smk):
    given = smk.input
    shown = {
        kind: [contents.load(item) for item in items] for kind, items in smk.params.contents.items()
    }
    rows = {name: read_cited(getattr(given, name)) for name in ROWS}
    paper = [io.read_rows(path) for path in given.paper]
    rows |= {name: io.read_rows(getattr(given, name)) for name in CHECKED}
    rows |= dict(zip(PAPER, paper, strict=False))
    texts = {name: io.read_text(getattr(given, name)) for name in TEXTS}
    templates = {PurePath(path).name: io.read_text(path) for path in given.templates}
    sheet = Sheet.of(smk.params.study)
    with styled(sheet.study["report"]["style"]):
        sections = page.assemble(sheet, shown, rows, texts, templates)
    html = page.render(sheet, sections, templates)
    io.write_text(smk.output.html, html)
    io.write_json(smk.output.tables, collect(sheet, sections))
    return f"{len(html) / 1e6:.1f} MB"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
