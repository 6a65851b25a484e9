"""Build the survival table of each population and endpoint of one table entry: CSV and layout."""

from retrocohort import io
from retrocohort.citations import read_cited
from retrocohort.styles import styled
from retrocohort.tables.stored import as_data
from retrocohort.tables.survival import COLUMNS, assemble
from retrocohort.tables.survival_layout import lay_out

INPUTS = ("quantiles", "logrank", "estimates", "fit")


def main(smk):
    """Write the numbers and one laid-out table a part."""
    params = smk.params
    for position, part in enumerate(params.parts):
        quantiles, logrank, estimates, fit = (
            read_cited(getattr(smk.input, name)[position]) for name in INPUTS
        )
        lines = assemble(quantiles, logrank, estimates, params.table, params.variables)
        about = params.table, params.model, params.variables, part, params.conventions
        for path in smk.output.csv[position : position + 1]:  # of the first language alone
            io.write_rows(path, COLUMNS, [line.row() for line in lines])
        with styled(params.style):
            layout = lay_out(lines, estimates, fit, *about)
        io.write_json(smk.output.layouts[position], as_data(layout))


if __name__ == "__main__":
    io.run_logged(main, snakemake)
