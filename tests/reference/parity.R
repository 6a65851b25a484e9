# What the rules of SPSS, R and SAS give on the Rotterdam data, each set in R by hand.
# Rscript tests/reference/parity.R   (from the repository root; writes tests/reference/parity.csv)
library(survival)
source("tests/reference/studies.R")
study <- rotterdam_study()
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 60)
row <- function(values, convention, population, endpoint = "", variable = "", level = "", time = "")
  note(c(convention = convention, population = population, endpoint = endpoint, variable = variable,
         level = level, time = time), values)

for (name in names(study$models)) {
  model <- study$models[[name]]
  if (isTRUE(model$univariable)) next
  for (endpoint in model$endpoints) {
    d <- of(study$data, endpoint)
    strata <- if (is.null(model$strata)) NULL else sprintf("strata(%s)", model$strata)
    rhs <- paste(c(model$covariates, strata), collapse = " + ")
    fits <- lapply(c("efron", "breslow"), function(ties)
      coef(coxph(as.formula(paste("Surv(time, event) ~", rhs)), data = d, ties = ties, control = tight)))
    for (variable in model$covariates) for (term in grep(paste0("^", variable), names(fits[[1]]), value = TRUE)) {
      level <- substring(term, nchar(variable) + 1)
      if (!is.factor(d[[variable]]) && level != "") next
      hr <- exp(c(fits[[1]][[term]], fits[[2]][[term]]))
      row(c(spss = hr[2], r = hr[1], sas = hr[2]), "ties", "full", endpoint, variable, level)
    }
  }
}
types <- c(r = "log", sas = "log-log")
# SPSS's limit of the median: Klein and Moeschberger 2003, page 122
spss_top <- function(curve) {
  died <- curve$n.event > 0
  time <- curve$time[died]; s <- curve$surv[died]; se <- (curve$surv * curve$std.err)[died]
  i <- which(s <= 0.5 + 1e-8)[1]; u <- max(which(s >= 0.55 - 1e-8)); l <- min(which(s <= 0.45 + 1e-8))
  time[i] + 1.96 * se[i] * (time[l] - time[u]) / (s[u] - s[l])
}
for (population in names(study$populations)) {
  own <- study$data[study$populations[[population]], ]
  for (endpoint in c("os", "rfs")) {
    curves <- lapply(types, function(type) survfit(Surv(time, event) ~ 1, data = of(own, endpoint), conf.type = type))
    for (time in study$survival$landmarks)
      row(sapply(curves, function(curve) c(summary(curve, times = time)$lower, NA)[1]),
          "interval", population, endpoint, time = time)
    tops <- sapply(curves, function(curve) quantile(curve, probs = 0.5)$upper[[1]])
    if (min(curves$r$surv) <= 0.45) tops <- c(spss = spss_top(curves$r), tops)
    row(tops, "median", population, endpoint)
  }
  for (variable in c("menopause", "grade", "chemo")) {
    table <- table(own$hormone, own[[variable]])
    if (any(rowSums(table) == 0) || any(colSums(table) == 0)) next
    p <- sapply(c(FALSE, TRUE), function(correct) suppressWarnings(chisq.test(table, correct = correct)$p.value))
    row(c(spss = p[1], r = p[2], sas = p[1]), "contingency", population, variable = variable)
  }
  for (variable in c("age", "nodes", "pgr", "er")) {
    p <- sapply(c(FALSE, TRUE), function(correct)
      wilcox.test(own[[variable]] ~ own$hormone, exact = FALSE, correct = correct)$p.value)
    row(c(spss = p[1], r = p[2], sas = p[2]), "rank_test", population, variable = variable)
    p <- sapply(c(TRUE, FALSE), function(equal)
      t.test(own[[variable]] ~ own$hormone, var.equal = equal)$p.value)
    row(c(spss = p[1], r = p[2], sas = p[1]), "t_test", population, variable = variable)
  }
}
save_results("tests/reference/parity.csv")
