# The score of a calibrated cohort once more, with R's survival: Rscript score.R <folder>
# The folder holds calibrated.csv, score.csv (ours), members.csv (who is in which population) and
# terms.csv (the terms of the models). Prints every survival number as printed, by R and by us, and
# stops when R and we differ by more than 1e-6 of the number.
suppressMessages(library(survival))
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, name), colClasses = "character", na.strings = character(0))
cohort <- read("calibrated.csv"); score <- read("score.csv"); members <- read("members.csv"); terms <- read("terms.csv")
cohort$months <- as.numeric(cohort$months); cohort$died <- as.numeric(cohort$died)
arm <- terms$arm[1]
inside <- function(population) members[[population]] == "True"

quartile <- function(d, event, p) { # SPSS's rule: the first time with S(t) <= p
  s <- survfit(Surv(d$months, event) ~ 1)
  reached <- which(s$surv <= p + sqrt(.Machine$double.eps))
  if (length(reached)) s$time[reached[1]] else NA
}
log_rank <- function(d, variable) {
  d <- d[d[[variable]] != "", ]
  s <- survdiff(Surv(months, died) ~ d[[variable]], data = d)
  pchisq(s$chisq, length(s$n) - 1, lower.tail = FALSE)
}
fits <- lapply(split(terms, terms$file), function(own) {
  variables <- unique(own$variable)
  d <- cohort[inside(own$population[1]) & rowSums(cohort[variables] == "") == 0, ]
  for (v in variables) d[[v]] <- relevel(factor(d[[v]]), ref = own$reference[own$variable == v][1])
  model <- coxph(reformulate(variables, "Surv(months, died)"), d, ties = "breslow",
                 control = coxph.control(eps = 1e-11, toler.chol = 1e-13, iter.max = 50))
  s <- summary(model)
  data.frame(hr = s$coefficients[, "exp(coef)"], hr_low = s$conf.int[, "lower .95"],
             hr_high = s$conf.int[, "upper .95"], p_cox = s$coefficients[, "Pr(>|z|)"])
})
regenerate <- function(row) {
  if (row$kind == "lost") return(sum(cohort$lost == "1"))
  d <- cohort[inside(row$population), ]
  if (row$kind %in% c("hr", "hr_low", "hr_high", "p_cox"))
    return(fits[[row$file]][paste0(row$variable, row$level), row$kind])
  if (row$kind == "p_logrank") return(log_rank(d, row$variable))
  if (row$arm != "") d <- d[d[[arm]] == row$arm, ]
  if (row$level != "") d <- d[d[[row$variable]] == row$level, ]
  switch(row$kind, count = nrow(d), deaths = sum(d$died), followup = quartile(d, 1 - d$died, .5),
         q1 = quartile(d, d$died, .75), median = quartile(d, d$died, .5), q3 = quartile(d, d$died, .25))
}
score$r <- vapply(seq_len(nrow(score)), function(i) as.numeric(regenerate(score[i, ])), 0)
got <- suppressWarnings(as.numeric(score$got))
print(score[score$kind != "count", c("kind", "population", "variable", "level", "printed", "got", "r", "match")],
      row.names = FALSE)
same <- (is.na(got) & is.na(score$r)) | (!is.na(got) & !is.na(score$r) & abs(got - score$r) <= 1e-6 * pmax(abs(score$r), 1e-12))
if (!all(same)) {
  print(score[!same, ], row.names = FALSE)
  stop(sum(!same), " numbers differ between Python and R")
}
cat("Python and R agree on all", nrow(score), "numbers;", sum(score$match == "True"), "come out as printed\n")
