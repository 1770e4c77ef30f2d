// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "models/nets/options.hpp"

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::models::nets {

using base::ParameterType;

base::ParameterTable training_parameters() {
  const std::string training = "training";
  const std::string adam = "Kingma, Ba 2015, arXiv:1412.6980";
  return {
      {.name = "epochs",
       .type = ParameterType::kInteger,
       .meaning = "passes over the training set at most",
       .default_value = "30",
       .min = 1,
       .max = 100000,
       .placeholder = "N",
       .group = training},
      {.name = "patience",
       .type = ParameterType::kInteger,
       .meaning =
           "stops after so many epochs without a smaller loss on the study's validation set, "
           "and takes the weights of the best epoch; 0 never stops early. Without a "
           "validation set all epochs are done",
       .default_value = "10",
       .min = 0,
       .placeholder = "N",
       .group = training},
      {.name = "batch-size",
       .type = ParameterType::kInteger,
       .meaning = "people a step",
       .default_value = "32",
       .min = 1,
       .max = 65536,
       .placeholder = "N",
       .group = training,
       .search = "int:16:256"},
      {.name = "learning-rate",
       .type = ParameterType::kNumber,
       .meaning = "size of a step of Adam",
       .default_value = "0.001",
       .min = 0,
       .open_min = true,
       .placeholder = "R",
       .source = adam,
       .group = training,
       .search = "log:1e-4:1e-2"},
      {.name = "schedule",
       .type = ParameterType::kChoice,
       .meaning = "the learning rate over time: constant, plateau (halved when the loss has not "
                  "fallen for half the patience), or cosine (down to 0 over all epochs)",
       .default_value = "constant",
       .choices = {"constant", "plateau", "cosine"},
       .group = training},
      {.name = "warmup",
       .type = ParameterType::kInteger,
       .meaning = "epochs over which the learning rate grows from 0",
       .default_value = "0",
       .min = 0,
       .placeholder = "N",
       .group = training},
      {.name = "weight-decay",
       .type = ParameterType::kNumber,
       .meaning = "weights shrink by this times the learning rate in each step",
       .default_value = "0.0001",
       .min = 0,
       .placeholder = "D",
       .source = "Loshchilov, Hutter 2019, arXiv:1711.05101",
       .group = training,
       .search = "log:1e-6:1e-1"},
      {.name = "clip-norm",
       .type = ParameterType::kNumber,
       .meaning = "largest norm of the gradient of a step; 0 leaves it as it is",
       .default_value = "0",
       .min = 0,
       .placeholder = "C",
       .group = training},
      {.name = "dropout",
       .type = ParameterType::kNumber,
       .meaning = "share of the numbers before the last layer that is left out in each step",
       .default_value = "0.3",
       .min = 0,
       .max = 1,
       .open_max = true,
       .placeholder = "S",
       .source = "Srivastava et al. 2014, J Mach Learn Res 15",
       .group = training,
       .search = "0:0.6"},
      {.name = "class-weight",
       .type = ParameterType::kChoice,
       .meaning = "balanced lets each class weigh the same, whatever its share; risks then no "
                  "longer match the cohort's share of cases",
       .default_value = "none",
       .choices = {"none", "balanced"},
       .group = training},
      {.name = "survival-loss",
       .type = ParameterType::kChoice,
       .meaning = "of a time-to-event outcome: cox (partial likelihood within a batch; the score "
                  "is a log hazard), or discrete-time (a hazard for each interval)",
       .default_value = "cox",
       .choices = {"cox", "discrete-time"},
       .group = training},
      {.name = "intervals",
       .type = ParameterType::kInteger,
       .meaning = "of --survival-loss discrete-time: intervals with about as many events in each",
       .default_value = "10",
       .min = 2,
       .max = 1000,
       .placeholder = "N",
       .group = training},
      {.name = "ensemble",
       .type = ParameterType::kInteger,
       .meaning = "networks that are trained from different initial weights; their scores are "
                  "averaged",
       .default_value = "1",
       .min = 1,
       .max = 100,
       .placeholder = "N",
       .source = "Lakshminarayanan et al. 2017, arXiv:1612.01474",
       .group = training},
      {.name = "precision",
       .type = ParameterType::kChoice,
       .meaning =
           "of numbers in training: single, or mixed (products in half precision, bfloat16 or "
           "before Ampere float16 with a scaled loss; needs the torch backend). Weights, "
           "the optimiser and predictions are in single precision",
       .default_value = "single",
       .choices = {"single", "mixed"},
       .source = "Micikevicius et al. 2018, arXiv:1710.03740",
       .group = training},
      {.name = "network",
       .type = ParameterType::kPath,
       .meaning = "a network of one's own instead of the preset: JSON as in model.json",
       .placeholder = "FILE",
       .group = training},
  };
}

base::ParameterTable convolution_parameters() {
  return {
      {.name = "encoding",
       .type = ParameterType::kChoice,
       .meaning = "channels of a variant: dosage (standardised, missing at the mean), "
                  "dosage-missing (and a channel for missing calls), or onehot",
       .default_value = "dosage-missing",
       .choices = {"dosage", "dosage-missing", "onehot"}},
      {.name = "conv-channels",
       .type = ParameterType::kText,
       .meaning = "channels of each block of convolution, rectifier and maximum pool, separated "
                  "by commas, or none; auto: 32,64, and of up to 256 variants 16,32 (cnn) or none "
                  "(gcin), as many blocks as the variants leave room for",
       .default_value = "auto",
       .placeholder = "N,N"},
      {.name = "kernel",
       .type = ParameterType::kText,
       .meaning = "positions a window of each block sees",
       .default_value = "9,5",
       .placeholder = "N,N"},
      {.name = "pool",
       .type = ParameterType::kInteger,
       .meaning = "positions of which the largest is kept, in each block",
       .default_value = "4",
       .min = 1,
       .placeholder = "N"},
  };
}

base::ParameterTable dense_parameters(const std::string& genotype_units) {
  return {
      {.name = "genotype-units",
       .type = ParameterType::kText,
       .meaning = "dense layers at the end of the genomic branch",
       .default_value = genotype_units,
       .placeholder = "N,N"},
      {.name = "head-units",
       .type = ParameterType::kText,
       .meaning = "dense layers behind the point where branches meet",
       .default_value = "32",
       .placeholder = "N,N"},
  };
}

nn::TrainingSettings training_settings(const base::Parameters& p) {
  const auto size = [&](const char* name) { return static_cast<std::size_t>(p.integer(name)); };
  nn::TrainingSettings settings;
  settings.epochs = size("epochs");
  settings.patience = size("patience");
  settings.batch = size("batch-size");
  settings.learning_rate = p.number("learning-rate");
  settings.schedule = p.text("schedule");
  settings.warmup_epochs = size("warmup");
  settings.weight_decay = p.number("weight-decay");
  settings.clip_norm = p.number("clip-norm");
  settings.half_precision = p.text("precision") == "mixed";
  if (p.find("modality-dropout") != nullptr) {
    settings.modality_dropout = p.number("modality-dropout");
  }
  return settings;
}

std::vector<std::size_t> sizes_of(const base::Parameters& p, const std::string& name) {
  std::vector<std::size_t> out;
  if (p.text(name) == "none") return out;
  for (const auto cell : base::split(p.text(name), ',')) {
    const auto n = base::parse_integer(cell);
    if (!n || *n < 1) {
      throw base::UsageError("--" + name + " " + p.text(name) +
                             ": expected whole numbers of at least 1, separated by commas, or "
                             "none");
    }
    out.push_back(static_cast<std::size_t>(*n));
  }
  return out;
}

}  // namespace gcrisk::models::nets
