"""Lay out the baseline table of each population of one table entry."""

from retrocohort import io
from retrocohort.citations import read_cited
from retrocohort.styles import styled
from retrocohort.tables.baseline_layout import lay_out
from retrocohort.tables.stored import as_data


def main(smk):
    """Write one laid-out table a population."""
    for part, values, tests, path in zip(
        smk.params.parts, smk.input.values, smk.input.tests, smk.output.layouts, strict=True
    ):
        rows = read_cited(values), read_cited(tests)
        with styled(smk.params.style):
            layout = lay_out(*rows, smk.params.table, smk.params.variables, part)
        io.write_json(path, as_data(layout))


if __name__ == "__main__":
    io.run_logged(main, snakemake)
