"""Compute every estimate of a study once more, by a second engine."""

from retrocohort import io
from retrocohort.report.provenance import versions
from retrocohort.verify import parity
from retrocohort.verify.check import COLUMNS
from retrocohort.verify.cohort import Cohort
from retrocohort.verify.study import checks_of


def main(smk):
    given = smk.params
    cohort = Cohort(smk.input.cohort, given.variables)

    def read(path):
        return io.read_rows(f"{given.folder}/{path}")

    pinned = dict(versions(io.read_text(smk.input.lock)))
    checks = checks_of(cohort, given.parts, given.conventions, read)
    rows = [check.row(pinned) for check in checks]
    io.write_rows(smk.output.verification, COLUMNS, rows)
    same = parity.parity_rows(cohort, given.parts, given.conventions, read)
    io.write_rows(smk.output.parity, parity.COLUMNS, same)
    agree = sum(row["agrees"] == "yes" for row in rows)
    return f"{agree} of {sum(row['agrees'] != '' for row in rows)} numbers agree"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
