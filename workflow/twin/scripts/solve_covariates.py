"""Find covariates that give every printed count."""

from pathlib import Path

from twin.covariates import solve
from twin.ledger import read_ledger, targets
from twin.settings import read_settings
from twin.survival import write_rows

COLUMNS = ["ids", "file", "variable", "level", "printed", "found"]


def main(smk):
    settings = read_settings(Path(smk.input.settings))
    wanted = targets(read_ledger(Path(smk.input.ledger)), settings)
    patients, deviating = solve(settings, [t for t in wanted if t.kind == "count"])
    write_rows(Path(smk.output.patients), list(settings.variables), patients)
    rows = [
        (" ".join(t.ids), t.file, t.variable, t.level, int(t.value), found)
        for t, found in deviating.items()
    ]
    deviations = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    write_rows(Path(smk.output.deviating), COLUMNS, deviations)


if __name__ == "__main__":
    main(snakemake)
