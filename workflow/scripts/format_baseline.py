"""Print the baseline table of each population of one table entry as HTML."""

from retrocohort import io
from retrocohort.tables.baseline_layout import lay_out
from retrocohort.tables.layout import render


def main(smk):
    """Write one HTML fragment a population."""
    template = io.read_text(smk.input.template)
    for part, values, tests, html in zip(
        smk.params.parts, smk.input.values, smk.input.tests, smk.output.html, strict=True
    ):
        rows = io.read_rows(values), io.read_rows(tests)
        layout = lay_out(*rows, smk.params.table, smk.params.variables, part)
        io.write_text(html, render(template, layout, smk.params.notice))


if __name__ == "__main__":
    io.run_logged(main, snakemake)
