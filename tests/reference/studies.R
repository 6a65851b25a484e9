# The two studies from their raw files in base R, sharing no code with the package.
# Read by survival.R and cox.R; run those from the repository root.
yesno <- function(x) factor(ifelse(x, "yes", "no"), levels = c("no", "yes"))

rotterdam_study <- function() {
  raw <- read.csv("data/rotterdam/rotterdam.csv", stringsAsFactors = FALSE)
  raw <- raw[raw$nodes > 0, ]
  d <- data.frame(age = raw$age, nodes = raw$nodes, pgr = raw$pgr, er = raw$er)
  d$menopause <- factor(raw$meno, levels = c(0, 1), labels = c("pre", "post"))
  d$size <- factor(raw$size, levels = c("<=20", "20-50", ">50"), labels = c("le20", "20to50", "gt50"))
  d$grade <- factor(raw$grade, levels = c(2, 3))
  d$hormone <- yesno(raw$hormon == 1)
  d$chemo <- yesno(raw$chemo == 1)
  d$age_cubed <- (raw$age / 100)^3
  d$age_cubed_log <- d$age_cubed * log(raw$age / 100)
  d$nodes_inverse_root <- 1 / sqrt(raw$nodes)
  d$er_thousand <- raw$er / 1000
  # Royston and Altman 2013: a death after the time at which recurrence was censored counts
  rfs_day <- ifelse(raw$recur == 1, raw$rtime, raw$dtime)
  rfs <- pmax(raw$recur, raw$death)
  limit <- round(7 * 365.25)
  month <- 30.4375
  d$os_time <- raw$dtime / month
  d$os_event <- raw$death
  d$rfs_time <- rfs_day / month
  d$rfs_event <- rfs
  d$rfs84_time <- pmin(rfs_day, limit) / month
  d$rfs84_event <- ifelse(rfs_day > limit, 0, rfs)
  adjusted <- c("hormone", "age", "menopause", "size", "grade", "nodes", "pgr", "er", "chemo")
  list(
    data = d,
    populations = list(full = rep(TRUE, nrow(d)), premenopausal = d$menopause == "pre",
                       postmenopausal = d$menopause == "post", large = d$size == "gt50"),
    survival = list(endpoints = c("os", "rfs"), strata = "menopause", landmarks = c(12, 36, 60, 120),
                    variables = c("hormone", "menopause", "size", "grade", "chemo")),
    models = list(
      crude = list(covariates = adjusted, univariable = TRUE, endpoints = c("os", "rfs"), full_only = TRUE),
      adjusted = list(covariates = adjusted, endpoints = c("os", "rfs")),
      by_menopause = list(covariates = setdiff(adjusted, "menopause"), strata = "menopause",
                          endpoints = c("os", "rfs"), full_only = TRUE),
      royston_altman = list(endpoints = "rfs84", full_only = TRUE,
                            covariates = c("age_cubed", "age_cubed_log", "menopause", "size",
                                           "nodes_inverse_root", "er_thousand", "hormone"))))
}

