"""A study whose names cannot be mistaken for labels, and its results in the contract's format."""

from pathlib import Path

from retrocohort.tables.layout import Cell, Column, Footnotes, Layout, Row

ROOT = Path(__file__).parents[2]
ATTACK = "<script>alert(1)</script>"
# none of them may be seen in a page: names and codes of the study file
RAW_NAMES = [
    *("arm_x", "arm_a", "arm_b", "sex_x", "sex_f", "sex_m", "age_x", "fu_days", "died_x"),
    *("pop_men", "end_os", "end_hf", "mod_crude", "mod_adj", "tab_base", "cur_arm", "by_arm"),
    *("fur_sex", "fur_late", "fur_mean", "mod_firth"),
    *("too_old", "src_people"),
]

VARIABLES = {
    "arm_x": {
        "label": "Treatment",
        "type": "category",
        "unit": "",
        "levels": {"arm_a": "Watchful waiting", "arm_b": f"Surgery {ATTACK}"},
    },
    "sex_x": {
        "label": "Sex",
        "type": "category",
        "unit": "",
        "levels": {"sex_f": "Women", "sex_m": "Men"},
    },
    "age_x": {"label": "Age & more", "type": "integer", "unit": "years", "levels": {}},
    "fu_days": {"label": "Follow-up time", "type": "integer", "unit": "days", "levels": {}},
    "died_x": {"label": "Death", "type": "yesno", "unit": "", "levels": {"no": "No", "yes": "Yes"}},
}
POPULATIONS = {
    "full": {"label": "Full cohort", "where": {}, "parent": ""},
    "pop_men": {"label": "Men < 80", "where": {"sex_x": "sex_m"}, "parent": "full"},
}
DEATH = {
    "label": "Overall survival",
    "unit": "months",
    "events": [{"time": "fu_days", "where": {"died_x": "yes"}, "label": "death"}],
    "followup": "fu_days",
}
STUDY = {
    "title": f"Waiting & watching {ATTACK}",
    "root": "../..",
    "pages": {},
    "data": "synthetic",
    "notice": "Invented, not patient data.",
    "preset": "r",
    "conventions": {
        "ties": "efron",
        "interval": "log",
        "quantiles": "r",
        "contingency": "yates",
        "t_test": "welch",
        "rank_test": "corrected",
        "confidence": 0.95,
        "alpha": 0.05,
    },
    "time": {"unit": "months", "days_per_unit": 30.4375, "index": "first visit"},
    "sources": {
        "src_people": {
            "label": "Registry of people",
            "file": "people.csv",
            "rows": "one",
            "encoding": "utf-8",
            "header_row": 1,
        }
    },
    "criteria": [{"exclude": "too_old", "label": "Too old", "where": {"age_x": {"at_least": 80}}}],
    "derive": {},
    "endpoints": {
        "end_os": DEATH,
        "end_hf": DEATH | {"label": "Heart failure", "competing": "death censors"},
    },
    "populations": POPULATIONS,
    "arms": {"by_arm": {"variable": "arm_x"}},
    "tables": {"tab_base": {"kind": "baseline", "label": "Baseline", "variables": ["age_x"]}},
    "survival": {"endpoints": ["end_os"], "variables": ["arm_x"], "logrank_strata": ["sex_x"]},
    "curves": {"cur_arm": {"by": "arm_x"}},
    "models": {
        "mod_crude": {
            "label": "Crude",
            "kind": "univariable",
            "covariates": ["arm_x", "age_x"],
            "strata": [],
            "ties": "efron",
            "select": "listed",
            "reference": {},
            "endpoints": ["end_os"],
            "populations": ["full"],
        },
        "mod_adj": {
            "label": "Adjusted",
            "kind": "multivariable",
            "covariates": ["arm_x", "age_x"],
            "strata": ["sex_x"],
            "ties": "breslow",
            "select": {"below": 0.15, "always": ["arm_x"]},
            "reference": {"arm_x": "arm_b"},
            "endpoints": ["end_os"],
            "populations": ["full", "pop_men"],
        },
        "mod_firth": {
            "label": "Penalised",
            "kind": "multivariable",
            "covariates": ["arm_x", "age_x"],
            "strata": [],
            "ties": "breslow",
            "select": "listed",
            "penalty": "firth",
            "role": "sensitivity",
            "reference": {},
            "endpoints": ["end_os"],
            "populations": ["pop_men"],
        },
    },
    "further": {
        "fur_sex": {
            "kind": "interaction",
            "label": f"Treatment by sex {ATTACK}",
            "by": "arm_x",
            "subgroups": "sex_x",
            "covariates": ["age_x"],
            "without": [],
            "endpoints": ["end_os"],
            "populations": ["full"],
        },
        "fur_late": {
            "kind": "landmark",
            "label": "Landmark",
            "by": "arm_x",
            "at": 6,
            "covariates": [],
            "without": [],
            "endpoints": ["end_os"],
            "populations": ["full", "pop_men"],
        },
        "fur_mean": {
            "kind": "rmst",
            "label": "Restricted mean",
            "by": "arm_x",
            "covariates": [],
            "without": [],
            "endpoints": ["end_os"],
            "populations": ["full"],
        },
    },
    "report": {"authors": "A. Author", "notes": ["A note."], "style": "plain"},
    "variables": VARIABLES,
}


