"""Estimate the survival of one endpoint in each population: curves, quantiles, tests, follow-up."""

from retrocohort import io
from retrocohort.models import survival
from retrocohort.models.samples import at_risk


def main(smk):
    given, out = smk.params, smk.output
    frame = io.read_frame(smk.input.cohort)
    variables, conventions, block = given.variables, given.conventions, given.survival
    names, strata = block["variables"], block.get("logrank_strata", [])
    for i, population in enumerate(given.populations):
        group = (frame, at_risk(frame, given.endpoint, population), names, variables)
        rows = survival.quantile_rows(*group, conventions)
        io.write_rows(out.quantiles[i], survival.QUANTILE_COLUMNS, rows)
        rows = survival.log_rank_rows(*group, strata)
        io.write_rows(out.logrank[i], survival.LOGRANK_COLUMNS, rows)
        rows = survival.landmark_rows(*group, block.get("landmarks", []), conventions)
        io.write_rows(out.landmarks[i], survival.LANDMARK_COLUMNS, rows)
        rows = survival.follow_up_rows(*group, conventions)
        io.write_rows(out.followup[i], survival.FOLLOWUP_COLUMNS, rows)
    for curve, path in zip(given.curves, out.curves, strict=True):
        sample = at_risk(frame, given.endpoint, curve["population"])
        rows = survival.curve_rows(frame, sample, curve["by"], variables, conventions)
        io.write_rows(path, survival.CURVE_COLUMNS, rows)
    return f"{len(given.populations)} populations"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
