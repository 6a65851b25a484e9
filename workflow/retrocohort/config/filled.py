"""A study with what it leaves open taken from the defaults."""

from pathlib import Path

from retrocohort.config import strict_yaml
from retrocohort.config.translation import text_in, titled
from retrocohort.where import FULL

DEFAULTS = "config/defaults.yaml"


def defaults() -> dict:
    """Return what holds where a study is silent."""
    return strict_yaml.load(DEFAULTS, Path(DEFAULTS).read_text(encoding="utf-8"))


def with_paths(sources: dict, data: str) -> dict:
    """Return the sources with the defaults and the paths of their files."""
    common = defaults()["source"]
    return {
        name: common | {"label": titled(name), "path": f"{data}/{entry['file']}"} | entry
        for name, entry in sources.items()
    }


def with_notice(control: dict, language: str) -> dict:
    """Return disclosure control with what pages and figures of a release say of it."""
    notice = text_in(control["notice"], language).format(min_cell=control["min_cell"])
    return control | {"notice": notice}


def filled(study: dict, data: str, language: str) -> dict:
    """Return a study of plain texts with what it leaves open taken from the defaults.

    Parameters
    ----------
    study : dict
        The study file.
    data : str
        Folder of the delivered files.
    language : str
        Of its texts.
    """
    given = defaults()
    preset = study.get("preset", given["preset"])
    conventions = given["presets"][preset] | study.get("conventions", {})
    time = given["time"] | study.get("time", {})
    time["index"] = text_in(time["index"], language)
    populations = {FULL: {"label": text_in(given["full"], language), "where": {}, "parent": ""}} | {
        name: {"parent": FULL} | entry for name, entry in study.get("populations", {}).items()
    }
    everywhere = {"populations": list(populations), "endpoints": study["survival"]["endpoints"]}
    landmarks = study["survival"].get("landmarks", [])
    time_unit = {key: time[key] for key in ("unit", "days_per_unit", "round_to") if key in time}
    fill = {
        "endpoints": lambda name, entry: time_unit | {"landmarks": landmarks} | entry,
        "curves": lambda name, entry: everywhere | entry,
        "models": lambda name, entry: (
            {"label": titled(name), "ties": conventions["ties"]} | everywhere | entry
        ),
        "tables": lambda name, entry: {"populations": list(populations)} | entry,
        "further": lambda name, entry: (
            {"label": titled(name)} | everywhere | {"populations": [FULL]} | entry
        ),
    }
    sections = {
        key: {
            name: given.get(key.removesuffix("s"), {}) | complete(name, entry)
            for name, entry in study.get(key, {}).items()
        }
        for key, complete in fill.items()
    }
    survival = {"populations": list(populations), "logrank_strata": []}
    return {
        **study,
        **sections,
        "sources": with_paths(study["sources"], data),
        "preset": preset,
        "conventions": conventions,
        "time": time,
        "populations": populations,
        "derive": study.get("derive", {}),
        "checks": study.get("checks", []),
        "panels": study.get("panels", {}),
        "figures": given["figures"] | study.get("figures", {}),
        "survival": survival | study["survival"],
        "report": given["report"] | study.get("report", {}),
        "disclosure": with_notice(given["disclosure"] | study.get("disclosure", {}), language),
        "notice": study.get("notice", ""),
    }
