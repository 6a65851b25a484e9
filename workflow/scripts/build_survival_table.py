"""Build the survival table of each population and endpoint of one table entry, as CSV and HTML."""

from retrocohort import io
from retrocohort.tables.layout import render
from retrocohort.tables.survival import COLUMNS, assemble
from retrocohort.tables.survival_layout import lay_out

INPUTS = ("quantiles", "logrank", "estimates", "fit")


def main(smk):
    """Write the numbers and one HTML fragment a part."""
    params, template = smk.params, io.read_text(smk.input.template)
    for position, part in enumerate(params.parts):
        quantiles, logrank, estimates, fit = (
            io.read_rows(getattr(smk.input, name)[position]) for name in INPUTS
        )
        lines = assemble(quantiles, logrank, estimates, params.table, params.variables)
        about = params.table, params.model, params.variables, part, params.conventions
        io.write_rows(smk.output.csv[position], COLUMNS, [line.row() for line in lines])
        layout = lay_out(lines, estimates, fit, *about)
        io.write_text(smk.output.html[position], render(template, layout, params.notice))


if __name__ == "__main__":
    io.run_logged(main, snakemake)
