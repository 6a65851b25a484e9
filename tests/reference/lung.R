# The lung data: Kaplan-Meier, log-rank, Cox models with both ties, proportional hazards.
# Rscript tests/reference/lung.R   (from the repository root; writes tests/reference/lung.csv)
library(survival)
source("tests/reference/studies.R")
note_all <- note
note <- function(where, ...) {
  all <- c(part = "", covariate = "", variable = "", level = "", interval = "", time = "", strata = "", contrast = "")
  all[names(where)] <- where
  note_all(all, ...)
}
d <- read.csv("tests/reference/data/lung.csv")
d$event <- d$status - 1
d$ecog <- d$ph.ecog
d$ph.ecog <- factor(d$ph.ecog)
d$inst <- factor(d$inst)

for (type in c("log", "log-log", "plain")) for (level in c("", levels(d$ph.ecog))) {
  own <- if (level == "") d else d[d$ph.ecog %in% level, ]
  where <- c(part = "survival", variable = if (level == "") "" else "ph.ecog", level = level, interval = type)
  fit <- survfit(Surv(time, event) ~ 1, data = own, conf.type = type)
  q <- quantile(fit, probs = c(0.25, 0.5, 0.75))
  note(where, q1 = q$quantile[[1]], median = q$quantile[[2]], q3 = q$quantile[[3]],
       median_low = q$lower[[2]], median_high = q$upper[[2]])
  first <- function(p) fit$time[which(fit$surv <= p + sqrt(.Machine$double.eps))[1]]
  note(where, spss_q1 = first(0.75), spss_median = first(0.5), spss_q3 = first(0.25))
  for (time in c(100, 365, 730)[c(100, 365, 730) <= max(fit$time)]) {
    s <- summary(fit, times = time)
    note(c(where, time = time), n_risk = sum(own$time >= time), survival = s$surv, ci_low = s$lower, ci_high = s$upper)
  }
}

test <- function(d, strata) {
  d$ph.ecog <- droplevels(d$ph.ecog)
  fit <- survdiff(if (strata == "") Surv(time, event) ~ ph.ecog else Surv(time, event) ~ ph.ecog + strata(inst), data = d)
  expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
  df <- sum(expected > 0) - 1
  c(chisq = fit$chisq, df = df, p = pchisq(fit$chisq, df, lower.tail = FALSE))
}
for (strata in c("", "inst")) {
  known <- d[!is.na(d$ph.ecog) & (strata == "" | !is.na(d$inst)), ]
  where <- c(part = "survival", variable = "ph.ecog", strata = strata)
  note(where, test(known, strata))
  pairs <- combn(levels(d$ph.ecog), 2, simplify = FALSE)
  tests <- lapply(pairs, function(pair) test(known[known$ph.ecog %in% pair, ], strata))
  holm <- p.adjust(sapply(tests, function(x) x[["p"]]), "holm")
  for (i in seq_along(pairs))
    note(c(where, contrast = paste(pairs[[i]], collapse = "|")), c(tests[[i]], p_holm = holm[i]))
}

models <- list(plain = Surv(time, event) ~ age + sex + ecog, levels = Surv(time, event) ~ age + sex + ph.ecog,
               strata = Surv(time, event) ~ age + ph.ecog + strata(inst))
for (model in names(models)) for (ties in c("efron", "breslow")) {
  part <- paste(model, ties)
  fit <- coxph(models[[model]], data = d, ties = ties,
               control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 60))
  terms <- rep(names(fit$assign), lengths(fit$assign))
  for (i in seq_along(coef(fit))) {
    level <- if (terms[i] == "ph.ecog") sub("ph.ecog", "", names(coef(fit))[i], fixed = TRUE) else ""
    coef <- coef(fit)[[i]]
    se <- sqrt(diag(vcov(fit)))[[i]]
    note(c(part = part, variable = terms[i], level = level), coef = coef, se = se, hr = exp(coef),
         hr_low = exp(coef - qnorm(0.975) * se), hr_high = exp(coef + qnorm(0.975) * se))
  }
  note(c(part = part), n = fit$n, events = fit$nevent, loglik_null = fit$loglik[1], loglik = fit$loglik[2],
       lr = 2 * diff(fit$loglik), wald = unname(fit$wald.test), score = fit$score, df = length(coef(fit)),
       concordance = unname(summary(fit)$concordance[1]), concordance_se = unname(summary(fit)$concordance[2]))
  z <- cox.zph(fit, transform = "km")$table
  for (term in rownames(z))
    note(c(part = part, variable = term), zph = z[term, "chisq"], zph_df = z[term, "df"], zph_p = z[term, "p"])
}
save_results("tests/reference/lung.csv")
