"""Draw the flowchart of a study: delivered records, exclusions, cohort, arms and populations."""

from retrocohort import io
from retrocohort.figures import canvas, flowchart


def main(smk):
    rows = [io.read_rows(path) for path in (smk.input.flow, smk.input.populations, smk.input.arms)]
    with canvas.styled(smk.input.style):
        figure = flowchart.draw(*rows, smk.params.title, smk.params.chart)
        canvas.finish(figure, smk.params.notice)
        io.save_figure(figure, [smk.output.svg, smk.output.pdf])


if __name__ == "__main__":
    io.run_logged(main, snakemake)
