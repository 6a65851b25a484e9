"""Draw the pictures of one baseline table, each in every population of the table."""

from itertools import product

from retrocohort import io
from retrocohort.figures import baseline, canvas


def main(smk):
    given, out = smk.params, smk.output
    files = list(zip(given.parts, smk.input.values, smk.input.tests, strict=True))
    with canvas.styled(smk.input.style):
        for i, (kind, (part, *paths)) in enumerate(product(given.kinds, files)):
            rows = [io.read_rows(path) for path in paths]
            figure = baseline.draw(kind, part, *rows, given.table, given.variables)
            canvas.finish(figure, given.notice)
            io.save_figure(figure, [out.svg[i], out.pdf[i]])
    return f"{len(out.svg)} figures"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
