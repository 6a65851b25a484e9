# Oracle of the compiled kernels: Rscript tests/twin/kernels.R  (R 4, survival 3), from the repository
suppressMessages(library(survival))
d <- read.csv("tests/twin/kernels_cohort.csv")
out <- data.frame(statistic = character(), value = numeric())
put <- function(statistic, value) out[nrow(out) + 1, ] <<- list(statistic, value)
for (g in c("two", "three", "four")) {
  s <- survdiff(Surv(months, died) ~ d[[g]], d)
  put(paste0("chisq_", g), s$chisq)
  put(paste0("p_", g), pchisq(s$chisq, length(s$n) - 1, lower.tail = FALSE))
}
for (level in 0:1) {
  s <- survfit(Surv(months, died) ~ 1, d[d$two == level, ])
  for (p in c(.75, .5, .25)) {
    reached <- which(s$surv <= p + sqrt(.Machine$double.eps))
    put(paste0("quartile_", level, "_", p), if (length(reached)) s$time[reached[1]] else 0)
  }
}
m <- coxph(Surv(months, died) ~ (two == 1) + (three == 1) + (three == 2), d, ties = "breslow",
           control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
for (k in 1:3) { put(paste0("beta_", k), coef(m)[[k]]); put(paste0("se_", k), sqrt(vcov(m)[k, k])) }
x <- suppressWarnings(chisq.test(table(d$three, d$two), correct = FALSE))
put("pearson", x$statistic[[1]])
write.table(format(out, digits = 15), "tests/twin/kernels.csv", sep = ",", quote = FALSE, row.names = FALSE)
