# Quantiles of 300 small samples with many ties, where curves run along 0.75, 0.50 and 0.25.
# Rscript tests/reference/small.R   (from the repository root; writes tests/reference/small.csv)
library(survival)
set.seed(20260101)
rows <- list()
text <- function(x) ifelse(is.na(x), "", formatC(x, digits = 17, format = "g", width = 1))
for (case in 1:300) {
  n <- sample(1:12, 1)
  late <- case %% 3 == 0
  entry <- if (late) sample(0:2, n, replace = TRUE) else rep(0, n)
  time <- entry + sample(1:7, n, replace = TRUE)
  event <- as.integer(runif(n) < if (case %% 2) 1 else 0.7)
  if (sum(event) == 0) event[1] <- 1
  y <- if (late) Surv(entry, time, event) else Surv(time, event)
  for (type in c("log", "log-log", "plain")) {
    q <- quantile(survfit(y ~ 1, conf.type = type), probs = c(0.25, 0.5, 0.75))
    rows[[length(rows) + 1]] <- data.frame(
      case = case, late = as.integer(late), entry = paste(entry, collapse = " "),
      time = paste(time, collapse = " "), event = paste(event, collapse = " "), interval = type,
      q1 = text(q$quantile[[1]]), median = text(q$quantile[[2]]), q3 = text(q$quantile[[3]]),
      low = text(q$lower[[2]]), high = text(q$upper[[2]]))
  }
}
write.csv(do.call(rbind, rows), "tests/reference/small.csv", row.names = FALSE, quote = FALSE)
