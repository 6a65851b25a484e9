"""Describe the patients at baseline by arm, in each population of one table."""

from retrocohort import io
from retrocohort.tables import baseline


def main(smk):
    """Write the numbers and the tests of each population."""
    table, conventions = smk.params.table, smk.params.conventions
    populations = [f"in_{part['population']}" for part in smk.params.parts]
    names = list(dict.fromkeys([*table["variables"], table["by"], "in_full", *populations]))
    cohort = io.read_frame(smk.input.cohort, names)
    whole = cohort[cohort["in_full"]]
    summaries = baseline.choose_summaries(whole, table, smk.params.variables, conventions)
    for member, values_path, tests_path in zip(
        populations, smk.output.values, smk.output.tests, strict=True
    ):
        values, tests = baseline.describe(
            cohort[cohort[member]], table, smk.params.variables, conventions, summaries
        )
        io.write_rows(values_path, baseline.VALUE_COLUMNS, values)
        io.write_rows(tests_path, baseline.TEST_COLUMNS, tests)
    return f"{len(populations)} populations"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
