# Expected values of the Cox models of both study files, by R's survival package.
# Rscript tests/reference/cox.R   (from the repository root; writes tests/reference/cox.csv)
# eps: coxph's own stopping rule leaves errors of 1e-6 in some coefficients.
library(survival)
source("tests/reference/studies.R")

fit_model <- function(where, d, covariates, strata, ties) {
  d <- d[complete.cases(d[c(covariates, strata)]), ]
  rhs <- paste(covariates, collapse = " + ")
  if (length(strata)) rhs <- paste0(rhs, " + strata(", paste(strata, collapse = ","), ")")
  left <- if (is.null(d$entry)) "Surv(time, event)" else "Surv(entry, time, event)"
  fit <- coxph(as.formula(paste(left, "~", rhs)), data = d, ties = ties,
               control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 60))
  s <- summary(fit)
  coefs <- coef(fit)
  terms <- rep(names(fit$assign), lengths(fit$assign))
  for (i in which(!is.na(coefs))) {
    level <- if (is.factor(d[[terms[i]]])) sub(terms[i], "", names(coefs)[i], fixed = TRUE) else ""
    se <- sqrt(diag(fit$var))[i]
    note(c(where, variable = terms[i], level = level), coef = coefs[[i]], se = se, hr = exp(coefs[[i]]),
         hr_low = exp(coefs[[i]] - qnorm(0.975) * se), hr_high = exp(coefs[[i]] + qnorm(0.975) * se),
         z = coefs[[i]] / se, p = 2 * pnorm(-abs(coefs[[i]] / se)))
  }
  df <- sum(!is.na(coefs))
  chi <- c(lr = 2 * diff(fit$loglik), wald = unname(fit$wald.test), score = fit$score)
  p <- pchisq(chi, df, lower.tail = FALSE)
  names(p) <- paste0(names(chi), "_p")
  note(where, c(n = fit$n, events = fit$nevent, loglik_null = fit$loglik[1], loglik = fit$loglik[2],
       chi, p, df = df, concordance = unname(s$concordance[1]),
       concordance_se = unname(s$concordance[2]), aic = AIC(fit)))
  z <- cox.zph(fit, transform = "km")$table
  for (term in rownames(z))
    note(c(where, variable = term), zph = z[term, "chisq"], zph_df = z[term, "df"], zph_p = z[term, "p"])
}

note_all <- note
note <- function(where, ...) {
  all <- c(study = "", model = "", population = "", endpoint = "", ties = "", covariate = "",
           variable = "", level = "")
  all[names(where)] <- where
  note_all(all, ...)
}

studies <- list(rotterdam = rotterdam_study(), nafld = nafld_study())
for (study in names(studies)) for (model in names(studies[[study]]$models)) {
  s <- studies[[study]]
  m <- s$models[[model]]
  populations <- if (isTRUE(m$full_only)) "full" else if (length(m$populations)) m$populations else names(s$populations)
  for (population in populations) for (endpoint in m$endpoints) for (ties in c("efron", "breslow")) {
    d <- of(s$data[s$populations[[population]], ], endpoint)
    where <- c(study = study, model = model, population = population, endpoint = endpoint, ties = ties)
    if (isTRUE(m$univariable)) {
      for (covariate in m$covariates)
        fit_model(c(where, covariate = covariate), d, covariate, m$strata, ties)
    } else fit_model(where, d, m$covariates, m$strata, ties)
  }
}
save_results("tests/reference/cox.csv")
