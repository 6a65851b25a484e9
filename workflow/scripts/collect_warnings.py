"""Count what every step noticed: problems, unmatched keys, what is not estimable."""

from retrocohort import io
from retrocohort.audit import warnings


def main(smk):
    linkage = io.read_rows(smk.input.linkage)
    rows = [
        *warnings.of_files(linkage, warnings.listed_sums(io.read_text(smk.input.sums))),
        *warnings.of_linkage(linkage),
        *warnings.of_problems(io.read_rows(smk.input.problems)),
        *warnings.of_flow(io.read_rows(smk.input.flow)),
        *warnings.of_endpoints(io.read_rows(smk.input.endpoints)),
    ]
    for part, path in zip(smk.params.noted, smk.input.noted, strict=True):
        rows += warnings.of_notes(**part, rows=io.read_rows(path))
    io.write_rows(smk.output.warnings, warnings.COLUMNS, rows)
    return f"{len(rows)} kinds of warning"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