nafld_study <- function() {
  people <- read.csv("data/nafld/nafld1.csv")
  events <- read.csv("data/nafld/nafld3.csv", stringsAsFactors = FALSE)
  had <- function(...) people$id %in% events$id[events$days <= 0 & events$event %in% c(...)]
  first <- function(...) {
    later <- events[events$days >= 1 & events$event %in% c(...), ]
    day <- tapply(later$days, later$id, min)
    unname(day[match(people$id, as.integer(names(day)))])
  }
  case <- !is.na(people$case.id) & people$case.id == people$id
  d <- data.frame(group = factor(ifelse(case, "case", "control"), levels = c("control", "case")))
  d$sex <- factor(people$male, levels = c(0, 1), labels = c("female", "male"))
  d$age <- people$age
  # the protocol takes a BMI below 10 or above 100 for an error of the records (one of 9.2)
  d$bmi <- ifelse(people$bmi < 10 | people$bmi > 100, NA, people$bmi)
  d$diabetes <- yesno(had("diabetes"))
  d$hypertension <- yesno(had("htn"))
  d$dyslipidaemia <- yesno(had("dyslipidemia"))
  d$ischaemic_heart <- yesno(had("ang/isc"))
  d$obesity <- yesno(d$bmi >= 30)
  year <- 365.25
  d$death_time <- people$futime / year
  d$death_event <- people$status
  d$death_age_time <- (people$age * year + people$futime) / year
  d$death_age_event <- people$status
  d$death_age_entry <- people$age
  becomes_case <- ifelse(case, NA, first("nafld"))
  stop_day <- pmin(people$futime, becomes_case, na.rm = TRUE)
  d$death_crossover_time <- stop_day / year
  d$death_crossover_event <- ifelse(stop_day < people$futime, 0, people$status)
  hf_day <- first("heart failure", "MI")
  event <- !is.na(hf_day) & hf_day <= people$futime
  d$hf_mi_time <- ifelse(event, hf_day, people$futime) / year
  d$hf_mi_event <- as.numeric(event)
  prevalent <- had("heart failure", "MI")
  d$hf_mi_time[prevalent] <- NA
  d$hf_mi_event[prevalent] <- NA
  keep <- people$case.id %in% people$id & !is.na(people$case.id)
  keep <- keep & !(!case & had("nafld")) & people$age >= 18 & people$futime > 0
  d <- d[keep, ]
  adjusted <- c("group", "age", "sex", "diabetes", "hypertension", "dyslipidaemia", "ischaemic_heart")
  list(
    data = d,
    populations = list(full = rep(TRUE, nrow(d)), men = d$sex == "male", women = d$sex == "female",
                       obese = d$obesity %in% "yes", diabetic = d$diabetes == "yes"),
    survival = list(endpoints = c("death", "death_age", "death_crossover", "hf_mi"), strata = "sex",
                    landmarks = c(1, 3, 5, 10),
                    variables = c("group", "sex", "diabetes", "hypertension", "dyslipidaemia",
                                  "ischaemic_heart", "obesity")),
    models = list(
      crude = list(covariates = c("group", "age", "sex", "bmi", "diabetes", "hypertension",
                                  "dyslipidaemia", "ischaemic_heart"),
                   univariable = TRUE, endpoints = c("death", "hf_mi"), full_only = TRUE),
      adjusted = list(covariates = adjusted, endpoints = c("death", "death_crossover", "hf_mi")),
      by_sex = list(covariates = setdiff(adjusted, "sex"), strata = "sex",
                    endpoints = c("death", "hf_mi"), full_only = TRUE),
      age_scale = list(covariates = setdiff(adjusted, "age"), endpoints = "death_age",
                       populations = c("full", "men", "women"))))
}

# Rows of results: the last two columns are the quantity and its value at 17 significant digits.
results <- new.env()
results$rows <- list()
note <- function(where, ...) {
  values <- c(...)
  text <- ifelse(is.na(values), "", formatC(values, digits = 17, format = "g", width = 1))
  results$rows[[length(results$rows) + 1]] <-
    data.frame(as.list(where), quantity = names(values), value = unname(text), stringsAsFactors = FALSE)
}
save_results <- function(path)
  write.csv(do.call(rbind, results$rows), path, row.names = FALSE, quote = FALSE, na = "")

of <- function(d, endpoint) {
  d$time <- d[[paste0(endpoint, "_time")]]
  d$event <- d[[paste0(endpoint, "_event")]]
  entry <- paste0(endpoint, "_entry")
  d$entry <- if (entry %in% names(d)) d[[entry]] else NULL
  d[!is.na(d$time), ]
}
outcome <- function(d) if (is.null(d$entry)) Surv(d$time, d$event) else Surv(d$entry, d$time, d$event)
