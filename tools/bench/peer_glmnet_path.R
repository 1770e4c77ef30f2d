# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
#
# A lasso path by glmnet, from the .bed: read, standardise, fit.
# usage: Rscript peer_glmnet_path.R PREFIX PHENO COLUMN linear|logistic PATH.tsv
# The values of lambda are those of PATH.tsv, which gcrisk train lr wrote with --alpha 1. Fails if
# one of our objectives there is above glmnet's.

suppressPackageStartupMessages(library(glmnet))
arguments <- commandArgs(trailingOnly = TRUE)
prefix <- arguments[1]
ids <- read.table(paste0(prefix, ".fam"), colClasses = "character")$V2
n <- length(ids)
bytes <- readBin(paste0(prefix, ".bed"), "raw", file.size(paste0(prefix, ".bed")))[-(1:3)]
row_bytes <- (n + 3) %/% 4
codes <- c(2, NA, 1, 0)
quads <- sapply(0:255, function(b) codes[bitwAnd(bitwShiftR(b, c(0, 2, 4, 6)), 3) + 1])
x <- matrix(quads[, as.integer(bytes) + 1], nrow = 4 * row_bytes)[seq_len(n), , drop = FALSE]
rm(bytes)
mean_of <- colMeans(x, na.rm = TRUE)
missing <- which(is.na(x), arr.ind = TRUE)
x <- sweep(x, 2, mean_of)
sd_of <- sqrt(colSums(x^2, na.rm = TRUE) / colSums(!is.na(x)))
x <- sweep(x, 2, ifelse(sd_of > 0, sd_of, 1), "/")
if (nrow(missing) > 0) x[missing] <- 0
pheno <- read.table(arguments[2], header = TRUE, comment.char = "", check.names = FALSE)
y <- pheno[[arguments[3]]][match(ids, pheno[[1]])]
path <- read.table(arguments[5], header = TRUE, comment.char = "", check.names = FALSE)
names(path)[1] <- sub("^#", "", names(path)[1])
linear <- arguments[4] == "linear"
fit <- glmnet(x, y, family = if (linear) "gaussian" else "binomial", alpha = 1,
              lambda = path$LAMBDA, standardize = FALSE)
worst <- -Inf
for (k in seq_along(fit$lambda)) {
  beta <- fit$beta[, k]
  used <- which(beta != 0)
  eta <- fit$a0[k] + x[, used, drop = FALSE] %*% beta[used]
  loss <- if (linear) 0.5 * (y - eta)^2 else log1p(exp(-abs(eta))) + pmax(eta, 0) - y * eta
  theirs <- mean(loss) + fit$lambda[k] * sum(abs(beta))
  worst <- max(worst, path$OBJECTIVE[k] / theirs - 1)
}
cat(sprintf("largest excess of our objective: %.2e\n", worst))
if (worst > 1e-5) stop("our objective is above glmnet's")
