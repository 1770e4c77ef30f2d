// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/base/threads.hpp"
#include "gcrisk/nn/backend.hpp"

namespace gcrisk::backends::eigen {

// A batch is cut into so many parts whatever the number of threads; each has gradients of its own,
// which are added in order.
inline constexpr std::size_t kParts = 8;
// Behind each person's numbers, so that a whole register can be read at the end.
inline constexpr std::size_t kSlack = 32;

// What flows between two operations, for every person of a batch, and its derivative. Sequences
// have zeros before and after, which a convolution reads as padding.
struct Value {
  nn::Shape shape;
  std::size_t before = 0;  // positions
  std::size_t after = 0;
  std::size_t stride = 0;  // numbers from one person to the next
  std::vector<float> data;
  std::vector<float> gradient;

  void allocate(std::size_t n_people, bool with_gradient);
  float* at(std::size_t i) { return data.data() + i * stride + before * shape.channels; }
  float* gradient_at(std::size_t i) {
    return gradient.data() + i * stride + before * shape.channels;
  }
  std::size_t size() const { return shape.size(); }
};

// How an array lies in memory, as against in the weight file.
enum class Layout {
  kPlain,
  kTransposed,  // out × in as in × out
  kTapsFirst,   // (positions ×) out × in × taps as (positions ×) out × taps × in
};

struct Parameter {
  nn::ParameterSpec spec;
  Layout layout = Layout::kPlain;
  bool frozen = false;
  bool in_parts = false;  // gradients are written to `parts` and added up by the optimiser
  std::vector<float> value;
  std::vector<float> gradient;
  std::vector<float> first_moment;
  std::vector<float> second_moment;
  std::vector<float> parts;

  std::size_t size() const { return value.size(); }
  // The gradient of one part, set to zero.
  float* begin_part(std::size_t part);
  std::vector<float> exported(const std::vector<float>& internal) const;
  std::vector<float> imported(const std::vector<float>& file) const;
};

// Runs tasks on the team; a small piece of work stays in the calling thread.
class Team {
 public:
  explicit Team(std::shared_ptr<base::ThreadPool> pool) : pool_(std::move(pool)) {}
  template <typename Work>
  void run(std::size_t n_tasks, double cost, const Work& work) const {
    if (cost < 2e5 || n_tasks < 2) {
      for (std::size_t i = 0; i < n_tasks; ++i) work(i);
      return;
    }
    const Work* const one = &work;  // small enough that std::function does not allocate
    pool_->run(n_tasks, [one](std::size_t i, std::size_t) { (*one)(i); });
  }

 private:
  std::shared_ptr<base::ThreadPool> pool_;
};

// The people of one pass.
struct Batch {
  const nn::Data* data = nullptr;
  const std::uint32_t* rows = nullptr;
  std::size_t n = 0;
  const nn::DenseInputs* dense = nullptr;                   // instead of data and rows
  const std::vector<std::string>* branch_inputs = nullptr;  // what each branch reads
  bool training = false;
  std::uint64_t seed = 1;
  std::uint64_t step = 0;
  double modality_dropout = 0;
};

// One step of a plan, forward and backward, for the people [begin, end) of a batch. Operations that
// look at one person at a time are run side by side on parts of the batch; the others are given
// the whole batch and use the team themselves.
class Op {
 public:
  virtual ~Op() = default;
  virtual bool by_person() const { return true; }
  // Of those: wants the people of a part together, not one after the other.
  virtual bool together() const { return false; }
  // Multiply-adds a person costs forward.
  virtual double cost() const { return 0; }
  // After each change of the weights.
  virtual void prepare() {}
  virtual void forward(const Batch& batch, std::size_t begin, std::size_t end) = 0;
  // Writes the derivatives by the inputs and, in `part`, by the parameters.
  virtual void backward(const Batch& batch,
                        std::size_t begin,
                        std::size_t end,
                        std::size_t part) = 0;
};

// What an operation is made from.
struct OpContext {
  const nn::Step& step;
  std::vector<Value*> inputs;
  Value* output;
  std::vector<Parameter*> parameters;
  const Team* team;
  std::size_t max_people;
  bool needs_input_gradient;  // somebody before it learns
};

std::unique_ptr<Op> make_linear(const OpContext& context);
std::unique_ptr<Op> make_conv1d(const OpContext& context);
// conv1d, relu and max-pool in one, where no window of the pool overlaps another.
std::unique_ptr<Op> make_conv_relu_pool(const OpContext& context, std::size_t pool);
std::unique_ptr<Op> make_pool(const OpContext& context);
std::unique_ptr<Op> make_activation(const OpContext& context);
std::unique_ptr<Op> make_dropout(const OpContext& context);
std::unique_ptr<Op> make_window(const OpContext& context);
std::unique_ptr<Op> make_lstm(const OpContext& context);
std::unique_ptr<Op> make_gru(const OpContext& context);
std::unique_ptr<Op> make_batch_norm(const OpContext& context);
std::unique_ptr<Op> make_layer_norm(const OpContext& context);
std::unique_ptr<Op> make_global_pool(const OpContext& context);
std::unique_ptr<Op> make_attention_pool(const OpContext& context);
std::unique_ptr<Op> make_locally_connected(const OpContext& context);
std::unique_ptr<Op> make_embedding(const OpContext& context);
std::unique_ptr<Op> make_concat(const OpContext& context);
std::unique_ptr<Op> make_gated(const OpContext& context);
std::unique_ptr<Op> make_input(const nn::InputStep& input, std::size_t index, Value* output);

// Positions that a person's sequence has.
std::size_t length_of(const Batch& batch, std::size_t person, const nn::Shape& shape);

// Which branches a person of the batch is seen without: missing altogether, or hidden by modality
// dropout. Bit i: branch i.
std::uint32_t hidden_branches(const Batch& batch,
                              std::size_t person,
                              std::span<Value* const> inputs);

}  // namespace gcrisk::backends::eigen
