# Further analyses of the Rotterdam and lung data: interaction tests, landmark analyses, restricted means.
# Rscript tests/reference/further.R   (from the repository root; writes tests/reference/further.csv)
library(survival)
source("tests/reference/studies.R")
note_all <- note
note <- function(where, ...) {
  all <- c(part = "", case = "", ties = "", item = "")
  all[names(where)] <- where
  note_all(all, ...)
}
control <- coxph.control(eps = 1e-13, toler.chol = 1e-16, iter.max = 60)
cox <- function(...) suppressWarnings(coxph(..., control = control))

rotterdam <- rotterdam_study()$data
lung <- read.csv("tests/reference/data/lung.csv")
lung$ph.ecog <- factor(lung$ph.ecog)
lung$sex_group <- factor(lung$sex, labels = c("men", "women"))
lung$os_time <- lung$time
lung$os_event <- lung$status - 1
lung$os60_time <- pmin(lung$time, 60)
lung$os60_event <- (lung$status == 2 & lung$time <= 60) + 0
# those in between are in no subgroup
by_age <- function(d) factor(ifelse(d$age < 50, "young", ifelse(d$age >= 62, "old", NA)), levels = c("young", "old"))
rotterdam$age_group <- by_age(rotterdam)
lung$age_group <- by_age(lung)

# case -> data, endpoint, exposure, subgroup, adjusted for, subgroups left out
interactions <- list(
  hormone = list(rotterdam, "os", "hormone", "menopause"),
  adjusted = list(rotterdam, "rfs", "hormone", "menopause", c("age", "nodes", "grade")),
  determined = list(rotterdam, "rfs", "hormone", "menopause", c("age", "menopause")), # a covariate that tells the subgroup
  outside = list(rotterdam, "os", "size", "age_group"),
  without = list(rotterdam, "rfs", "hormone", "size", character(), "gt50"),
  three = list(rotterdam, "rfs", "hormone", "size"),
  empty = list(lung, "os", "ph.ecog", "sex_group"), # nobody with ph.ecog 3 is a woman
  eventless = list(lung, "os60", "ph.ecog", "sex_group", "age"),
  lung_outside = list(lung, "os", "sex_group", "age_group")
)
for (case in names(interactions)) for (ties in c("efron", "breslow")) {
  own <- interactions[[case]]
  d <- of(own[[1]], own[[2]])
  d$exposure <- d[[own[[3]]]]
  d$subgroup <- d[[own[[4]]]]
  if (length(own) > 5) d$subgroup[d$subgroup %in% own[[6]]] <- NA
  outside <- sum(is.na(d$subgroup))
  d <- d[!is.na(d$subgroup), ]
  all <- nrow(d)
  others <- if (length(own) > 4) own[[5]] else character()
  d <- d[complete.cases(d[c("exposure", others)]), ]
  d$subgroup <- droplevels(d$subgroup)
  right <- paste(c(others, ""), collapse = " + ")
  without <- cox(as.formula(paste("Surv(time, event) ~", right, "exposure + subgroup")), data = d, ties = ties)
  with <- cox(as.formula(paste("Surv(time, event) ~", right, "exposure * subgroup")), data = d, ties = ties)
  chisq <- 2 * (with$loglik[2] - without$loglik[2])
  df <- sum(!is.na(coef(with))) - sum(!is.na(coef(without)))
  compared <- anova(without, with)
  stopifnot(all.equal(compared$Chisq[2], chisq), df == compared$Df[2])
  where <- c(part = "interaction", case = case, ties = ties)
  note(where, n = with$n, events = with$nevent, n_outside = outside, n_missing = all - with$n,
       loglik_without = without$loglik[2], loglik_with = with$loglik[2], statistic = chisq, df = df,
       p = pchisq(chisq, df, lower.tail = FALSE))
  for (group in levels(d$subgroup)) {
    d$subgroup <- relevel(d$subgroup, group) # the main effects are then those in this subgroup
    fit <- cox(as.formula(paste("Surv(time, event) ~", right, "exposure * subgroup")), data = d, ties = ties)
    for (level in levels(d$exposure)[-1]) {
      name <- paste0("exposure", level)
      cell <- d$exposure == level & d$subgroup == group
      base <- d$exposure == levels(d$exposure)[1] & d$subgroup == group
      note(c(where, item = paste(group, level)), n = sum(cell), events = sum(d$event[cell]))
      if (sum(d$event[cell]) && sum(d$event[base]))
        note(c(where, item = paste(group, level)), coef = coef(fit)[[name]], se = sqrt(vcov(fit)[name, name]))
    }
  }
}