def table(text: str) -> list[dict[str, str]]:
    """Return the rows of a table written with spaces, as `read_rows` gives them; "." is empty."""
    head, *lines = (line.split() for line in text.strip().splitlines())
    return [
        {
            name: "" if cell == "." else cell.replace("~", " ")
            for name, cell in zip(head, line, strict=True)
        }
        for line in lines
    ]


QUANTILES = table("""
variable level n events median median_low median_high q1 q3 note
. . 1546 877 88.96919917 81.90554414 97.44558521 40.01642710 185.72484599 .
arm_x arm_a 1207 718 87.39219712 79.86858316 . 39.03080082 . .
arm_x arm_b 339 0 . . . . . not~estimable:~no~event
""")
FOLLOWUP = table("""
variable level n median median_low median_high min max note
. . 1546 113.18275154 110.12731006 116.86242299 1.47843942 230.86652977 .
arm_x arm_a 1207 120.70636550 116.76386036 124.55030800 2.10266940 230.86652977 .
arm_x arm_b 339 . . . 1.47843942 205.99589322 not~reached
""")
LANDMARKS = table("""
variable level time n_risk survival ci_low ci_high note
. . 12 1490 0.96503282 0.95591430 0.97423832 .
. . 300 0 . . . not~estimable:~nobody~is~at~risk
arm_x arm_a 12 1161 0.96269189 0.95205586 0.97344674 .
arm_x arm_a 300 0 . . . not~estimable:~nobody~is~at~risk
arm_x arm_b 12 329 0.97339849 0.95640185 0.99069719 .
arm_x arm_b 300 0 . . . not~estimable:~nobody~is~at~risk
""")
LOGRANK = table("""
variable strata contrast statistic df p p_holm n events note
arm_x . . 0.82453273 1 0.36385822 . 1546 877 .
arm_x . arm_a|arm_b 48.75251426 1 2.903860562e-12 0.0123 1284 682 .
arm_x sex_x . . . . . 1546 877 not~estimable:~the~groups~are~never~at~risk~together
""")
ESTIMATES = table("""
variable level reference n events coef se hr hr_low hr_high z p note
arm_x arm_a arm_b 1207 718 -0.3277618 0.0917584 0.7205346 0.6019354 0.8625013 -3.5720063 0.0003542 .
arm_x arm_b arm_b 339 159 . . . . . . . .
age_x . . 1546 877 0.00036753 0.00015072 1.00036759 1.00007212 1.00066316 2.43848636 0.01474891 .
""")
SEPARATED = table("""
variable level reference n events coef se hr hr_low hr_high z p note
arm_x arm_a arm_b 0 0 . . . . . . . not~estimable:~no~patient
arm_x arm_b arm_b 339 159 . . . . . . . .
""")
INTERACTION = table("""
variable subgroups n events n_outside n_missing terms loglik_without loglik_with statistic df p note
arm_x sex_f|sex_m 1500 860 31 15 2 -5923.62 -5922.87 1.50491 1 0.219924 1~of~2~terms~left~out
""")
RATIOS = table("""
subgroup variable level reference n events coef se hr hr_low hr_high z p note
sex_f arm_x arm_a arm_a 587 285 . . . . . . . .
sex_f arm_x arm_b arm_a 41 16 -0.2505 0.2571 0.7784 0.4703 1.2884 -0.974 0.3300 .
sex_m arm_x arm_a arm_a 620 433 . . . . . . . .
sex_m arm_x arm_b arm_a 0 0 . . . . . . . not~estimable:~no~patient
""")
EXCLUDED = table("""
reason n events
before 1546 877
event_before 54 54
censored_before 2 0
group_unknown 3 1
analysed 1487 822
""")
CRUDE = table("""
variable level reference n events coef se hr hr_low hr_high z p note
arm_x arm_a arm_a 1207 718 . . . . . . . .
arm_x arm_b arm_a 339 0 . . . . . . . not~estimable:~no~event~in~this~level
""")
MEANS = table("""
variable level reference tau n events estimate se ci_low ci_high z p note
arm_x arm_a . 205.99589 1207 718 103.02071 2.29912 98.51452 107.5269 . . .
arm_x arm_b . 205.99589 339 159 111.71332 5.48773 100.95757 122.46907 . . .
arm_x arm_b arm_a 205.99589 1546 877 8.69261 5.94987 -2.96891 20.35413 1.46097 0.14402 .
""")
PH = table("""
variable statistic df p note
arm_x 1.92760846 1 0.16502032 .
GLOBAL 65.91702664 10 2.705382561e-10 .
""")


