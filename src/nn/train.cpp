// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/train.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "checkpoint.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/random.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::nn {

namespace {

class Training {
 public:
  Training(Executor& executor,
           Loss loss,
           const Data& data,
           std::span<const std::uint32_t> train,
           std::span<const std::uint32_t> validation,
           const TrainingSettings& settings,
           const base::Context& context)
      : executor_(executor),
        loss_(loss),
        data_(data),
        train_(train.begin(), train.end()),
        validation_(validation),
        settings_(settings),
        context_(context) {
    position_.fingerprint = settings.fingerprint;
    position_.so_far.best_loss = std::numeric_limits<double>::infinity();
  }

  TrainingResult run(std::size_t n_outputs) {
    agree(number_of(settings_.fingerprint), "were given different data or options");
    resume();
    context_.progress->start("epochs", settings_.epochs, "epochs");
    context_.progress->advance(position_.epoch);
    TrainingResult& result = position_.so_far;
    result.stopped_by = "epochs";
    while (position_.epoch < settings_.epochs && !out_of_patience()) {
      const double train_loss = run_epoch();
      Epoch epoch{position_.epoch + 1, rate_of(position_.epoch, 0), train_loss, NAN};
      if (!validation_.empty()) {
        epoch.validation_loss = evaluate(executor_, loss_, data_, n_outputs, validation_);
      }
      result.history.push_back(epoch);
      const double loss = validation_.empty() ? train_loss : epoch.validation_loss;
      if (validation_.empty() || loss < result.best_loss - settings_.min_improvement) {
        result.best_loss = loss;
        result.best_epoch = epoch.epoch;
        if (!validation_.empty()) position_.best = executor_.parameters();
      }
      ++position_.epoch;
      position_.people_done = 0;
      position_.loss_sum = 0;
      save();
      context_.progress->advance();
    }
    executor_.largest(0);  // no process leaves before all are done
    context_.progress->finish();
    if (out_of_patience()) result.stopped_by = "patience";
    if (!position_.best.empty()) executor_.set_parameters(position_.best);
    return result;
  }

 private:
  // The first digits of a hash, which a double holds exactly.
  static double number_of(const std::string& hash) {
    return hash.empty() ? 0 : static_cast<double>(std::stoull(hash.substr(0, 12), nullptr, 16));
  }

  void agree(double value, const std::string& what) const {
    if (executor_.largest(value) == -executor_.largest(-value)) return;
    throw base::MismatchError("the processes that train together " + what,
                              "start all of them alike, on files that all of them see");
  }

  void resume() {
    if (settings_.checkpoint_folder.empty()) return;
    auto found = read_checkpoint(settings_.checkpoint_folder, settings_.fingerprint);
    agree(found ? static_cast<double>(1 + found->epoch * train_.size() + found->people_done) : 0,
          "found different checkpoints in " + settings_.checkpoint_folder);
    if (!found) return;
    position_ = std::move(*found);
    executor_.restore(position_.state);
    context_.log->info("going on from the checkpoint after " + std::to_string(position_.epoch) +
                       " epochs");
  }

  void save() {
    if (settings_.checkpoint_folder.empty() || !settings_.writes_checkpoints) return;
    position_.state = executor_.state();
    write_checkpoint(settings_.checkpoint_folder, position_);
  }

  // A signal reaches processes at different moments, or one of them alone: they stop together.
  void look_at_signals() {
    const double signal = executor_.largest(context_.cancellation->signal());
    if (signal == 0) return;
    save();
    executor_.largest(0);  // a launcher may end all when one ends: not before it is written
    context_.cancellation->request(static_cast<int>(signal));
    context_.cancellation->check();
  }

  bool out_of_patience() const {
    const TrainingResult& result = position_.so_far;
    return settings_.patience > 0 && !validation_.empty() &&
           result.history.size() >= result.best_epoch + settings_.patience;
  }

