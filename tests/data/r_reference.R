# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# Makes r_reference.tsv: what R's pROC, rms and survival say about risks of a fixed formula on the
# Worcester heart attack study (whas500.csv of the shared data).
#   Rscript r_reference.R ../../../shared/data/survival/whas500.csv > r_reference.tsv
suppressPackageStartupMessages({
  library(pROC)
  library(rms)
  library(survival)
})
data <- read.csv(commandArgs(trailingOnly = TRUE)[1])
y <- data$fstat
risk_of <- function(lp) round(1 / (1 + exp(-lp)), 9)
first <- risk_of(-6.5 + 0.075 * data$age + 0.9 * data$chf + 1.1 * data$sho + 0.006 * data$hr)
second <- risk_of(-4.9 + 0.064 * data$age)

rows <- list()
say <- function(name, value) rows[[length(rows) + 1]] <<- c(name, format(value, digits = 15))

a <- roc(y, first, quiet = TRUE, direction = "<")
b <- roc(y, second, quiet = TRUE, direction = "<")
ci_a <- ci.auc(a, method = "delong")
say("auroc", as.numeric(auc(a)))
say("auroc_low", ci_a[1])
say("auroc_high", ci_a[3])
test <- roc.test(a, b, method = "delong", paired = TRUE)
say("auroc_second", as.numeric(auc(b)))
say("delong_z", unname(test$statistic))
say("delong_p", test$p.value)

v <- val.prob(first, y, pl = FALSE)
say("brier", unname(v["Brier"]))
say("slope", unname(v["Slope"]))
say("c", unname(v["C (ROC)"]))
lp <- qlogis(first)
offset_fit <- glm(y ~ 1 + offset(lp), family = binomial, control = glm.control(epsilon = 1e-14))
say("intercept", unname(coef(offset_fit)))
say("intercept_se", unname(sqrt(vcov(offset_fit)[1, 1])))
slope_fit <- glm(y ~ lp, family = binomial, control = glm.control(epsilon = 1e-14))
say("slope_se", unname(sqrt(vcov(slope_fit)[2, 2])))

knots <- quantile(lp, c(0.05, 0.35, 0.65, 0.95))
spline_fit <- glm(y ~ rcs(lp, knots), family = binomial, control = glm.control(epsilon = 1e-14))
say("ici", mean(abs(fitted(spline_fit) - first)))

wilson <- prop.test(sum(first[y == 1] >= 0.5), sum(y == 1), correct = FALSE)
say("sensitivity", unname(wilson$estimate))
say("sensitivity_low", wilson$conf.int[1])
say("sensitivity_high", wilson$conf.int[2])

time <- data$lenfol_days
con <- concordance(Surv(time, y) ~ first, reverse = TRUE)
say("c_index", unname(con$concordance))
diff <- survdiff(Surv(time, y) ~ data$chf)
say("logrank_chf", diff$chisq)
km <- summary(survfit(Surv(time, y) ~ 1, conf.type = "log-log"), times = 1000)
say("km_1000", km$surv)
say("km_1000_low", km$lower)
say("km_1000_high", km$upper)

cat(sprintf("# R %s.%s, pROC %s, rms %s, survival %s\n", R.version$major, R.version$minor,
            packageVersion("pROC"), packageVersion("rms"), packageVersion("survival")))
cat("NAME\tVALUE\n")
for (row in rows) cat(row[1], "\t", trimws(row[2]), "\n", sep = "")
