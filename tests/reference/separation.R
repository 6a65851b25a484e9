# Cox models in which some coefficients have no finite estimate: lung, cut at 60 and at 150 days.
# Rscript tests/reference/separation.R   (from the repository root; writes tests/reference/separation.csv)
# R warns and iterates until the likelihood is flat; the coefficients that stay finite, the
# likelihood, and the likelihood-ratio and score tests are then those of the limit.
library(survival)
source("tests/reference/studies.R")
lung <- read.csv("tests/reference/data/lung.csv")
for (v in c("ph.ecog", "pat.karno", "inst")) lung[[v]] <- factor(lung[[v]])
# events in both levels, but nobody of "no" has one while somebody of "yes" is at risk
lung$early <- yesno(lung$time <= 30)
models <- list(early = c("early", "age"), karno = c("age", "sex", "pat.karno"), inst = c("age", "inst"), ecog = c("ph.ecog", "age"))
for (horizon in c(60, 150)) for (model in names(models)) for (ties in c("efron", "breslow")) {
  d <- lung[complete.cases(lung[models[[model]]]), ]
  d$event <- (d$status == 2 & d$time <= horizon) + 0
  d$time <- pmin(d$time, horizon)
  fit <- suppressWarnings(coxph(as.formula(paste("Surv(time, event) ~", paste(models[[model]], collapse = "+"))),
    data = d, ties = ties, control = coxph.control(eps = 1e-13, toler.chol = 1e-16, iter.max = 30)))
  where <- c(model = model, horizon = horizon, ties = ties)
  coefs <- coef(fit)
  terms <- rep(names(fit$assign), lengths(fit$assign))
  for (i in which(!is.na(coefs))) {
    level <- if (is.factor(d[[terms[i]]])) sub(terms[i], "", names(coefs)[i], fixed = TRUE) else ""
    note(c(where, variable = terms[i], level = level), coef = coefs[[i]], se = sqrt(diag(fit$var))[i])
  }
  note(c(where, variable = "", level = ""), n = fit$n, events = fit$nevent, loglik_null = fit$loglik[1],
       loglik = fit$loglik[2], lr = 2 * diff(fit$loglik), score = fit$score,
       df = sum(!is.na(coefs)), concordance = unname(summary(fit)$concordance[1]),
       concordance_se = unname(summary(fit)$concordance[2]))
}
save_results("tests/reference/separation.csv")
