# Derived variables of the nafld records, from the delivered files, in base R.
# Rscript tests/reference/records_nafld.R > tests/reference/records_nafld.csv   (R 4.2.2)
people <- read.csv("data/nafld/nafld1.csv")
labs <- read.csv("data/nafld/nafld2.csv.gz")
diagnoses <- read.csv("data/nafld/nafld3.csv")
out <- data.frame()
add <- function(variable, statistic, value)
  out <<- rbind(out, data.frame(variable, statistic, value = format(value, digits = 17, trim = TRUE)))
summarise <- function(variable, x) {
  x <- x[!is.na(x)]
  add(variable, "n", length(x)); add(variable, "sum", sum(x))
  add(variable, "sum_of_squares", sum(x^2)); add(variable, "max", max(x))
}

labs <- labs[labs$value <= 400, ]                       # out of range: missing
for (test in c("hdl", "sbp", "fib4")) {
  d <- labs[labs$test == test & labs$days >= -730 & labs$days <= 0, ]
  last <- tapply(d$days, d$id, max)                     # the nearest day up to day 0 is the last
  near <- d[d$days == last[as.character(d$id)], ]
  summarise(test, tapply(near$value, near$id, mean))
  if (test == "hdl") summarise("hdl_mean", tapply(d$value, d$id, mean))
}
d <- labs[labs$test == "smoke" & labs$days <= 0, ]
last <- tapply(d$days, d$id, max)
near <- d[d$days == last[as.character(d$id)], ]
summarise("smoking_value", tapply(near$value, near$id, mean))

hf_mi <- diagnoses$event %in% c("heart failure", "MI")
after <- diagnoses[hf_mi & diagnoses$days >= 1, ]
summarise("hf_mi_day", tapply(after$days, after$id, min))
after <- diagnoses[diagnoses$event == "nafld" & diagnoses$days >= 1, ]
summarise("later_nafld_day", tapply(after$days, after$id, min))

events <- list(diabetes = "diabetes", hypertension = "htn", dyslipidaemia = "dyslipidemia",
  ischaemic_heart = "ang/isc", stroke = "stroke", atrial_fibrillation = "afib",
  prevalent_hf_mi = c("heart failure", "MI"), prevalent_nafld = "nafld")
for (name in names(events))
  add(name, "yes", length(unique(diagnoses$id[diagnoses$event %in% events[[name]] & diagnoses$days <= 0])))

case <- people$case.id == people$id
add("own_match", "yes", sum(case, na.rm = TRUE))
add("own_match", "missing", sum(is.na(case)))
add("match_in_file", "no", sum(!is.na(people$case.id) & !(people$case.id %in% people$id)))
bmi <- ifelse(people$bmi < 10, NA, people$bmi)          # out of range: missing
add("obesity", "yes", sum(bmi >= 30, na.rm = TRUE))
add("obesity", "missing", sum(is.na(bmi)))
summarise("weight", people$weight)
write.csv(out, stdout(), row.names = FALSE, quote = FALSE)
