"""Draw one figure of several Kaplan-Meier panels."""

from retrocohort import io
from retrocohort.figures import canvas, panels


def main(smk):
    given, out = smk.params, smk.output
    files = zip(smk.input.curves, smk.input.quantiles, smk.input.logrank, strict=True)
    rows = [tuple(io.read_rows(file) for file in own) for own in files]
    with canvas.styled(smk.input.style):
        about = (given.panels, given.curve, given.by, given.conventions)
        figure = panels.draw(given.parts, rows, *about)
        canvas.finish(figure, given.notice)
        io.save_figure(figure, [out.svg, out.pdf])
    return f"{len(rows)} panels"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
