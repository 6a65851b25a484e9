# Kaplan-Meier curves point by point: every 25th time of exit of each arm, of long curves 60 times,
# and the last one.
# Rscript tests/reference/curves.R   (from the repository root; writes tests/reference/curves.csv)
library(survival)
source("tests/reference/studies.R")
asked <- list(rotterdam = list(data = rotterdam_study()$data, by = "hormone", endpoints = c("os", "rfs")),
              nafld = list(data = nafld_study()$data, by = "group", endpoints = c("death", "death_age", "hf_mi")))
for (study in names(asked)) for (endpoint in asked[[study]]$endpoints) {
  d <- of(asked[[study]]$data, endpoint)
  arm <- d[[asked[[study]]$by]]
  for (level in levels(arm)) {
    own <- d[arm == level, ]
    fit <- survfit(outcome(own) ~ 1, conf.type = "log")
    exits <- which(fit$n.event + fit$n.censor > 0)
    for (i in exits[unique(c(seq(1, length(exits), by = max(25, length(exits) %/% 60)), length(exits)))])
      note(c(study = study, endpoint = endpoint, level = level, place = match(i, exits)), time = fit$time[i],
           n_risk = fit$n.risk[i], n_event = fit$n.event[i], n_censor = fit$n.censor[i], survival = fit$surv[i],
           ci_low = fit$lower[i], ci_high = fit$upper[i])
  }
}
save_results("tests/reference/curves.csv")
