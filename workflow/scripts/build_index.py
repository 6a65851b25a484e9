"""Build the page over all studies of a run."""

from pathlib import PurePath

from retrocohort import io
from retrocohort.language import ENGLISH, speaking
from retrocohort.report import index

ROWS = ("flow", "arms", "endpoints")


def main(smk):
    files = zip(*(getattr(smk.input, name) for name in ROWS), strict=True)
    rows = [dict(zip(ROWS, map(io.read_rows, paths), strict=True)) for paths in files]
    (words,) = [path for path in smk.input.templates if path.endswith(".yaml")]
    shown = []
    for study, own in zip(smk.params.studies, rows, strict=True):
        with speaking(() if study["language"] == ENGLISH else [words]):
            shown.append(index.entry(study, own))
    english = any(study["language"] == ENGLISH for study in shown)
    templates = {PurePath(path).name: io.read_text(path) for path in smk.input.templates}
    with speaking(() if english else [words]):
        io.write_text(smk.output.html, index.render(shown, templates))
    return f"{len(rows)} studies"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
