"""Estimate the effect of an exposure in the subgroups of several splits of the cohort."""

from retrocohort import io
from retrocohort.models import subgroups
from retrocohort.models.samples import at_risk


def main(smk):
    given, out = smk.params, smk.output
    frame = io.read_frame(smk.input.cohort)
    for i, part in enumerate(given.parts):
        sample = at_risk(frame, part["endpoint"], part["population"])
        about = given.entry, given.variables, given.conventions, given.place
        tests, effects = subgroups.subgroup_tables(frame, sample, *about)
        io.write_rows(out.tests[i], subgroups.TESTS, tests)
        io.write_rows(out.effects[i], subgroups.EFFECTS, effects)
    return f"{len(given.parts)} populations and endpoints"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
