"""Estimate the restricted mean survival time of the groups of one entry."""

from retrocohort import io
from retrocohort.models.rmst import COLUMNS, rmst_rows
from retrocohort.models.samples import at_risk


def main(smk):
    given = smk.params
    frame = io.read_frame(smk.input.cohort)
    by, tau, confidence = given.entry["by"], given.entry.get("tau"), given.conventions["confidence"]
    for part, path in zip(given.parts, smk.output.means, strict=True):
        sample = at_risk(frame, part["endpoint"], part["population"])
        io.write_rows(path, COLUMNS, rmst_rows(frame, sample, by, given.variables, tau, confidence))
    return f"{len(given.parts)} populations and endpoints"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
