# The effect of an exposure in all patients and in the subgroups of several variables (Rotterdam data).
# Rscript tests/reference/subgroups.R   (from the repository root; writes tests/reference/subgroups.csv)
library(survival)
source("tests/reference/studies.R")
control <- coxph.control(eps = 1e-13, toler.chol = 1e-16, iter.max = 60)
data <- rotterdam_study()$data
cases <- list(
  crude = list("os", "hormone", c("menopause", "size", "grade"), character()),
  adjusted = list("rfs", "hormone", c("menopause", "size", "chemo"), c("age", "nodes", "size")),
  levels = list("os", "size", c("menopause", "hormone"), "age"))
for (case in names(cases)) for (ties in c("efron", "breslow")) {
  own <- cases[[case]]
  d <- of(data, own[[1]])
  d$exposure <- d[[own[[2]]]]
  where <- c(case = case, ties = ties)
  fit_of <- function(text, d) coxph(as.formula(text), data = d, ties = ties, control = control)
  right <- paste(c("exposure", own[[4]]), collapse = " + ")
  all <- fit_of(paste("Surv(time, event) ~", right), d)
  for (level in levels(d$exposure)[-1]) {
    name <- paste0("exposure", level)
    note(c(where, split = "", item = level), coef = coef(all)[[name]], se = sqrt(vcov(all)[name, name]))
  }
  for (split in own[[3]]) {
    d$subgroup <- d[[split]]
    right <- paste(c(setdiff(own[[4]], split), ""), collapse = " + ")
    without <- fit_of(paste("Surv(time, event) ~", right, "exposure + subgroup"), d)
    with <- fit_of(paste("Surv(time, event) ~", right, "exposure * subgroup"), d)
    compared <- anova(without, with)
    note(c(where, split = split, item = "test"), statistic = compared$Chisq[2], df = compared$Df[2],
         p = pchisq(compared$Chisq[2], compared$Df[2], lower.tail = FALSE))
    for (group in levels(d$subgroup)) {
      d$subgroup <- relevel(d$subgroup, group) # the main effects are then those in this subgroup
      fit <- fit_of(paste("Surv(time, event) ~", right, "exposure * subgroup"), d)
      for (level in levels(d$exposure)[-1]) {
        name <- paste0("exposure", level)
        cell <- d$exposure == level & d$subgroup == group
        note(c(where, split = split, item = paste(group, level)), n = sum(cell), events = sum(d$event[cell]),
             coef = coef(fit)[[name]], se = sqrt(vcov(fit)[name, name]))
      }
    }
  }
}
save_results("tests/reference/subgroups.csv")
