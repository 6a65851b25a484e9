# What the studies' own settings do not reach: 90% and 80% intervals, univariate P, the SPSS preset.
# Rscript tests/reference/conventions.R   (from the repository root; writes conventions.csv)
library(survival)
source("tests/reference/studies.R")
note_all <- note
note <- function(where, ...) {
  all <- c(set = "", variable = "", level = "", time = "")
  all[names(where)] <- where
  note_all(all, ...)
}
d <- of(rotterdam_study()$data, "os")

estimates <- function(set, fit, confidence) {
  limits <- confint(fit, level = confidence)
  terms <- rep(names(fit$assign), lengths(fit$assign))
  for (i in seq_along(coef(fit))) {
    level <- if (is.factor(d[[terms[i]]])) sub(terms[i], "", names(coef(fit))[i], fixed = TRUE) else ""
    coef <- coef(fit)[[i]]
    se <- sqrt(diag(vcov(fit)))[[i]]
    note(c(set = set, variable = terms[i], level = level), coef = coef, se = se, hr = exp(coef),
         hr_low = exp(limits[i, 1]), hr_high = exp(limits[i, 2]), z = coef / se, p = 2 * pnorm(-abs(coef / se)))
  }
}
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 60)
adjusted <- ~ hormone + age + menopause + size + grade + nodes + pgr + er + chemo
left <- function(rhs) update(rhs, Surv(time, event) ~ .)

# intervals of other confidence, in both ends of the code
for (confidence in c(0.9, 0.8)) {
  set <- paste0("confidence ", confidence)
  estimates(set, coxph(left(adjusted), data = d, control = tight), confidence)
  for (level in c("", levels(d$size))) {
    own <- if (level == "") d else d[d$size == level, ]
    where <- c(set = set, variable = if (level == "") "" else "size", level = level)
    curves <- list(survival = survfit(Surv(time, event) ~ 1, data = own, conf.int = confidence),
                   followup = survfit(Surv(time, 1 - event) ~ 1, data = own, conf.int = confidence))
    for (name in names(curves)) {
      q <- quantile(curves[[name]], probs = 0.5)
      note(where, setNames(c(q$quantile, q$lower, q$upper), paste0(name, c("_median", "_low", "_high"))))
    }
    for (time in c(12, 36, 60, 120)) {
      s <- summary(curves$survival, times = time)
      note(c(where, time = time), survival = s$surv, ci_low = s$lower, ci_high = s$upper)
    }
  }
}

# univariate P: log-rank for levels, Wald of the model of one covariate for numbers
for (ties in c("efron", "breslow")) for (name in all.vars(adjusted)) {
  p <- if (is.factor(d[[name]])) {
    test <- survdiff(as.formula(paste("Surv(time, event) ~", name)), data = d)
    pchisq(test$chisq, length(test$n) - 1, lower.tail = FALSE)
  } else {
    fit <- coxph(as.formula(paste("Surv(time, event) ~", name)), data = d, ties = ties, control = tight)
    2 * pnorm(-abs(coef(fit) / sqrt(vcov(fit)[1])))
  }
  note(c(set = paste("univariate", ties), variable = name), p = p[[1]])
}

# the SPSS preset: Breslow, plain intervals, the first time with S <= p; size is compared with > 50,
# and of the covariates those of univariate P < 0.15 enter, and hormone (P 0.36) always
d$size <- relevel(d$size, "gt50")
p <- function(name) as.numeric(results$rows[[which(sapply(results$rows, function(r)
  r$set == "univariate breslow" && r$variable == name))]]$value)
entered <- Filter(function(name) name == "hormone" || p(name) < 0.15, all.vars(adjusted))
fit <- coxph(as.formula(paste("Surv(time, event) ~", paste(entered, collapse = " + "))), data = d,
             ties = "breslow", control = tight)
estimates("spss", fit, 0.95)
chi <- c(lr = 2 * diff(fit$loglik), wald = unname(fit$wald.test), score = fit$score)
note(c(set = "spss"), n = fit$n, events = fit$nevent, loglik = fit$loglik[2], chi, df = length(coef(fit)))
for (name in all.vars(adjusted)) note(c(set = "spss", variable = name), entered = as.numeric(name %in% entered))
for (level in c("", levels(d$size))) {
  own <- if (level == "") d else d[d$size == level, ]
  where <- c(set = "spss", variable = if (level == "") "" else "size", level = level)
  curve <- survfit(Surv(time, event) ~ 1, data = own, conf.type = "plain")
  first <- function(p) curve$time[which(curve$surv <= p + sqrt(.Machine$double.eps))[1]]
  q <- quantile(curve, probs = 0.5)
  note(where, q1 = first(0.75), median = first(0.5), q3 = first(0.25), median_low = q$lower[[1]], median_high = q$upper[[1]])
  for (time in c(12, 36, 60, 120)) {
    s <- summary(curve, times = time)
    note(c(where, time = time), n_risk = sum(own$time >= time), survival = s$surv, ci_low = s$lower, ci_high = s$upper)
  }
}
save_results("tests/reference/conventions.csv")
