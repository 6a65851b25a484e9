"""Draw the follow-up pictures of one entry of curves, one for each population and endpoint."""

from retrocohort import io
from retrocohort.figures import canvas, followup


def main(smk):
    given, out = smk.params, smk.output
    with canvas.styled(smk.input.style):
        for i, part in enumerate(given.parts):
            rows = [io.read_rows(path[i]) for path in (smk.input.curves, smk.input.followup)]
            figure = followup.draw(part, *rows, given.curve, given.by, given.conventions)
            canvas.finish(figure, given.notice)
            io.save_figure(figure, [out.svg[i], out.pdf[i]])
    return f"{len(given.parts)} figures"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
