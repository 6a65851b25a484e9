"""Build the page over all studies of a run."""

from pathlib import PurePath

from retrocohort import io
from retrocohort.report import index

ROWS = ("flow", "arms", "endpoints")


def main(smk):
    files = zip(*(getattr(smk.input, name) for name in ROWS), strict=True)
    rows = [dict(zip(ROWS, map(io.read_rows, paths), strict=True)) for paths in files]
    templates = {PurePath(path).name: io.read_text(path) for path in smk.input.templates}
    io.write_text(smk.output.html, index.render(smk.params.studies, rows, templates))
    return f"{len(rows)} studies"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
