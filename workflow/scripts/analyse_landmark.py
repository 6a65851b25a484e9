"""Analyse survival from a landmark on, by group as known then."""

from retrocohort import io
from retrocohort.models.landmark import COLUMNS, landmark_tables
from retrocohort.models.samples import at_risk


def main(smk):
    given = smk.params
    frame = io.read_frame(smk.input.cohort)
    for i, part in enumerate(given.parts):
        sample = at_risk(frame, part["endpoint"], part["population"], exact=True)
        about = given.entry, given.variables, given.conventions
        for name, rows in landmark_tables(frame, sample, *about).items():
            io.write_rows(getattr(smk.output, name)[i], COLUMNS[name], rows)
    return f"{len(given.parts)} populations and endpoints"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
