"""The conventions of the numbers, in words: how tables, survival and models are computed."""

from collections.abc import Mapping, Sequence

from retrocohort.format import number, p_value
from retrocohort.language import say, template
from retrocohort.report.labels import Labels, exact

Item = tuple[str, list[str]]

TIES = {"efron": template("Efron's method"), "breslow": template("Breslow's method")}
INTERVALS = {
    "log": template("symmetric on the scale of log S(t)"),
    "log-log": template("symmetric on the scale of log(−log S(t))"),
    "plain": template("symmetric on the scale of S(t), cut off at 0 and 1"),
}
QUANTILES = {
    "r": template(
        "the first time at which S(t) falls below the quantile; where S(t) equals it, the midpoint"
        " of that flat step (the rule of R's survival package, and its numerical tolerance)"
    ),
    "spss": template("the first time at which S(t) is at or below the quantile (the rule of SPSS)"),
}
CONTINGENCY = {
    "yates": template("the chi-square test, for 2 × 2 tables with Yates' continuity correction"),
    "pearson": template("Pearson's chi-square test without continuity correction"),
}
T_TESTS = {
    "welch": template("Welch's t test (unequal variances)"),
    "student": template("Student's t test (equal variances)"),
}
RANK_TESTS = {
    "corrected": template(
        "the Mann-Whitney test (normal approximation with tie and continuity correction)"
    ),
    "plain": template(
        "the Mann-Whitney test (normal approximation with tie correction, without continuity"
        " correction)"
    ),
}
PRESETS = {
    "r": template("R (survival, stats)"),
    "spss": template("SPSS (COXREG, KM, CROSSTABS, T-TEST)"),
}


def percent(conventions: Mapping) -> str:
    """Return "95%", the level of the confidence intervals."""
    return f"{number(100 * conventions['confidence'], 1, trim=True)}%"


def baseline(study: Mapping) -> list[str]:
    """Return how baseline tables are made."""
    conventions = study["conventions"]
    return [
        say(
            "Categorical variables are given as n (%) of the patients with a value; missing values"
            " are counted in a row of their own."
        ),
        say(
            "A continuous variable is given as mean (SD) when it looks normal in every arm "
            "of the full cohort (Shapiro-Wilk P > {alpha}, or skewness within −1 to 1 when "
            "an arm has more than 5,000 values), as median (interquartile range) "
            "otherwise, unless the study names the summary.",
            alpha=exact(conventions["alpha"]),
        ),
        say(
            "Arms are compared by {contingency}; by Fisher's exact test for a 2 × 2 table "
            "with an expected count below 5; means of two arms by {t_test}, of more by "
            "one-way analysis of variance; other continuous variables of two arms by "
            "{rank_test}, of more by the Kruskal-Wallis test. The test of each variable "
            "stands under its table.",
            contingency=say(CONTINGENCY[conventions["contingency"]]),
            t_test=say(T_TESTS[conventions["t_test"]]),
            rank_test=say(RANK_TESTS[conventions["rank_test"]]),
        ),
        say("SMD is the absolute standardised mean difference."),
    ]


def survival(study: Mapping, labels: Labels) -> list[str]:
    """Return how survival is estimated and compared."""
    conventions, block = study["conventions"], study["survival"]
    facts = [
        say(
            "Survival is estimated by the Kaplan-Meier method with Greenwood's variance; "
            "{level} confidence intervals are {interval}.",
            level=percent(conventions),
            interval=say(INTERVALS[conventions["interval"]]),
        ),
        say(
            "A quantile of survival is {quantiles}; its interval is read from the limits "
            "of the curve by the same rule. Q1, median and Q3 are the times at which S(t) "
            "reaches 0.75, 0.50 and 0.25.",
            quantiles=say(QUANTILES[conventions["quantiles"]]),
        ),
        say("Median follow-up is estimated by the reverse Kaplan-Meier method."),
        say(
            "Groups are compared by the log-rank test (with delayed entry: the score test of a Cox"
            " model with exact ties); pairs of more than two groups with Holm's correction."
        ),
    ]
    if block["logrank_strata"]:
        facts.append(
            say(
                "A further log-rank test is stratified by {logrank_strata}.",
                logrank_strata=labels.names(block["logrank_strata"]),
            )
        )
    return facts


def cox(study: Mapping) -> list[str]:
    """Return how Cox models are fitted and tested."""
    return [
        say(
            "Hazard ratios (HR) come from Cox proportional hazards models of the patients with all"
            " covariates known; P of a coefficient is from the Wald test."
        ),
        say(
            "Proportional hazards are tested by the score test on scaled Schoenfeld residuals"
            " against the Kaplan-Meier transform of time, per term and globally."
        ),
        say(
            "What cannot be estimated (an empty level, no event, separation) is reported as such;"
            " the other terms keep their estimates."
        ),
    ]


def significance(study: Mapping) -> list[str]:
    """Return level, sidedness and origin of the conventions."""
    conventions = study["conventions"]
    return [
        say(
            "All tests are two-sided at a significance level of {alpha}; P is printed with "
            "three decimals, below 0.001 as {smallest}.",
            alpha=exact(conventions["alpha"]),
            smallest=p_value(0.0),
        ),
        say(
            "Conventions follow {preset}, but for what the study decides otherwise.",
            preset=say(PRESETS[study["preset"]]),
        ),
    ]


def references(study: Mapping, labels: Labels) -> list[str]:
    """Return how the reference level of a covariate is chosen."""
    return [say("The reference is the first level of a covariate unless the model names another.")]


def statistics(study: Mapping, labels: Labels) -> Sequence[Item]:
    """Return the conventions of the numbers by topic."""
    return [
        (say("Baseline tables"), baseline(study)),
        (say("Survival"), survival(study, labels)),
        (say("Cox models"), [*cox(study), *references(study, labels)]),
        (say("Significance"), significance(study)),
    ]
