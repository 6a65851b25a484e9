# The estimates of a study once more, by R's survival: Rscript third_engine.R COHORT JOBS OUT
# JOBS says for each file what it holds (retrocohort.verify.third writes it); OUT gets
# file, item, quantity, value: the keys under which verification.csv has the same numbers.
suppressPackageStartupMessages(library(survival))
given <- commandArgs(TRUE)
cohort <- read.csv(given[1], check.names = FALSE, na.strings = "", stringsAsFactors = FALSE,
                   colClasses = "character", encoding = "UTF-8")
jobs <- read.csv(given[2], na.strings = NULL, stringsAsFactors = FALSE, colClasses = "character", encoding = "UTF-8")
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 60)
found <- list()
note <- function(file, item, ...) {
  values <- unlist(list(...))
  values <- values[!is.na(values)]
  if (length(values)) found[[length(found) + 1]] <<- data.frame(file = file, item = item,
    quantity = names(values), value = formatC(values, digits = 15, format = "g", width = 1))
}
words <- function(...) trimws(gsub(" +", " ", paste(...)))
listed <- function(text) if (text == "") character(0) else strsplit(text, "|", fixed = TRUE)[[1]]
kept <- list() # the patients of a population and endpoint, for all their jobs
followed <- function(job) {
  key <- paste(job$population, job$endpoint)
  if (is.null(kept[[key]])) kept[[key]] <<- patients(job)
  kept[[key]]
}
patients <- function(job) {
  d <- cohort[cohort[[paste0("in_", job$population)]] == "True", , drop = FALSE]
  for (part in c("time", "event", "entry")) {
    column <- paste0(job$endpoint, "_", part)
    d[[paste0(".", part)]] <- if (column %in% names(d)) as.numeric(d[[column]]) else NA
  }
  d <- d[!is.na(d$.time) & !is.na(d$.event), , drop = FALSE]
  d$.late <- any(!is.na(d$.entry))
  if (nrow(d) && d$.late[1]) d <- d[!is.na(d$.entry) & d$.entry < d$.time, , drop = FALSE]
  d
}
outcome <- function(d, event = d$.event)
  if (d$.late[1]) Surv(d$.entry, d$.time, event) else Surv(d$.time, event)
curve <- function(d, job, event = d$.event)
  survfit(outcome(d, event) ~ 1, conf.type = job$interval, conf.int = as.numeric(job$confidence))
at <- function(fit, p, rule) if (rule == "r") unname(quantile(fit, probs = 1 - p)$quantile) else
  fit$time[which(fit$surv <= p + sqrt(.Machine$double.eps))[1]]
level_of <- function(d, variable, level)
  if (variable == "") d else d[d[[variable]] %in% level, , drop = FALSE]

