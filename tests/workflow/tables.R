# The baseline tables of both studies from their raw files, after the exclusions of the protocol.
# Rscript tests/workflow/tables.R   (from the repository root; writes tests/workflow/tables.csv)
rows <- list()
study <- ""
note <- function(variable, level, group, quantity, value)
  rows[[length(rows) + 1]] <<- data.frame(study, variable, level, group, quantity,
    value = ifelse(is.na(value), "", formatC(as.numeric(value), digits = 17, format = "g", width = 1)))

smd_numbers <- function(a, b) (mean(b) - mean(a)) / sqrt((var(a) + var(b)) / 2)
smd_levels <- function(a, b) { # Yang and Dalton 2012
  p <- prop.table(table(a))[-1]
  q <- prop.table(table(b))[-1]
  s <- (diag(p, length(p)) - p %o% p + diag(q, length(q)) - q %o% q) / 2
  d <- as.numeric(q - p)
  sqrt(drop(t(d) %*% solve(s) %*% d))
}
result <- function(name, test, r, df = NA) {
  note(name, "", test, "statistic", r$statistic)
  note(name, "", test, "df", df)
  note(name, "", test, "p", r$p.value)
}
numbers <- function(name, x, arm, welch) {
  for (g in c("", levels(arm))) {
    all <- if (g == "") x else x[arm == g]
    v <- all[!is.na(all)]
    q <- quantile(v, c(.25, .5, .75))
    values <- c(n = length(v), missing = sum(is.na(all)), mean = mean(v), sd = sd(v), median = q[[2]],
                q1 = q[[1]], q3 = q[[3]], min = min(v), max = max(v))
    for (k in names(values)) note(name, "", g, k, values[[k]])
  }
  if (welch) { r <- t.test(x ~ arm); result(name, "welch", r, r$parameter) }
  else result(name, "mann_whitney", wilcox.test(x ~ arm, exact = FALSE))
  v <- split(x[!is.na(x)], arm[!is.na(x)])
  note(name, "", paste(levels(arm), collapse = "|"), "smd", smd_numbers(v[[1]], v[[2]]))
}
classes <- function(name, x, arm) {
  for (g in c("", levels(arm))) {
    all <- if (g == "") x else x[arm == g]
    note(name, "", g, "missing", sum(is.na(all)))
    note(name, "", g, "n", sum(!is.na(all)))
    counts <- table(all)
    for (l in levels(x)) {
      note(name, l, g, "n", counts[[l]])
      note(name, l, g, "percent", 100 * counts[[l]] / sum(counts))
    }
  }
  r <- chisq.test(table(arm, x)) # corrected when 2 x 2
  result(name, if (nlevels(x) == 2) "yates" else "pearson", r, r$parameter)
  note(name, "", paste(levels(arm), collapse = "|"), "smd", smd_levels(x[arm == levels(arm)[1]], x[arm == levels(arm)[2]]))
}
describe <- function(name, d, arm, welch = character(0)) {
  study <<- name
  for (g in c("", levels(arm))) note("", "", g, "n", if (g == "") length(arm) else sum(arm == g))
  for (v in names(d)) if (is.factor(d[[v]])) classes(v, d[[v]], arm) else numbers(v, d[[v]], arm, v %in% welch)
}
yesno <- function(x) factor(ifelse(x, "yes", "no"), levels = c("no", "yes"))

raw <- read.csv("data/rotterdam/rotterdam.csv")
raw <- raw[raw$nodes > 0, ]
describe("rotterdam", data.frame(
  age = raw$age, menopause = factor(raw$meno, 0:1, c("pre", "post")),
  size = factor(raw$size, c("<=20", "20-50", ">50"), c("le20", "20to50", "gt50")), grade = factor(raw$grade, 2:3),
  nodes = raw$nodes, pgr = raw$pgr, er = raw$er, chemo = yesno(raw$chemo == 1), year = raw$year),
  yesno(raw$hormon == 1))

people <- read.csv("data/nafld/nafld1.csv")
events <- read.csv("data/nafld/nafld3.csv")
labs <- read.csv("data/nafld/nafld2.csv.gz")
labs <- labs[labs$value <= 400 & labs$days <= 0, ] # above 400: an error of the records
had <- function(...) people$id %in% events$id[events$days <= 0 & events$event %in% c(...)]
last_value <- function(test, from) { # the last day up to day 0; the mean where a day has several
  d <- labs[labs$test == test & labs$days >= from, ]
  last <- tapply(d$days, d$id, max)
  d <- d[d$days == last[as.character(d$id)], ]
  unname(tapply(d$value, d$id, mean)[as.character(people$id)])
}
case <- people$case.id == people$id
d <- data.frame(age = people$age, sex = factor(people$male, 0:1, c("female", "male")),
  bmi = ifelse(people$bmi < 10 | people$bmi > 100, NA, people$bmi),
  diabetes = yesno(had("diabetes")), hypertension = yesno(had("htn")), dyslipidaemia = yesno(had("dyslipidemia")),
  ischaemic_heart = yesno(had("ang/isc")), stroke = yesno(had("stroke")), atrial_fibrillation = yesno(had("afib")),
  prevalent_hf_mi = yesno(had("heart failure", "MI")), smoking = yesno(last_value("smoke", -Inf) >= 0.5),
  sbp = last_value("sbp", -730), hdl = last_value("hdl", -730), fib4 = last_value("fib4", -730))
keep <- !is.na(case) & people$case.id %in% people$id & !(!case & had("nafld")) & people$age >= 18 & people$futime > 0
keep[is.na(keep)] <- FALSE
# 13,968 controls are too many for Shapiro-Wilk: skewness decides, small for age alone
describe("nafld", d[keep, ], factor(ifelse(case, "case", "control"), c("control", "case"))[keep], welch = "age")

write.csv(do.call(rbind, rows), "tests/workflow/tables.csv", row.names = FALSE, quote = FALSE)