def fit(model: str = "") -> list[dict[str, str]]:
    """Return the rows of a fit; of a univariable model with its covariate."""
    rows = table("""
statistic value df p note
n 1546 . . .
events 877 . . .
n_missing 36 . . .
strata 1 . . .
loglik_null -5923.62243127 . . .
loglik -5786.26137602 . . .
lr 274.72211050 10 0.0213 .
wald 275.96200391 10 1.850797653e-53 .
score 290.79093339 10 1.372691912e-56 .
concordance 0.67270267 . . .
concordance_se 0.00945069 . . .
aic 11592.52275204 . . .
epv 87.7 . . .
converged 1 . . .
engines_agree 0 . . .
not_estimable 0 . . .
""")
    return [{"model": model} | row for row in rows]


ENTERED = table("""
model statistic value df p note
age_x entered 0 . 0.2222 .
""")

SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="496.06pt" height="332.68pt" \
viewBox="0 0 496.062992 332.68" xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>
 <defs>
  <style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
 </defs>
 <g id="figure_1">
  <g id="plot_0_60_1.04">
   <path d="M 114.54375 255.76
L 480.611742 255.76
L 480.611742 30.76
L 114.54375 30.76
z
" style="fill: #ffffff"/>
  </g>
  <g id="curve-0">
   <path d="M 114.54375 39.413846
L 200 60
" style="fill: none; stroke: #0072b2; stroke-width: 1.25"/>
  </g>
  <g id="line2d_1" clip-path="url(#p12ab)">
   <path id="m9c8deaa6d2" d="M 114.5437512 255.7634567
L 3.123456 3
" style="fill: #1a1a1a; stroke: #1a1a1a"/>
   <use xlink:href="#m9c8deaa6d2" x="152.598776" y="255.76"/>
  </g>
  <g transform="translate(111.99875 267.338125) scale(0.0833333 -0.0833333)">
   <!-- <script>alert(1)</script> -->
   <defs>
    <path id="DejaVuSans-13" d="M 2034 4250
Q 1547 4250 1301 3770
" transform="scale(0.015625)"/>
   </defs>
   <use xlink:href="#DejaVuSans-13"/>
   <use xlink:href="#DejaVuSans-13" transform="translate(63.623047 0)"/>
  </g>
 </g>
 <defs>
  <clipPath id="p12ab"><rect x="114.54375" y="30.76" width="366.067992" height="225"/></clipPath>
 </defs>