quantiles <- function(job, d) {
  if (!sum(d$.event)) return()
  fit <- curve(d, job)
  q <- quantile(fit, probs = 0.5)
  note(job$file, words(job$variable, job$level), n = nrow(d), events = sum(d$.event),
       q1 = at(fit, 0.75, job$quantiles), median = at(fit, 0.5, job$quantiles), q3 = at(fit, 0.25, job$quantiles),
       median_low = q$lower[[1]], median_high = q$upper[[1]])
}
landmarks <- function(job, d) if (nrow(d)) {
  fit <- curve(d, job)
  for (time in listed(job$times)) fixed_time(job, d, fit, time)
}
fixed_time <- function(job, d, fit, time) {
  at_risk <- d$.time >= as.numeric(time) & (!d$.late | d$.entry < as.numeric(time))
  if (!any(at_risk)) return()
  s <- summary(fit, times = as.numeric(time), extend = TRUE)
  note(job$file, words(job$variable, job$level, time), n_risk = sum(at_risk),
       survival = s$surv, ci_low = s$lower, ci_high = s$upper)
}
followup <- function(job, d) {
  if (!nrow(d)) return()
  if (d$.late[1]) { d$.time <- d$.time - d$.entry; d$.late <- FALSE }
  note(job$file, words(job$variable, job$level), min = min(d$.time), max = max(d$.time))
  if (all(d$.event == 1)) return()
  fit <- curve(d, job, 1 - d$.event)
  q <- quantile(fit, probs = 0.5)
  note(job$file, words(job$variable, job$level), n = nrow(d), median = at(fit, 0.5, job$quantiles),
       median_low = q$lower[[1]], median_high = q$upper[[1]])
}
# survdiff refuses late entry, and the score test of coxph with exact ties, the same, takes minutes
late_logrank <- function(d, group, block) {
  k <- nlevels(group); apart <- numeric(k); variance <- matrix(0, k, k); expected <- numeric(k)
  for (own in split(seq_len(nrow(d)), block)) for (time in unique(d$.time[own][d$.event[own] == 1])) {
    here <- own[d$.entry[own] < time & d$.time[own] >= time]
    deaths <- tabulate(group[here][d$.time[here] == time & d$.event[here] == 1], k)
    n <- length(here); share <- tabulate(group[here], k) / n
    expected <- expected + sum(deaths) * share
    apart <- apart + deaths - sum(deaths) * share
    if (n > 1) variance <- variance +
      sum(deaths) * (n - sum(deaths)) / (n - 1) * (diag(share) - outer(share, share))
  }
  used <- which(expected > 0)[-1]
  list(drop(apart[used] %*% solve(variance[used, used, drop = FALSE], apart[used])), length(used))
}
logrank <- function(job, d) {
  strata <- listed(job$strata)
  for (name in c(job$variable, strata)) d <- d[!is.na(d[[name]]), , drop = FALSE]
  if (job$level != "") d <- d[d[[job$variable]] %in% listed(job$level), , drop = FALSE]
  if (!nrow(d) || length(unique(d[[job$variable]])) < 2 || !sum(d$.event)) return()
  block <- if (length(strata)) do.call(paste, d[strata]) else rep("all", nrow(d))
  group <- factor(d[[job$variable]])
  if (d$.late[1]) {
    test <- late_logrank(d, group, block)
    chisq <- test[[1]]; df <- test[[2]]
  } else {
    fit <- survdiff(Surv(d$.time, d$.event) ~ group + strata(block)) # no data: a study may have a "group"
    expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
    chisq <- fit$chisq; df <- sum(expected > 0) - 1
  }
  item <- words(job$variable, job$level, job$strata)
  p <- pchisq(chisq, df, lower.tail = FALSE)
  note(job$file, item, n = nrow(d), events = sum(d$.event), statistic = chisq, df = df, p = p)
  key <- paste(job$file, job$variable, job$strata)
  if (job$level != "" && df > 0) pairs[[key]] <<- c(pairs[[key]], list(list(file = job$file, item = item, p = p)))
}
pairs <- list() # P of the pairs of a variable, for Holm's rule
holm <- function() for (own in pairs) {
  p <- p.adjust(sapply(own, `[[`, "p"), "holm")
  for (i in seq_along(own)) note(own[[i]]$file, own[[i]]$item, p_holm = p[[i]])
}
cox <- function(job, d) {
  names <- listed(job$variable); strata <- listed(job$strata); numeric <- listed(job$numbers)
  references <- setNames(listed(job$references), names)
  for (name in c(names, strata)) d <- d[!is.na(d[[name]]), , drop = FALSE]
  if (!nrow(d)) return()
  for (name in names) for (level in if (name %in% numeric) "" else unique(d[[name]])) {
    own <- if (level == "") d else level_of(d, name, level)
    note(job$file, words(name, level), n = nrow(own), events = sum(own$.event))
  }
  note(job$fit, words(job$model, "n"), value = nrow(d))
  note(job$fit, words(job$model, "events"), value = sum(d$.event))
  whole <- nrow(d)
  for (name in setdiff(names, numeric)) { # a level without an event has no estimate: the limit is without it
    counts <- tapply(d$.event, d[[name]], sum)
    d <- d[d[[name]] %in% names(counts)[counts > 0], , drop = FALSE]
  }
  if (!nrow(d) || !sum(d$.event)) return()
  terms <- list(); items <- character(0)
  for (name in names) {
    levels <- if (name %in% numeric) "" else setdiff(sort(unique(d[[name]])), references[[name]])
    columns <- lapply(levels, function(level) if (level == "") as.numeric(d[[name]]) else as.numeric(d[[name]] == level))
    if (length(columns)) { terms[[name]] <- do.call(cbind, columns); items <- c(items, words(name, levels)) }
  }
  if (!length(terms)) return()
  f <- data.frame(.block = if (length(strata)) do.call(paste, d[strata]) else rep("all", nrow(d)))
  f$.outcome <- outcome(d)
  for (i in seq_along(terms)) f[[paste0(".term", i)]] <- terms[[i]]
  formula <- reformulate(c(paste0(".term", seq_along(terms)), "strata(.block)"), ".outcome")
  fit <- suppressWarnings(coxph(formula, f, ties = job$ties, control = tight))
  b <- unname(coef(fit)); se <- unname(sqrt(diag(vcov(fit)))); z <- b / se
  reach <- qnorm((1 + as.numeric(job$confidence)) / 2) * se
  for (i in seq_along(items)) note(job$file, items[i], coef = b[i], se = se[i], hr = exp(b[i]),
    hr_low = exp(b[i] - reach[i]), hr_high = exp(b[i] + reach[i]), z = z[i], p = 2 * pnorm(-abs(z[i])))
  spread <- unlist(lapply(terms, function(x) apply(x, 2, function(column) diff(range(column)))))
  if (nrow(d) == whole && !any(is.na(b)) && max(abs(b) * spread) < 20) whole_fit(job, fit, names(terms))
}
chi_square <- function(statistic, df) list(value = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE))
whole_fit <- function(job, fit, names) { # of all levels, and with a finite maximum
  df <- length(coef(fit))
  tests <- list(lr = 2 * diff(fit$loglik), wald = fit$wald.test, score = fit$score)
  for (test in names(tests)) note(job$fit, words(job$model, test), chi_square(unname(tests[[test]]), df))
  single <- list(loglik_null = fit$loglik[1], loglik = fit$loglik[2], aic = 2 * df - 2 * fit$loglik[2],
    concordance = fit$concordance[["concordance"]], concordance_se = fit$concordance[["std"]])
  for (name in names(single)) note(job$fit, words(job$model, name), value = single[[name]])
  hazards <- try(cox.zph(fit, transform = "km")$table, silent = TRUE)
  if (inherits(hazards, "try-error")) return()
  named <- c(names, if (job$model == "") "GLOBAL")
  for (i in seq_along(named)) { # of one covariate alone the last row repeats the first
    row <- hazards[if (named[i] == "GLOBAL") nrow(hazards) else i, ]
    note(job$ph, named[i], statistic = row[["chisq"]], df = row[["df"]], p = row[["p"]])
  }
}
baseline <- function(job) {
  d <- cohort[cohort[[paste0("in_", job$population)]] == "True" & !is.na(cohort[[job$variable]]), , drop = FALSE]
  arms <- listed(job$arms)
  d <- d[d[[job$by]] %in% arms, , drop = FALSE]
  arm <- factor(d[[job$by]], arms[arms %in% d[[job$by]]])
  x <- if (job$numbers == "") factor(d[[job$variable]]) else as.numeric(d[[job$variable]])
  parts <- split(x, arm)
  test <- suppressWarnings(switch(job$level,
    pearson = chisq.test(table(x, arm), correct = FALSE), yates = chisq.test(table(x, arm)),
    fisher = fisher.test(table(x, arm)), student = t.test(parts[[1]], parts[[2]], var.equal = TRUE),
    welch = t.test(parts[[1]], parts[[2]]), anova = oneway.test(x ~ arm, var.equal = TRUE), kruskal = kruskal.test(x, arm),
    mann_whitney = wilcox.test(parts[[1]], parts[[2]], exact = FALSE, correct = job$rank_test == "corrected")))
  df <- unname(test$parameter)
  note(job$file, words(job$variable, job$level), statistic = if (job$level == "fisher") NA else unname(test$statistic),
       df = if (length(df)) df[1] else NA, df2 = if (length(df) > 1) df[2] else NA, p = test$p.value)
}
run <- list(quantiles = quantiles, landmarks = landmarks, followup = followup, logrank = logrank, cox = cox)
for (i in seq_len(nrow(jobs))) {
  job <- as.list(jobs[i, ])
  if (job$kind == "baseline") { baseline(job); next }
  d <- followed(job)
  own <- if (job$kind %in% c("logrank", "cox")) d else level_of(d, job$variable, job$level)
  run[[job$kind]](job, own)
}
holm()
write.csv(do.call(rbind, found), given[3], row.names = FALSE)
cat(sprintf("R %s.%s, survival %s\n", R.version$major, R.version$minor, packageVersion("survival")))
