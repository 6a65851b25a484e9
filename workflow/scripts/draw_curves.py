"""Draw the Kaplan-Meier figures of one entry of the study, one for each population and endpoint."""

from retrocohort import io
from retrocohort.figures import canvas, curves


def main(smk):
    given, out = smk.params, smk.output
    with canvas.styled(smk.input.style):
        for i, part in enumerate(given.parts):
            files = (smk.input.curves[i], smk.input.quantiles[i], smk.input.logrank[i])
            rows = [io.read_rows(file) for file in files]
            figure = curves.draw(part, *rows, given.curve, given.by, given.conventions)
            canvas.finish(figure, given.notice)
            io.save_figure(figure, [out.svg[i], out.pdf[i]])
    return f"{len(given.parts)} figures"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
