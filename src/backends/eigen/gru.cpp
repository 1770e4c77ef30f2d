// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "backends/eigen/gemm.hpp"
#include "backends/eigen/op.hpp"

namespace gcrisk::backends::eigen {

namespace {

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

// One product for the inputs of all steps of a person, then one a step for all people of a part.
// Gates in the order reset, update, new.
class Gru : public Op {
 public:
  explicit Gru(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        sequence_(c.step.options.text("output") == "sequence"),
        units_(static_cast<std::size_t>(c.step.options.integer("units"))),
        length_(in_.shape.length),
        n_in_(in_.shape.channels),
        lengths_(c.max_people) {
    for (std::size_t p = 0; p < c.parameters.size(); p += 4) {
      Direction d;
      for (std::size_t k = 0; k < 4; ++k) {
        d.arrays[k] = c.parameters[p + k];
        d.arrays[k]->in_parts = true;
      }
      d.offset = p / 4 * units_;
      d.backwards = p > 0;
      d.of_input.resize(c.max_people * length_ * 3 * units_);
      d.of_state.resize(d.of_input.size());
      d.d_input.resize(d.of_input.size());
      d.d_hidden.resize(d.of_input.size());
      d.states.resize(c.max_people * (length_ + 1) * units_);
      d.d_state.resize(c.max_people * units_);
      d.input_turned.resize(n_in_ * 3 * units_);
      d.state_turned.resize(units_ * 3 * units_);
      directions_.push_back(std::move(d));
    }
  }
  bool together() const override { return true; }
  double cost() const override {
    return static_cast<double>(directions_.size() * length_ * 3 * units_ * (n_in_ + units_));
  }

  void prepare() override {
    const std::size_t n = 3 * units_;
    for (Direction& d : directions_) {
      turn(d.arrays[0]->value, n_in_, n, d.input_turned);
      turn(d.arrays[1]->value, units_, n, d.state_turned);
    }
  }

  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) lengths_[i] = length_of(batch, i, in_.shape);
    for (Direction& d : directions_) forward(d, begin, end);
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    if (!in_.gradient.empty()) {
      for (std::size_t i = begin; i < end; ++i) std::fill_n(in_.gradient_at(i), in_.size(), 0.0F);
    }
    for (Direction& d : directions_) backward(d, begin, end, part);
  }

 private:
  struct Direction {
    Parameter* arrays[4] = {};  // 3 units × in, 3 units × units, two biases
    std::size_t offset = 0;     // of its units in the output
    bool backwards = false;
    // people × steps × 3 units, by step: reset, update and new gate; W h + b of the state before.
    std::vector<float> of_input, of_state;
    std::vector<float> d_input, d_hidden;  // derivatives by the sums of input and of state
    std::vector<float> states;  // people × (steps + 1) × units; step 0 is the beginning
    std::vector<float> d_state;
    std::vector<float> input_turned, state_turned;
  };

  static void turn(const std::vector<float>& from,
                   std::size_t n_in,
                   std::size_t n,
                   std::vector<float>& to) {
    for (std::size_t g = 0; g < n; ++g) {
      for (std::size_t k = 0; k < n_in; ++k) to[k * n + g] = from[g * n_in + k];
    }
  }
  // The position that step t of person i reads.
  std::size_t position(const Direction& d, std::size_t i, std::size_t t) const {
    return d.backwards ? lengths_[i] - 1 - t : t;
  }
  std::size_t longest(std::size_t begin, std::size_t end) const {
    return *std::max_element(lengths_.begin() + begin, lengths_.begin() + end);
  }

  void forward(Direction& d, std::size_t begin, std::size_t end) {
    const std::size_t n = 3 * units_;
    const std::size_t of_person = (length_ + 1) * units_;
    if (begin == end) return;
    for (std::size_t i = begin; i < end; ++i) {
      float* sums = d.of_input.data() + i * length_ * n;
      if (lengths_[i] > 0) {
        gemm(lengths_[i],
             n,
             n_in_,
             {in_.at(i) + position(d, i, 0) * n_in_, apart(d), 1},
             {d.input_turned.data(), n, 1},
             sums,
             n,
             false);
      }
      std::fill_n(d.states.data() + i * of_person, units_, 0.0F);
      for (std::size_t t = 0; t < length_ && sequence_; ++t) {
        std::fill_n(out_.at(i) + t * out_.shape.channels + d.offset, units_, 0.0F);
      }
    }
    const std::size_t steps = longest(begin, end);
    for (std::size_t t = 0; t < steps; ++t) {
      gemm(end - begin,
           n,
           units_,
           {d.states.data() + begin * of_person + t * units_, of_person, 1},
           {d.state_turned.data(), n, 1},
           d.of_state.data() + (begin * length_ + t) * n,
           length_ * n,
           false);
      for (std::size_t i = begin; i < end; ++i) {
        const float* before = d.states.data() + i * of_person + t * units_;
        float* state = d.states.data() + i * of_person + (t + 1) * units_;
        if (t >= lengths_[i]) {
          std::copy_n(before, units_, state);
          continue;
        }
        step(d, (i * length_ + t) * n, before, state);
        if (sequence_) {
          std::copy_n(
              state, units_, out_.at(i) + position(d, i, t) * out_.shape.channels + d.offset);
        }
      }
    }
    for (std::size_t i = begin; i < end && !sequence_; ++i) {
      std::copy_n(
          d.states.data() + i * of_person + lengths_[i] * units_, units_, out_.at(i) + d.offset);
    }
  }

