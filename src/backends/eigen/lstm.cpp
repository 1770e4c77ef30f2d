// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "backends/eigen/gates.hpp"
#include "backends/eigen/gemm.hpp"
#include "backends/eigen/op.hpp"

namespace gcrisk::backends::eigen {

namespace {

// One product for the inputs of all steps of a person, then one a step for all people of a part.
class Lstm : public Op {
 public:
  explicit Lstm(const OpContext& c)
      : in_(*c.inputs[0]),
        out_(*c.output),
        needs_input_gradient_(c.needs_input_gradient),
        sequence_(c.step.options.text("output") == "sequence"),
        units_(static_cast<std::size_t>(c.step.options.integer("units"))),
        length_(in_.shape.length),
        n_in_(in_.shape.channels),
        lengths_(c.max_people) {
    for (std::size_t p = 0; p < c.parameters.size(); p += 3) {
      Direction d;
      d.input = c.parameters[p];
      d.recurrent = c.parameters[p + 1];
      d.bias = c.parameters[p + 2];
      d.offset = p / 3 * units_;
      d.backwards = p > 0;
      for (std::size_t k = p; k < p + 3; ++k) c.parameters[k]->in_parts = true;
      d.gates.resize(c.max_people * length_ * 4 * units_);
      d.d_gates.resize(d.gates.size());
      d.cells.resize(c.max_people * (length_ + 1) * units_);
      d.states.resize(d.cells.size());
      d.d_cell.resize(c.max_people * units_);
      d.d_state.resize(c.max_people * units_);
      d.input_turned.resize(packed_size(4 * units_, n_in_));
      d.recurrent_turned.resize(4 * units_ * units_);
      directions_.push_back(std::move(d));
    }
  }
  bool together() const override { return true; }
  double cost() const override {
    return static_cast<double>(directions_.size() * length_ * 4 * units_ * (n_in_ + units_));
  }

  void prepare() override {
    std::vector<float> turned(n_in_ * 4 * units_);
    for (Direction& d : directions_) {
      const std::size_t n = 4 * units_;
      for (std::size_t g = 0; g < n; ++g) {
        for (std::size_t k = 0; k < n_in_; ++k) turned[k * n + g] = d.input->value[g * n_in_ + k];
        for (std::size_t k = 0; k < units_; ++k) {
          d.recurrent_turned[k * n + g] = d.recurrent->value[g * units_ + k];
        }
      }
      pack_panels(turned.data(), n, n_in_, d.input_turned.data());
    }
  }

  void forward(const Batch& batch, std::size_t begin, std::size_t end) override {
    for (std::size_t i = begin; i < end; ++i) lengths_[i] = length_of(batch, i, in_.shape);
    for (Direction& d : directions_) forward(d, begin, end);
  }

  void backward(const Batch&, std::size_t begin, std::size_t end, std::size_t part) override {
    bool first = true;
    for (Direction& d : directions_) {
      backward(d, begin, end, part, first);
      first = false;
    }
  }

 private:
  struct Direction {
    Parameter* input = nullptr;      // 4 units × in
    Parameter* recurrent = nullptr;  // 4 units × units
    Parameter* bias = nullptr;
    std::size_t offset = 0;  // of its units in the output
    bool backwards = false;
    std::vector<float> gates;  // people × steps × 4 units, by step
    std::vector<float> d_gates;
    std::vector<float> cells;  // people × (steps + 1) × units; step 0 is the beginning
    std::vector<float> states;
    std::vector<float> d_cell;
    std::vector<float> d_state;
    std::vector<float> input_turned;
    std::vector<float> recurrent_turned;
  };

  // The position that step t of person i reads.
  std::size_t position(const Direction& d, std::size_t i, std::size_t t) const {
    return d.backwards ? lengths_[i] - 1 - t : t;
  }
  std::size_t longest(std::size_t begin, std::size_t end) const {
    std::size_t longest = 0;
    for (std::size_t i = begin; i < end; ++i) longest = std::max(longest, lengths_[i]);
    return longest;
  }

  void forward(Direction& d, std::size_t begin, std::size_t end) {
    const std::size_t n = 4 * units_;
    const std::size_t of_person = (length_ + 1) * units_;
    for (std::size_t i = begin; i < end; ++i) {
      float* gates = d.gates.data() + i * length_ * n;
      // Rows of x in the order of steps: a negative stride for the way back.
      const std::size_t apart = d.backwards ? std::size_t{0} - n_in_ : n_in_;
      if (lengths_[i] > 0) {
        gemm_packed(lengths_[i],
                    n,
                    n_in_,
                    {in_.at(i) + position(d, i, 0) * n_in_, apart, 1},
                    d.input_turned.data(),
                    gates,
                    n);
      }
      for (std::size_t t = 0; t < lengths_[i]; ++t) {
        for (std::size_t g = 0; g < n; ++g) gates[t * n + g] += d.bias->value[g];
      }
      std::fill_n(d.cells.data() + i * of_person, units_, 0.0F);
      std::fill_n(d.states.data() + i * of_person, units_, 0.0F);
      if (sequence_) {
        for (std::size_t t = 0; t < length_; ++t) {
          std::fill_n(out_.at(i) + t * out_.shape.channels + d.offset, units_, 0.0F);
        }
      }
    }
    const std::size_t steps = longest(begin, end);
    for (std::size_t t = 0; t < steps; ++t) {
      gemm(end - begin,
           n,
           units_,
           {d.states.data() + begin * of_person + t * units_, of_person, 1},
           {d.recurrent_turned.data(), n, 1},
           d.gates.data() + begin * length_ * n + t * n,
           length_ * n,
           true);
      for (std::size_t i = begin; i < end; ++i) {
        float* cell = d.cells.data() + i * of_person + t * units_;
        float* state = d.states.data() + i * of_person + t * units_;
        if (t >= lengths_[i]) {
          std::copy_n(state, units_, state + units_);
          continue;
        }
        lstm_forward(
            units_, d.gates.data() + (i * length_ + t) * n, cell, cell + units_, state + units_);
        if (sequence_) {
          std::copy_n(state + units_,
                      units_,
                      out_.at(i) + position(d, i, t) * out_.shape.channels + d.offset);
        }
      }
    }
    for (std::size_t i = begin; i < end && !sequence_; ++i) {
      std::copy_n(
          d.states.data() + i * of_person + lengths_[i] * units_, units_, out_.at(i) + d.offset);
    }
  }