landmarks <- list(
  hormone = list(rotterdam, "os", "hormone", 12), size = list(rotterdam, "rfs", "size", 24),
  ecog = list(lung, "os", "ph.ecog", 100), tie = list(lung, "os", "sex_group", 163)) # two leave at 163
for (case in names(landmarks)) for (ties in c("efron", "breslow")) {
  own <- landmarks[[case]]
  d <- of(own[[1]], own[[2]])
  d$group <- d[[own[[3]]]]
  at <- own[[4]]
  where <- c(part = "landmark", case = case, ties = ties)
  count <- function(item, those) note(c(where, item = item), n = sum(those), events = sum(d$event[those]))
  count("before", rep(TRUE, nrow(d)))
  count("event_before", d$time <= at & d$event == 1)
  count("censored_before", d$time <= at & d$event == 0)
  count("group_unknown", d$time > at & is.na(d$group))
  late <- subset(d, time > at & !is.na(group))
  count("analysed", d$time > at & !is.na(d$group))
  late$time <- late$time - at
  for (level in levels(late$group)) {
    fit <- survfit(Surv(time, event) ~ 1, data = late[late$group == level, ])
    q <- quantile(fit, probs = c(0.25, 0.5, 0.75))
    note(c(where, item = level), q1 = q$quantile[[1]], median = q$quantile[[2]], q3 = q$quantile[[3]],
         median_low = q$lower[[2]], median_high = q$upper[[2]])
    half <- fit$time[ceiling(length(fit$time) / 2)]
    s <- summary(fit, times = half)
    note(c(where, item = paste(level, "curve")), time = half, n_risk = s$n.risk, survival = s$surv, ci_low = s$lower, ci_high = s$upper)
  }
  test <- survdiff(Surv(time, event) ~ group, data = droplevels(late))
  df <- length(test$n) - 1
  note(c(where, item = "logrank"), statistic = test$chisq, df = df, p = pchisq(test$chisq, df, lower.tail = FALSE))
  fit <- cox(Surv(time, event) ~ group, data = late, ties = ties)
  for (level in levels(late$group)[-1]) if (sum(late$event[late$group == level])) {
    name <- paste0("group", level)
    b <- coef(fit)[[name]]
    se <- sqrt(vcov(fit)[name, name])
    note(c(where, item = paste(level, "cox")), coef = b, se = se, hr = exp(b), hr_low = exp(b - qnorm(0.975) * se),
         hr_high = exp(b + qnorm(0.975) * se), p = 2 * pnorm(-abs(b / se)))
  }
}

# the smallest of the last times, unless a time is given
means <- list(hormone = list(rotterdam, "os", "hormone"), size = list(rotterdam, "rfs", "size", 60),
              ecog = list(lung, "os", "ph.ecog"), sex = list(lung, "os", "sex_group", 365))
for (case in names(means)) {
  own <- means[[case]]
  d <- of(own[[1]], own[[2]])
  d$group <- d[[own[[3]]]]
  tau <- if (length(own) > 3) own[[4]] else min(tapply(d$time, d$group, max))
  where <- c(part = "rmst", case = case)
  found <- sapply(levels(d$group), function(level)
    summary(survfit(Surv(time, event) ~ 1, data = d[d$group %in% level, ]), rmean = tau)$table[c("rmean", "se(rmean)")])
  for (level in levels(d$group))
    note(c(where, item = level), tau = tau, estimate = found[1, level], se = found[2, level],
         ci_low = found[1, level] - qnorm(0.975) * found[2, level])
  for (pair in combn(levels(d$group), 2, simplify = FALSE)) {
    gap <- found[1, pair[2]] - found[1, pair[1]]
    se <- sqrt(sum(found[2, pair]^2))
    note(c(where, item = paste(pair[2], pair[1])), estimate = gap, se = se, ci_low = gap - qnorm(0.975) * se,
         ci_high = gap + qnorm(0.975) * se, p = 2 * pnorm(-abs(gap / se)))
  }
}
save_results("tests/reference/further.csv")
