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
  note(job$file, words(job$variable, job$level, time), survival = s$surv, ci_low = s$lower, ci_high = s$upper)
}
followup <- function(job, d) {
  if (!nrow(d) || all(d$.event == 1)) return()
  if (d$.late[1]) { d$.time <- d$.time - d$.entry; d$.late <- FALSE }
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
    fit <- survdiff(Surv(.time, .event) ~ group + strata(block), data = cbind(d, group, block))
    expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
    chisq <- fit$chisq; df <- sum(expected > 0) - 1
  }
  note(job$file, words(job$variable, job$level, job$strata), n = nrow(d), events = sum(d$.event),
       statistic = chisq, df = df, p = pchisq(chisq, df, lower.tail = FALSE))
}
cox <- function(job, d) {
  names <- listed(job$variable); strata <- listed(job$strata)
  references <- setNames(listed(job$references), names); numeric <- listed(job$numbers)
  for (name in c(names, strata)) d <- d[!is.na(d[[name]]), , drop = FALSE]
  for (name in setdiff(names, numeric)) { # a level without an event has no estimate: the limit is without it
    counts <- tapply(d$.event, d[[name]], sum)
    d <- d[d[[name]] %in% names(counts)[counts > 0], , drop = FALSE]
  }
  if (!nrow(d) || !sum(d$.event)) return()
  x <- list()
  for (i in seq_along(names)) {
    values <- d[[names[i]]]
    if (names[i] %in% numeric) x[[words(names[i])]] <- as.numeric(values)
    else for (level in setdiff(sort(unique(values)), references[[names[i]]]))
      x[[words(names[i], level)]] <- as.numeric(values == level)
  }
  if (!length(x)) return()
  x <- do.call(cbind, x)
  block <- if (length(strata)) do.call(paste, d[strata]) else rep("all", nrow(d))
  fit <- suppressWarnings(coxph(outcome(d) ~ x + strata(block), ties = job$ties, control = tight))
  items <- colnames(x)
  for (i in seq_along(items))
    note(job$file, items[i], coef = unname(coef(fit)[i]), se = sqrt(diag(vcov(fit)))[[i]])
}
run <- list(quantiles = quantiles, landmarks = landmarks, followup = followup, logrank = logrank, cox = cox)
for (i in seq_len(nrow(jobs))) {
  job <- as.list(jobs[i, ])
  d <- followed(job)
  own <- if (job$kind %in% c("logrank", "cox")) d else level_of(d, job$variable, job$level)
  run[[job$kind]](job, own)
}
write.csv(do.call(rbind, found), given[3], row.names = FALSE)
cat(sprintf("R %s.%s, survival %s\n", R.version$major, R.version$minor, packageVersion("survival")))
