"""Forest plots: the hazard ratios of one Cox model, if asked beside those of another one."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from retrocohort import format as fmt
from retrocohort.figures import canvas, forest_page, forest_rows
from retrocohort.figures.forest_rows import Row, Rows
from retrocohort.figures.looks import look_of
from retrocohort.language import clauses, listed, say, sentences, template
from retrocohort.source import is_withheld
from retrocohort.wording import within_sentence

NUMBER, EVENTS = template("n = {n}"), template("{n} events")
LEFT_OUT = template("{n} left out for missing values")
ALONE = template("Each covariate in a model of its own.")
TOGETHER = template("All covariates in one model.")


def draw(
    part: Mapping[str, str],
    estimates: Rows,
    fit: Rows,
    model: Mapping,
    variables: Mapping[str, Mapping],
    conventions: Mapping,
    beside: tuple[str, Rows] | None = None,
) -> Figure:
    """Return the forest plot of one model in one population and endpoint.

    Parameters
    ----------
    part : mapping
        "population_label", "endpoint_label".
    estimates, fit : rows
        Of cox_<model>.csv and cox_<model>_fit.csv.
    model : mapping
        The entry of the study file: "label", "kind" and "strata"; "look" of the figures.
    variables : mapping
        Label, unit and levels of every variable.
    conventions : mapping
        "confidence" of the intervals.
    beside : tuple, optional
        Label and rows of cox_<model>.csv of a model whose ratios stand beside.
    """
    look = look_of(model)
    rows = list(forest_rows.read_rows(estimates, variables, look))
    others = list(forest_rows.read_rows(beside[1], variables, look)) if beside else []
    heading = _heading(part, fit, model, beside)
    if forest_rows.all_withheld([*rows, *others]):
        return canvas.withheld(heading, forest_page.WIDTH)
    share = f"{100 * conventions['confidence']:g}%"
    heads = [[f"HR ({share} CI)"]]
    foot = _foot(model, variables, share)
    if beside:
        label, _ = beside
        rows = forest_rows.paired(rows, others)
        heads = [_over(name, heads[0][0], rows) for name in (label, model["label"])]
        shown = say(
            "Open squares: {beside}; filled: {own}, whose P stands here.",
            beside=label,
            own=model["label"],
        )
        foot = sentences([shown, foot])
    rows = rows or [Row(say("No covariate entered"))]
    colour = look.line(0)["color"]
    return forest_page.draw(heading, rows, heads, ["P"], foot, colour)


def _over(name: str, ratio_heading: str, rows: list[Row]) -> list[str]:
    """Return the lines over a column of ratios: its model, no wider than the ratios, and HR."""
    ratios = [forest_page.ratio_lines(each.ratio) for row in rows for each in (row, row.beside)]
    bold = canvas.width_of(ratio_heading, weight="bold")
    widest = max([bold, *(canvas.width_of(line) for lines in ratios for line in lines)])
    return [*canvas.wrap(name, widest, weight="bold"), ratio_heading]


def _heading(part, fit, model, beside) -> canvas.Heading:
    """Return the title and the line under it: who, how many, how many left out."""
    room = forest_page.WIDTH - 2 * canvas.MARGIN
    about = [part["population_label"]]
    told = {"n": NUMBER, "events": EVENTS, "n_missing": LEFT_OUT}
    for statistic, text in told.items():
        value = forest_rows.fit_number(fit, statistic)
        is_size = statistic != "n_missing"
        shown = is_withheld(value) or not fmt.is_missing(value) if is_size else value > 0
        about += [say(text, n=fmt.count(value))] if shown else []
    models = model["label"]
    if beside:
        models = say("{a} and {b}", a=beside[0], b=within_sentence(model["label"]))
    return canvas.heading(f"{part['endpoint_label']} – {models}", clauses(about), room)


def _foot(model: Mapping, variables: Mapping, share: str) -> str:
    """Return the notes at the foot."""
    said = [say(ALONE if model.get("kind") == "univariable" else TOGETHER)]
    strata = [variables[name]["label"] for name in model.get("strata") or []]
    if strata:
        said.append(say("Stratified by {strata}.", strata=listed(strata)))
    if model.get("penalty"):
        said.append(say("Firth's penalised likelihood and its profile."))
    return sentences([*said, forest_rows.explained(share)])