  // Times that the rate was halved: each time when the loss had not improved for half the patience.
  double plateau_factor() const {
    const std::size_t wait = std::max<std::size_t>(1, settings_.patience / 2);
    double best = std::numeric_limits<double>::infinity();
    double factor = 1;
    std::size_t since = 0;
    for (const Epoch& epoch : position_.so_far.history) {
      const double loss = validation_.empty() ? epoch.train_loss : epoch.validation_loss;
      since = loss < best - settings_.min_improvement ? 0 : since + 1;
      best = std::min(best, loss);
      if (since >= wait) {
        factor /= 2;
        since = 0;
      }
    }
    return factor;
  }

  // Learning rate at a share `within` of an epoch.
  double rate_of(std::size_t epoch, double within) const {
    const double at = static_cast<double>(epoch) + within;
    const auto warmup = static_cast<double>(settings_.warmup_epochs);
    double rate = settings_.learning_rate;
    if (at < warmup) return rate * std::max(at, 1e-3) / warmup;
    if (settings_.schedule == "plateau") rate *= plateau_factor();
    if (settings_.schedule == "cosine") {
      const double span = std::max(1.0, static_cast<double>(settings_.epochs) - warmup);
      rate *= 0.5 * (1 + std::cos(std::numbers::pi * (at - warmup) / span));
    }
    return rate;
  }

  // The order is a function of seed and epoch, so that a resumed run has the same one.
  double run_epoch() {
    std::vector<std::uint32_t> order = train_;
    base::Random(settings_.seed, "order of training", position_.epoch)
        .shuffle(std::span<std::uint32_t>(order));
    const std::size_t batch = settings_.batch;
    const std::size_t n_batches = base::chunk_count(order.size(), batch);
    const std::size_t stretch =
        batch * std::max<std::size_t>(1, executor_.people_between_looks() / batch);
    while (position_.people_done < order.size()) {
      look_at_signals();
      const std::size_t begin = position_.people_done;
      const std::size_t end = std::min(order.size(), begin + stretch);
      StepSettings step{.batch = batch,
                        .weight_decay = settings_.weight_decay,
                        .clip_norm = settings_.clip_norm,
                        .modality_dropout = settings_.modality_dropout,
                        .seed = settings_.seed,
                        .first_step = position_.epoch * n_batches + begin / batch,
                        .half_precision = settings_.half_precision};
      for (std::size_t b = begin / batch; b * batch < end; ++b) {
        step.learning_rates.push_back(static_cast<float>(
            rate_of(position_.epoch, static_cast<double>(b) / static_cast<double>(n_batches))));
      }
      const auto done = executor_.train(std::span(order).subspan(begin, end - begin), step);
      if (done.bad_batch >= 0) {
        throw base::DegenerateError(
            "the loss is not finite at epoch " + std::to_string(position_.epoch + 1) + ", batch " +
                std::to_string(begin / batch + static_cast<std::size_t>(done.bad_batch) + 1) +
                " of " + std::to_string(n_batches),
            "lower --learning-rate, give --clip-norm 1, or look for columns with extreme values");
      }
      position_.loss_sum += done.loss_sum;
      position_.people_done = end;
    }
    return position_.loss_sum / static_cast<double>(order.size());
  }

  Executor& executor_;
  Loss loss_;
  const Data& data_;
  std::vector<std::uint32_t> train_;
  std::span<const std::uint32_t> validation_;
  const TrainingSettings& settings_;
  const base::Context& context_;
  Checkpoint position_;
};

}  // namespace

TrainingResult train(Executor& executor,
                     Loss loss,
                     const Data& data,
                     std::span<const std::uint32_t> train_rows,
                     std::span<const std::uint32_t> validation,
                     const TrainingSettings& settings,
                     const base::Context& context,
                     std::size_t n_outputs) {
  return Training(executor, loss, data, train_rows, validation, settings, context).run(n_outputs);
}

double evaluate(Executor& executor,
                Loss loss,
                const Data& data,
                std::size_t n_outputs,
                std::span<const std::uint32_t> rows) {
  std::vector<float> scores(rows.size() * n_outputs);
  executor.predict(rows, scores.data());
  return loss_of(loss, data, rows, scores.data(), n_outputs, nullptr);
}

}  // namespace gcrisk::nn
