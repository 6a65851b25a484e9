"""What is verified, and which conventions differ between programs, in words."""

from retrocohort.language import template

KINDS = {
    "kaplan_meier": template("Kaplan-Meier curves, medians, survival at fixed times, follow-up"),
    "log_rank": template("Log-rank tests"),
    "cox": template("Cox models"),
    "hazards": template("Tests of proportional hazards"),
    "means": template("Restricted mean survival times"),
    "further": template("Interaction tests, subgroups and landmark analyses"),
    "baseline": template("Baseline tables: numbers, tests and differences"),
}
CONVENTIONS = {
    "ties": template("Ties in a Cox model: hazard ratio"),
    "interval": template("Limits of a survival curve: lower limit at a fixed time"),
    "median": template("Limits of the median: upper limit"),
    "quantile": template("Median where the curve runs along 50%"),
    "contingency": template("Chi-square test of a 2 x 2 table: P"),
    "t_test": template("Comparison of two means: P"),
    "rank_test": template("Comparison of two rank sums: P"),
}
