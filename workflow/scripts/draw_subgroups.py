"""Draw the subgroup forest plots of one further analysis, one for each population and endpoint."""

from retrocohort import io
from retrocohort.figures import canvas, subgroups


def main(smk):
    given, out = smk.params, smk.output
    with canvas.styled(smk.input.style):
        for i, part in enumerate(given.parts):
            tests, effects = (
                io.read_rows(path[i]) for path in (smk.input.tests, smk.input.effects)
            )
            about = (given.entry, given.variables, given.populations, given.conventions)
            figure = subgroups.draw(part, tests, effects, *about)
            canvas.finish(figure, given.notice)
            io.save_figure(figure, [out.svg[i], out.pdf[i]])
    return f"{len(given.parts)} figures"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