</svg>
"""


def baseline(population: str) -> Layout:
    """Return a laid-out baseline table."""
    row = Row("Age & more", [Cell("56 (46–66)")], anchor="age")
    head = (f"t-{population}", "Baseline by treatment", "Characteristic")
    return Layout(*head, [Column("Overall")], [[row]], [], Footnotes())


def part(population: str, **more) -> dict:
    """Return a part of an entry on the first endpoint."""
    about = {"population": population, "population_label": POPULATIONS[population]["label"]}
    about |= {"endpoint": "end_os", "endpoint_label": "Overall survival", "unit": "months"}
    return about | {"note": ""} | more


def links(name: str) -> list[dict]:
    return [{"label": "CSV", "href": f"files/{name}.csv", "source": f"results/{name}.csv"}]


KM = table("""
level time n_risk n_event n_censor survival ci_low ci_high
arm_a 1.4784394 1207 1 0 0.99917150 0.99755 1
arm_a 12.0000001 1161 2 1 0.96269189 0.95205586 0.97344674
arm_b 12.5 329 9 1 0.97339849 0.95640185 0.99069719
arm_b 60 20 1 0 0 . .
""")


def contents() -> dict:
    """Return what the page shows, loaded."""
    rows = {
        "quantiles": QUANTILES,
        "followup": FOLLOWUP,
        "landmarks": LANDMARKS,
        "logrank": LOGRANK,
    }
    crude = {"estimates": ESTIMATES, "fit": fit("arm_x"), "ph": PH[:1], "kind": "univariable"}
    crude |= {"role": "main", "penalty": ""}
    adjusted = {"fit": fit() + ENTERED, "ph": PH, "kind": "multivariable", "label": "Adjusted"}
    adjusted |= {"role": "main", "penalty": ""}
    firth = {"fit": fit(), "ph": [], "kind": "multivariable", "label": "Penalised"}
    firth |= {"role": "sensitivity", "penalty": "firth", "estimates": ESTIMATES}
    late = {"name": "fur_late", "kind": "landmark", "excluded": EXCLUDED, "cox": CRUDE}
    late |= {"quantiles": QUANTILES, "logrank": LOGRANK, "svg": SVG, "links": links("l"), "km": KM}
    return {
        "flowchart": [{"svg": SVG, "links": links("flow")}],
        "tables": [
            {k: part(p)[k] for k in ("population", "population_label")}
            | {"name": "tab_base", "kind": "baseline", "layout": baseline(p)}
            for p in POPULATIONS
        ],
        "survival": [part(p, **rows) for p in POPULATIONS],
        "curves": [part(p, name="cur_arm", svg=SVG, links=links("km"), km=KM) for p in POPULATIONS],
        "panels": [],
        "pictures": [
            {k: part("full")[k] for k in ("population", "population_label")}
            | {"name": "tab_base", "kind": "balance", "svg": SVG, "links": links("balance")}
        ],
        "models": [
            part("full", name="mod_crude", label="Crude", svg=SVG, links=links("a"), **crude),
            part(
                "full", name="mod_adj", svg=SVG, links=links("b"), estimates=ESTIMATES, **adjusted
            ),
            part("pop_men", name="mod_adj", svg=SVG, links=[], estimates=SEPARATED, **adjusted),
            part("pop_men", name="mod_firth", svg=SVG, links=[], **firth),
        ],
        "further": [
            part("full", name="fur_sex", kind="interaction", tests=INTERACTION, ratios=RATIOS),
            part("full", **late),
            part("pop_men", **late),
            part("full", name="fur_mean", kind="rmst", means=MEANS),
        ],
    }


ROWS = {
    "flow": table("""
step criterion label n_before n_excluded n_after n_unknown
0 . Delivered~records 2982 0 2982 0
1 too_old Too~old 2982 1436 1546 7
"""),
    "populations": table("""
population label n parent
full Full~cohort 1546 .
pop_men Men~<~80 628 full
"""),
    "arms": table("""
arm variable level label population n
by_arm arm_x arm_a A full 1207
by_arm arm_x arm_b B full 339
by_arm arm_x arm_a A pop_men 587
by_arm arm_x arm_b B pop_men 41
"""),
    "endpoints": table("""
endpoint n events n_not_at_risk reason
end_os 1546 877 0 .
end_hf 1400 301 100 Had~it~before
end_hf 1400 301 46 No~follow-up
"""),
    "linkage": [
        {
            "source": "src_people",
            "file": "people.csv",
            "sha256": "ab" * 32,
            "rows": "3001",
            "rows_without_key": "3",
            "keys": "2982",
            "duplicated_keys": "11",
            "duplicated_rows": "22",
            "unmatched_keys": "5",
            "unmatched_rows": "6",
        }
    ],
    "centres": table("""
centre rows patients
north 10 9
south 20 18
"""),
    "warnings": table("""
step population endpoint item warning n
records . . age_x above~the~maximum~110;~set~to~missing 13
records . . src_people persons~without~a~row 5
cohort . end_hf . not~at~risk:~Had~it~before 100
survival pop_men end_os arm_x=arm_b not~estimable:~no~event 17
Cox~model~'mod_adj' pop_men end_os arm_x=arm_a not~defined~for~this~value~of~'age_x' 1
test~of~proportional~hazards~'mod_adj' pop_men end_os GLOBAL not~estimable 1
table~'tab_base' full . sex_x not~estimable:~the~same~value 2
"""),
    "verification": [],
    "parity": [],
    "consistency": table("""
identity holds
flow yes
curves yes
curves yes
"""),
}
TEXTS = {
    "provenance": f"# The people\n\n| file | what |\n|---|---|\n| `people.csv` | {ATTACK} |\n\n"
    f"Exported with `write` and {ATTACK}.\n\n- one thing\n- another\n",
    "lock": "lifelines==0.30.3 \\\n    --hash=sha256:aa\nnumpy==2.4.6 \\\n    # via x\nzipp==4.0\n",
}


def templates() -> dict[str, str]:
    """Return the templates of the repository."""
    names = ("report.html", "blocks.html.j2", "table.html.j2")
    names = (*(f"templates/{name}" for name in names), "style.css", "report.js", "words.yaml")
    names += ("checklists/strobe.yaml", "checklists/remark.yaml")
    return {Path(n).name: (ROOT / "report" / n).read_text(encoding="utf-8") for n in names}
