"""Draw the forest plots of one model, one for each population and endpoint."""

from retrocohort import io
from retrocohort.figures import canvas, forest


def main(smk):
    given, out = smk.params, smk.output
    beside = dict(zip(given.beside, smk.input.beside, strict=True))
    with canvas.styled(smk.input.style):
        for i, part in enumerate(given.parts):
            estimates, fit = (
                io.read_rows(path[i]) for path in (smk.input.estimates, smk.input.fit)
            )
            place = f"{part['population']}/{part['endpoint']}"
            other = (given.beside[place], io.read_rows(beside[place])) if place in beside else None
            about = (given.model, given.variables, given.conventions, other)
            figure = forest.draw(part, estimates, fit, *about)
            canvas.finish(figure, given.notice)
            io.save_figure(figure, [out.svg[i], out.pdf[i]])
    return f"{len(given.parts)} figures"


if __name__ == "__main__":
    io.run_logged(main, snakemake)