  void backward(Direction& d, std::size_t begin, std::size_t end, std::size_t part, bool first) {
    const std::size_t n = 4 * units_;
    const std::size_t of_person = (length_ + 1) * units_;
    float* dw_input = d.input->begin_part(part);
    float* dw_recurrent = d.recurrent->begin_part(part);
    float* db = d.bias->begin_part(part);
    for (std::size_t i = begin; i < end; ++i) {
      std::fill_n(d.d_cell.data() + i * units_, units_, 0.0F);
      if (sequence_) {
        std::fill_n(d.d_state.data() + i * units_, units_, 0.0F);
      } else {
        std::copy_n(out_.gradient_at(i) + d.offset, units_, d.d_state.data() + i * units_);
      }
    }
    for (std::size_t t = longest(begin, end); t-- > 0;) {
      for (std::size_t i = begin; i < end; ++i) {
        float* d_gates = d.d_gates.data() + (i * length_ + t) * n;
        float* d_state = d.d_state.data() + i * units_;
        if (t >= lengths_[i]) continue;
        if (sequence_) {
          const float* dy =
              out_.gradient_at(i) + position(d, i, t) * out_.shape.channels + d.offset;
          for (std::size_t u = 0; u < units_; ++u) d_state[u] += dy[u];
        }
        const float* cell = d.cells.data() + i * of_person + t * units_;
        lstm_backward(units_,
                      d.gates.data() + (i * length_ + t) * n,
                      cell,
                      cell + units_,
                      d_state,
                      d.d_cell.data() + i * units_,
                      d_gates);
      }
      // People whose sequence is over keep what they have; the others are next to each other or
      // not.
      for (std::size_t i = begin; i < end;) {
        std::size_t last = i;
        while (last < end && t < lengths_[last]) ++last;
        if (last == i) {
          ++i;
          continue;
        }
        gemm(last - i,
             units_,
             n,
             {d.d_gates.data() + (i * length_ + t) * n, length_ * n, 1},
             {d.recurrent->value.data(), units_, 1},
             d.d_state.data() + i * units_,
             units_,
             false);
        i = last;
      }
    }
    for (std::size_t i = begin; i < end; ++i) {
      const float* d_gates = d.d_gates.data() + i * length_ * n;
      const std::size_t steps = lengths_[i];
      if (needs_input_gradient_ && first) {
        std::fill_n(in_.gradient_at(i), in_.size(), 0.0F);
      }
      if (steps == 0) continue;
      for (std::size_t t = 0; t < steps; ++t) {
        for (std::size_t g = 0; g < n; ++g) db[g] += d_gates[t * n + g];
      }
      const std::size_t apart = d.backwards ? std::size_t{0} - n_in_ : n_in_;
      const std::size_t start = position(d, i, 0) * n_in_;
      gemm(n, n_in_, steps, {d_gates, 1, n}, {in_.at(i) + start, apart, 1}, dw_input, n_in_, true);
      gemm(n,
           units_,
           steps,
           {d_gates, 1, n},
           {d.states.data() + i * of_person, units_, 1},
           dw_recurrent,
           units_,
           true);
      if (needs_input_gradient_) {
        gemm(steps,
             n_in_,
             n,
             {d_gates, n, 1},
             {d.input->value.data(), n_in_, 1},
             in_.gradient_at(i) + start,
             apart,
             true);
      }
    }
  }

  Value& in_;
  Value& out_;
  bool needs_input_gradient_;
  bool sequence_;
  std::size_t units_;
  std::size_t length_;
  std::size_t n_in_;
  std::vector<std::size_t> lengths_;
  std::vector<Direction> directions_;
};

}  // namespace

std::size_t length_of(const Batch& batch, std::size_t person, const nn::Shape& shape) {
  if (!shape.masked || batch.data == nullptr || batch.data->visit_counts.empty()) {
    return shape.length;
  }
  return std::min<std::size_t>(shape.length, batch.data->visit_counts[batch.rows[person]]);
}

std::unique_ptr<Op> make_lstm(const OpContext& c) { return std::make_unique<Lstm>(c); }

}  // namespace gcrisk::backends::eigen
