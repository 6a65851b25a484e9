"""Fit one Cox model in each population and endpoint that the study wants it in."""

from retrocohort import io
from retrocohort.models.cox_rows import ESTIMATE_COLUMNS, FIT_COLUMNS, PH_COLUMNS
from retrocohort.models.model_table import model_table
from retrocohort.models.samples import at_risk


def main(smk):
    given, out = smk.params, smk.output
    frame = io.read_frame(smk.input.cohort)
    for i, part in enumerate(given.parts):
        sample = at_risk(frame, part["endpoint"], part["population"])
        table = model_table(frame, sample, given.variables, given.model, given.conventions)
        io.write_rows(out.estimates[i], ESTIMATE_COLUMNS, table.estimates)
        io.write_rows(out.fit[i], FIT_COLUMNS, table.fit)
        io.write_rows(out.ph[i], PH_COLUMNS, table.ph)
    return f"{len(given.parts)} populations and endpoints"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
