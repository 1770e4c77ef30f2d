# SPDX-FileCopyrightText: the gcrisk authors
# SPDX-License-Identifier: Apache-2.0
# ranger's random forest on a .bed, its own data preparation included.
# usage: Rscript peer_ranger.R PREFIX OUTCOME.tsv TREES
suppressPackageStartupMessages(library(ranger))
given <- commandArgs(trailingOnly = TRUE)
n <- length(readLines(paste0(given[1], ".fam")))
bed <- paste0(given[1], ".bed")
bytes <- readBin(bed, "raw", file.size(bed))[-(1:3)]
p <- length(bytes) / ceiling(n / 4)
copies <- c(2, 0, 1, 0)  # missing as no copy
codes <- as.integer(bytes)
x <- matrix(0, nrow = 4 * ceiling(n / 4), ncol = p)
for (k in 0:3) x[seq(k + 1, nrow(x), 4), ] <- copies[bitwAnd(bitwShiftR(codes, 2L * k), 3L) + 1L]
x <- x[seq_len(n), ]
colnames(x) <- paste0("v", seq_len(p))
y <- factor(read.table(given[2], sep = "\t")[[2]])
forest <- ranger(x = x, y = y, num.trees = as.integer(given[3]), probability = TRUE,
                 min.node.size = 1, num.threads = 2, seed = 1)
cat("out-of-bag Brier score", forest$prediction.error, "\n")
