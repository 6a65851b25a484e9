# Firth-penalised Cox models of the lung data: maximum, profile limits and penalised likelihood ratio.
# Rscript tests/reference/firth.R   (from the repository root; writes tests/reference/firth.csv; a minute)
# The penalised log likelihood is that of coxph(init = b, iter.max = 0), plus half the log determinant
# of the information; optim climbs it. coxph.fit is what coxph calls: the same, a hundred times faster.
library(survival)
source("tests/reference/studies.R")
lung <- read.csv("tests/reference/data/lung.csv")
lung$ecog <- lung$ph.ecog
for (v in c("ph.ecog", "pat.karno", "inst")) lung[[v]] <- factor(lung[[v]])
lung$early <- yesno(lung$time <= 30)
# no coefficient runs away in plain and strata; level 3 of ph.ecog has one patient
models <- list(plain = c("age", "sex", "ecog"), early = c("early", "age"), ecog = c("ph.ecog", "age"),
               strata = c("age", "ecog"))
control <- coxph.control(iter.max = 0, toler.chol = 1e-15)
penalised <- function(b, x, y, strata, ties) {
  if (any(abs(b) * apply(x, 2, function(v) diff(range(v))) > 16)) return(-1e8) # optim's first steps are wild
  fit <- suppressWarnings(coxph.fit(x, y, strata, NULL, b, control, NULL, ties, seq_len(nrow(x))))
  fit$loglik[1] - as.numeric(determinant(fit$var)$modulus) / 2
}
# maximum over the coefficients that are not held, by optim, then by steps on a five-point gradient
climb <- function(f, b, free, unit) {
  if (!any(free)) return(list(b = b, value = f(b)))
  of <- function(a) { b[free] <- a; f(b) }
  a <- optim(b[free], function(a) -of(a), method = "BFGS",
             control = list(parscale = unit[free], ndeps = rep(1e-3, sum(free)), reltol = 1e-15, maxit = 500))$par
  for (i in 1:6) {
    gradient <- sapply(seq_along(a), function(j) {
      e <- replace(0 * a, j, 2e-3 * unit[free][j])
      (8 * (of(a + e) - of(a - e)) - of(a + 2 * e) + of(a - 2 * e)) / (12 * e[j])
    })
    h <- 1e-2 * unit[free]
    hessian <- sapply(seq_along(a), function(j) sapply(seq_along(a), function(k) {
      e <- replace(0 * a, j, h[j]); g <- replace(0 * a, k, h[k])
      (of(a + e + g) - of(a + e - g) - of(a - e + g) + of(a - e - g)) / (4 * h[j] * h[k])
    }))
    a <- a - solve(matrix(hessian, length(a)), gradient)
  }
  b[free] <- a
  list(b = b, value = f(b))
}
for (horizon in c(60, 2000)) for (model in names(models)) for (ties in c("efron", "breslow")) {
  d <- lung[complete.cases(lung[models[[model]]]), ]
  d$event <- (d$status == 2 & d$time <= horizon) + 0
  d$time <- pmin(d$time, horizon)
  x <- model.matrix(as.formula(paste("~", paste(models[[model]], collapse = "+"))), data = droplevels(d))[, -1]
  y <- Surv(d$time, d$event)
  strata <- if (model == "strata") d$sex else NULL
  order_of <- if (is.null(strata)) NULL else as.integer(strata)
  f <- function(b) penalised(b, x, y, order_of, ties)
  start <- rep(0, ncol(x))
  direct <- if (is.null(strata)) coxph(y ~ x, ties = ties, init = start, iter.max = 0) else
    coxph(y ~ x + strata(strata), ties = ties, init = start, iter.max = 0)
  stopifnot(all.equal(f(start), direct$loglik[1] - log(det(direct$var)) / 2))
  unit <- sqrt(diag(direct$var))
  top <- climb(f, start, rep(TRUE, ncol(x)), unit)
  var <- coxph.fit(x, y, order_of, NULL, top$b, control, NULL, ties, seq_len(nrow(x)))$var
  where <- c(model = model, horizon = horizon, ties = ties)
  note(c(where, column = ""), loglik_null = f(start), loglik = top$value, lr = 2 * (top$value - f(start)),
       wald = sum(top$b * solve(var, top$b)))
  for (j in seq_len(ncol(x))) {
    fall <- function(t) 2 * (top$value - climb(f, replace(top$b, j, t), seq_len(ncol(x)) != j, unit)$value)
    se <- sqrt(var[j, j])
    limit <- function(side) {
      far <- top$b[j] + side * 2 * se
      while (fall(far) < qchisq(0.95, 1)) far <- top$b[j] + 2 * (far - top$b[j])
      uniroot(function(t) fall(t) - qchisq(0.95, 1), sort(c(top$b[j], far)), tol = 1e-11 * se)$root
    }
    chisq <- fall(0)
    note(c(where, column = colnames(x)[j]), coef = top$b[j], se = se, hr_low = exp(limit(-1)), hr_high = exp(limit(1)),
         chisq = chisq, p = pchisq(chisq, 1, lower.tail = FALSE))
  }
}
save_results("tests/reference/firth.csv")
