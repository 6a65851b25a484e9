# Expected values of Kaplan-Meier and log-rank, by R's survival package.
# Rscript tests/reference/survival.R   (from the repository root; writes tests/reference/survival.csv)
library(survival)
source("tests/reference/studies.R")

curve <- function(where, d, landmarks) {
  note(where, n = nrow(d), events = sum(d$event))
  if (nrow(d) == 0) return(invisible())
  y <- outcome(d)
  # the other two scales of the interval in the whole cohort only, for the size of the file
  for (type in if (where[["population"]] == "full") c("log", "log-log", "plain") else "log") {
    fit <- survfit(y ~ 1, conf.type = type)
    q <- quantile(fit, probs = c(0.25, 0.5, 0.75))
    here <- c(where, interval = type)
    note(here, q1 = q$quantile[[1]], median = q$quantile[[2]], q3 = q$quantile[[3]],
         median_low = q$lower[[2]], median_high = q$upper[[2]],
         times = length(fit$time), sum_n_risk = sum(fit$n.risk), sum_n_event = sum(fit$n.event),
         sum_n_censor = sum(fit$n.censor), sum_time = sum(fit$time), sum_survival = sum(fit$surv),
         sum_ci_low = sum(fit$lower, na.rm = TRUE), sum_ci_high = sum(fit$upper, na.rm = TRUE))
    reached <- sapply(c(0.75, 0.5, 0.25), function(p) {
      first <- which(fit$surv <= p + sqrt(.Machine$double.eps))
      if (length(first)) fit$time[first[1]] else NA })
    note(here, spss_q1 = reached[1], spss_median = reached[2], spss_q3 = reached[3])
    for (time in landmarks[landmarks <= max(fit$time)]) {
      s <- summary(fit, times = time)
      note(c(here, time = time), n_risk = sum((if (is.null(d$entry)) -Inf else d$entry) < time & d$time >= time),
           survival = s$surv, ci_low = s$lower, ci_high = s$upper)
    }
    length_of <- if (is.null(d$entry)) d$time else d$time - d$entry
    f <- quantile(survfit(Surv(length_of, 1 - d$event) ~ 1, conf.type = type), probs = c(0.25, 0.5, 0.75))
    note(here, followup = f$quantile[[2]], followup_low = f$lower[[2]], followup_high = f$upper[[2]],
         followup_min = min(length_of), followup_max = max(length_of))
  }
}

test <- function(d, variable, strata) {
  terms <- paste0("`", variable, "`")
  if (length(strata)) terms <- paste0(terms, " + strata(", paste(strata, collapse = ","), ")")
  d[[variable]] <- droplevels(d[[variable]])
  for (s in strata) d[[s]] <- droplevels(d[[s]])
  if (is.null(d$entry)) {
    fit <- survdiff(as.formula(paste("Surv(time, event) ~", terms)), data = d)
    expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
    chisq <- fit$chisq
    df <- sum(expected > 0) - 1
  } else { # survdiff refuses delayed entry: the score test of the exact partial likelihood
    fit <- coxph(as.formula(paste("Surv(entry, time, event) ~", terms)), data = d, ties = "exact",
                 control = coxph.control(iter.max = 0))
    chisq <- fit$score
    df <- length(coef(fit))
  }
  c(chisq = chisq, df = df, p = pchisq(chisq, df, lower.tail = FALSE))
}

logrank <- function(where, d, variable, strata) {
  d <- d[!is.na(d[[variable]]), ]
  if (length(strata)) d <- d[complete.cases(d[strata]), ]
  where <- c(where, variable = variable, strata = paste(strata, collapse = "+"))
  present <- levels(droplevels(d[[variable]]))
  if (length(present) < 2 || sum(d$event) == 0) return(invisible())
  note(c(where, contrast = ""), test(d, variable, strata))
  if (length(present) < 3) return(invisible())
  pairs <- combn(present, 2, simplify = FALSE)
  tests <- lapply(pairs, function(pair) test(d[d[[variable]] %in% pair, ], variable, strata))
  holm <- p.adjust(sapply(tests, function(x) x[["p"]]), "holm")
  for (i in seq_along(pairs))
    note(c(where, contrast = paste(pairs[[i]], collapse = "|")), c(tests[[i]], p_holm = holm[i]))
}

studies <- list(rotterdam = rotterdam_study(), nafld = nafld_study())
place <- function(study, population, endpoint)
  c(study = study, population = population, endpoint = endpoint, variable = "", level = "",
    interval = "", time = "", strata = "", contrast = "")
# every row has all columns: fill in the given ones
note_all <- note
note <- function(where, ...) {
  all <- place("", "", "")
  all[names(where)] <- where
  note_all(all, ...)
}
for (study in names(studies)) {
  s <- studies[[study]]
  for (population in names(s$populations)) for (endpoint in s$survival$endpoints) {
    d <- of(s$data[s$populations[[population]], ], endpoint)
    where <- c(study = study, population = population, endpoint = endpoint)
    # on the age scale ages; before the first entry R's summary says S = 1, where nobody is at risk
    landmarks <- if (is.null(d$entry)) s$survival$landmarks else c(60, 70, 80, 90)
    curve(where, d, landmarks)
    for (variable in s$survival$variables) {
      for (level in levels(d[[variable]]))
        curve(c(where, variable = variable, level = level), d[d[[variable]] %in% level, ], landmarks)
      logrank(where, d, variable, character(0))
      others <- setdiff(s$survival$strata, variable)
      if (length(others)) logrank(where, d, variable, others)
    }
  }
}
save_results("tests/reference/survival.csv")
