# The oracle of the baseline table: base R only (made with R 4.2.2).
# From the repository: Rscript tests/reference/baseline.R   -> tests/reference/baseline.csv
# Columns: study, subset, by, variable, level, group (arm, or arm pair, or empty), quantity, value.

rows <- list()
context <- list()
note <- function(variable, level, group, quantity, value) {
  rows[[length(rows) + 1]] <<- data.frame(
    study = context$study, subset = context$subset, by = context$by, variable = variable,
    level = level, group = group, quantity = quantity,
    value = ifelse(is.na(value), "", format(as.numeric(value), digits = 17)))
}

skewness <- function(x) mean((x - mean(x))^3) / mean((x - mean(x))^2)^1.5

smd_continuous <- function(a, b) (mean(b) - mean(a)) / sqrt((var(a) + var(b)) / 2)

smd_categorical <- function(a, b) { # Yang and Dalton 2012
  p <- prop.table(table(a))[-1]
  q <- prop.table(table(b))[-1]
  s <- (diag(p, length(p)) - p %o% p + diag(q, length(q)) - q %o% q) / 2
  d <- as.numeric(q - p)
  sqrt(drop(t(d) %*% solve(s) %*% d))
}

continuous <- function(name, x, arm) {
  keep <- !is.na(x)
  for (g in c("", levels(arm))) {
    all <- if (g == "") x else x[arm == g]
    v <- all[!is.na(all)]
    q <- quantile(v, c(.25, .5, .75), type = 7)
    values <- c(n = length(v), missing = sum(is.na(all)), mean = mean(v), sd = sd(v),
                median = q[[2]], q1 = q[[1]], q3 = q[[3]], min = min(v), max = max(v))
    for (k in names(values)) note(name, "", g, k, values[[k]])
    if (g != "") {
      note(name, "", g, "skewness", skewness(v))
      if (length(v) <= 5000) {
        s <- shapiro.test(v)
        note(name, "", g, "shapiro_w", s$statistic)
        note(name, "", g, "shapiro_p", s$p.value)
      }
    }
  }
  x <- x[keep]
  arm <- arm[keep]
  result <- function(test, r, df = NA, df2 = NA) {
    note(name, "", test, "statistic", r$statistic)
    note(name, "", test, "df", df)
    note(name, "", test, "df2", df2)
    note(name, "", test, "p", r$p.value)
  }
  if (nlevels(arm) == 2) {
    r <- t.test(x ~ arm)
    result("welch", r, r$parameter)
    r <- t.test(x ~ arm, var.equal = TRUE)
    result("student", r, r$parameter)
    result("mann_whitney corrected", wilcox.test(x ~ arm, exact = FALSE))
    result("mann_whitney plain", wilcox.test(x ~ arm, exact = FALSE, correct = FALSE))
  }
  a <- summary(aov(x ~ arm))[[1]]
  result("anova", list(statistic = a$`F value`[1], p.value = a$`Pr(>F)`[1]), a$Df[1], a$Df[2])
  r <- kruskal.test(x, arm)
  result("kruskal", r, r$parameter)
  for (pair in combn(levels(arm), 2, simplify = FALSE))
    note(name, "", paste(pair, collapse = "|"), "smd",
         smd_continuous(x[arm == pair[1]], x[arm == pair[2]]))
}

categorical <- function(name, x, arm) {
  for (g in c("", levels(arm))) {
    all <- if (g == "") x else x[arm == g]
    note(name, "", g, "missing", sum(is.na(all)))
    counts <- table(all)
    for (l in levels(x)) {
      note(name, l, g, "n", counts[[l]])
      note(name, l, g, "percent", 100 * counts[[l]] / sum(counts))
    }
  }
  counts <- table(arm, droplevels(x))
  for (test in c("pearson", if (all(dim(counts) == 2)) "yates")) {
    r <- suppressWarnings(chisq.test(counts, correct = test == "yates"))
    note(name, "", test, "statistic", r$statistic)
    note(name, "", test, "df", r$parameter)
    note(name, "", test, "p", r$p.value)
  }
  note(name, "", "", "smallest_expected", min(r$expected))
  if (all(dim(counts) == 2)) note(name, "", "fisher", "p", fisher.test(counts)$p.value)
  for (pair in combn(levels(arm), 2, simplify = FALSE))
    note(name, "", paste(pair, collapse = "|"), "smd",
         smd_categorical(x[arm == pair[1]], x[arm == pair[2]]))
}

describe <- function(study, subset, by, data, numbers, classes) {
  context <<- list(study = study, subset = subset, by = by)
  arm <- data[[by]]
  for (g in c("", levels(arm))) note("", "", g, "n", if (g == "") length(arm) else sum(arm == g))
  for (name in numbers) continuous(name, data[[name]], arm)
  for (name in classes) categorical(name, data[[name]], arm)
}

coded <- function(x, values, levels) factor(levels[match(x, values)], levels = levels)

# Rotterdam: node-positive patients by hormonal treatment, and by tumour size (three arms)
d <- read.csv("data/rotterdam/rotterdam.csv")
d <- d[d$nodes > 0, ]
d$hormone <- coded(d$hormon, 0:1, c("no", "yes"))
d$menopause <- coded(d$meno, 0:1, c("pre", "post"))
d$chemotherapy <- coded(d$chemo, 0:1, c("no", "yes"))
d$tumour <- coded(d$size, c("<=20", "20-50", ">50"), c("le20", "20to50", "gt50"))
d$grading <- coded(d$grade, 2:3, c("2", "3"))
numbers <- c("age", "nodes", "pgr", "er", "year")
describe("rotterdam", "full", "hormone", d, numbers,
         c("menopause", "tumour", "grading", "chemotherapy"))
describe("rotterdam", "full", "tumour", d, numbers, c("menopause", "grading", "hormone"))
# few patients: expected counts below 5, for Fisher's test
few <- d[d$tumour == "gt50" & d$menopause == "pre", ]
describe("rotterdam", "few", "hormone", few, "age", c("grading", "chemotherapy"))

# NAFLD: cases and controls, with a match number; diagnoses up to day 0
p <- read.csv("data/nafld/nafld1.csv")
p <- p[!is.na(p$case.id), ]
p$group <- factor(ifelse(p$id == p$case.id, "case", "control"), levels = c("control", "case"))
p$sex <- coded(p$male, 0:1, c("female", "male"))
events <- read.csv("data/nafld/nafld3.csv")
before <- function(kind) {
  ids <- events$id[events$event == kind & events$days <= 0]
  factor(ifelse(p$id %in% ids, "yes", "no"), levels = c("no", "yes"))
}
p$diabetes <- before("diabetes")
p$stroke <- before("stroke")
p$obesity <- coded(p$bmi >= 30, c(FALSE, TRUE), c("no", "yes"))
describe("nafld", "full", "group", p, c("age", "bmi", "weight", "height"),
         c("sex", "diabetes", "stroke", "obesity"))

write.csv(do.call(rbind, rows), "tests/reference/baseline.csv", row.names = FALSE, quote = TRUE,
          fileEncoding = "UTF-8")