  // Gates replace the sums of the input; the new gate's sum of the state stays for the way back.
  void step(Direction& d, std::size_t at, const float* before, float* state) const {
    float* gates = d.of_input.data() + at;
    float* sums = d.of_state.data() + at;
    for (std::size_t g = 0; g < 3 * units_; ++g) {
      gates[g] += d.arrays[2]->value[g];
      sums[g] += d.arrays[3]->value[g];
    }
    for (std::size_t u = 0; u < units_; ++u) {
      const float reset = gates[u] = sigmoid(gates[u] + sums[u]);
      const float update = gates[units_ + u] = sigmoid(gates[units_ + u] + sums[units_ + u]);
      float& fresh = gates[2 * units_ + u];
      fresh = std::tanh(fresh + reset * sums[2 * units_ + u]);
      state[u] = (1 - update) * fresh + update * before[u];
    }
  }

  void backward(Direction& d, std::size_t begin, std::size_t end, std::size_t part) {
    const std::size_t n = 3 * units_;
    const std::size_t of_person = (length_ + 1) * units_;
    float* gradients[4];
    for (std::size_t k = 0; k < 4; ++k) gradients[k] = d.arrays[k]->begin_part(part);
    if (begin == end) return;
    for (std::size_t i = begin; i < end; ++i) {
      float* d_state = d.d_state.data() + i * units_;
      if (sequence_) {
        std::fill_n(d_state, units_, 0.0F);
      } else {
        std::copy_n(out_.gradient_at(i) + d.offset, units_, d_state);
      }
    }
    for (std::size_t t = longest(begin, end); t-- > 0;) {
      for (std::size_t i = begin; i < end; ++i) {
        if (t >= lengths_[i]) continue;
        float* d_state = d.d_state.data() + i * units_;
        if (sequence_) {
          const float* dy =
              out_.gradient_at(i) + position(d, i, t) * out_.shape.channels + d.offset;
          for (std::size_t u = 0; u < units_; ++u) d_state[u] += dy[u];
        }
        step_back(d, (i * length_ + t) * n, d.states.data() + i * of_person + t * units_, d_state);
        gemm(1,
             units_,
             n,
             {d.d_hidden.data() + (i * length_ + t) * n, n, 1},
             {d.arrays[1]->value.data(), units_, 1},
             d_state,
             units_,
             true);
      }
    }
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t steps = lengths_[i];
      if (steps == 0) continue;
      const float* d_input = d.d_input.data() + i * length_ * n;
      const float* d_hidden = d.d_hidden.data() + i * length_ * n;
      for (std::size_t t = 0; t < steps; ++t) {
        for (std::size_t g = 0; g < n; ++g) {
          gradients[2][g] += d_input[t * n + g];
          gradients[3][g] += d_hidden[t * n + g];
        }
      }
      const std::size_t start = position(d, i, 0) * n_in_;
      const MatrixIn x{in_.at(i) + start, apart(d), 1};
      gemm(n, n_in_, steps, {d_input, 1, n}, x, gradients[0], n_in_, true);
      const MatrixIn h{d.states.data() + i * of_person, units_, 1};
      gemm(n, units_, steps, {d_hidden, 1, n}, h, gradients[1], units_, true);
      if (in_.gradient.empty()) continue;
      gemm(steps,
           n_in_,
           n,
           {d_input, n, 1},
           {d.arrays[0]->value.data(), n_in_, 1},
           in_.gradient_at(i) + start,
           apart(d),
           true);
    }
  }

  // From the derivative by the state to those by the sums; what goes past the gates to the state
  // before stays in `d_state`.
  void step_back(Direction& d, std::size_t at, const float* before, float* d_state) const {
    const float* gates = d.of_input.data() + at;
    const float* sums = d.of_state.data() + at;
    float* d_input = d.d_input.data() + at;
    float* d_hidden = d.d_hidden.data() + at;
    for (std::size_t u = 0; u < units_; ++u) {
      const float reset = gates[u];
      const float update = gates[units_ + u];
      const float fresh = gates[2 * units_ + u];
      const float d_fresh = d_state[u] * (1 - update) * (1 - fresh * fresh);
      const float d_update = d_state[u] * (before[u] - fresh) * update * (1 - update);
      const float d_reset = d_fresh * sums[2 * units_ + u] * reset * (1 - reset);
      d_input[u] = d_hidden[u] = d_reset;
      d_input[units_ + u] = d_hidden[units_ + u] = d_update;
      d_input[2 * units_ + u] = d_fresh;
      d_hidden[2 * units_ + u] = d_fresh * reset;
      d_state[u] *= update;
    }
  }

  // From one step's numbers of the input to the next one's: a negative stride for the way back.
  std::size_t apart(const Direction& d) const {
    return d.backwards ? std::size_t{0} - n_in_ : n_in_;
  }

  Value& in_;
  Value& out_;
  bool sequence_;
  std::size_t units_;
  std::size_t length_;
  std::size_t n_in_;
  std::vector<std::size_t> lengths_;
  std::vector<Direction> directions_;
};

}  // namespace

std::unique_ptr<Op> make_gru(const OpContext& c) { return std::make_unique<Gru>(c); }

}  // namespace gcrisk::backends::eigen
