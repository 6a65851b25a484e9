"""Test whether the effect of an exposure differs between the subgroups of one entry."""

from retrocohort import io
from retrocohort.models import interaction
from retrocohort.models.samples import at_risk


def main(smk):
    given, out = smk.params, smk.output
    frame = io.read_frame(smk.input.cohort)
    entry, variables = given.entry, given.variables
    for i, part in enumerate(given.parts):
        sample = at_risk(frame, part["endpoint"], part["population"])
        groups = interaction.subgroups_of(frame, sample, entry["subgroups"], variables, given.place)
        about = entry, groups, variables, given.conventions
        tests, ratios = interaction.interaction_tables(frame, sample, *about)
        io.write_rows(out.tests[i], interaction.TEST_COLUMNS, tests)
        io.write_rows(out.ratios[i], interaction.RATIO_COLUMNS, ratios)
    return f"{len(given.parts)} populations and endpoints"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
