# Likelihood at the supremum, in small stratified samples with delayed entry and few patients a
# stratum, where coefficients often run away within one stratum and not in the other.
# Rscript tests/reference/strata.R   (from the repository root; writes tests/reference/strata.csv)
# R iterates until the likelihood is flat; its log likelihood is then the supremum's within 1e-8.
library(survival)
set.seed(20260102)
text <- function(x) paste(formatC(x, digits = 17, format = "g", width = 1), collapse = " ")
rows <- list()
for (case in 1:500) {
  n <- 12
  entry <- sample(0:3, n, replace = TRUE)
  time <- entry + sample(1:9, n, replace = TRUE)
  event <- as.integer(runif(n) < 0.7)
  stratum <- rep(0:1, each = n / 2)
  x <- sample(0:3, n, replace = TRUE)
  # in stratum 0 the one with the largest x is always the first to fail, in every second case
  if (case %% 2) x[stratum == 0] <- rank(-time[stratum == 0], ties.method = "first") * event[stratum == 0]
  # in every case another distance between the strata, which changes no risk set but the hazards
  x <- x + ifelse(stratum == case %% 4 %/% 2, 3, 0) * (case %% 5)
  z <- sample(0:1, n, replace = TRUE)
  if (case %% 3 == 0) entry <- rep(0, n)
  if (sum(event) < 2) next
  for (ties in c("efron", "breslow")) {
    fit <- suppressWarnings(try(coxph(Surv(entry, time, event) ~ x + z + strata(stratum), ties = ties,
      control = coxph.control(eps = 1e-13, toler.chol = 1e-16, iter.max = 60)), silent = TRUE))
    if (inherits(fit, "try-error") || any(is.na(coef(fit)))) next
    if (case > 20 && max(abs(coef(fit))) < 10) next # of the cases with a finite maximum a few
    rows[[length(rows) + 1]] <- data.frame(case = case, ties = ties, entry = text(entry), time = text(time),
      event = text(event), stratum = text(stratum), x = text(x), z = text(z),
      loglik_null = text(fit$loglik[1]), loglik = text(fit$loglik[2]), lr = text(2 * diff(fit$loglik)),
      largest = text(max(abs(coef(fit)))))
  }
}
write.csv(do.call(rbind, rows), "tests/reference/strata.csv", row.names = FALSE, quote = FALSE)
