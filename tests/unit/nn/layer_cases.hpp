// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/nn/loss.hpp"
#include "unit/nn/networks.hpp"

// A small network for each layer, way to join branches and loss.
namespace gcrisk::test {

struct LayerCase {
  std::string name;
  std::string genotypes;  // layers of the genomic branch
  std::string head;       // layers behind it
  std::string fusion = "concat";
  nn::Loss loss = nn::Loss::kBinary;
  std::size_t n_outputs = 1;
  std::string input = "genotypes";  // what the first branch reads, or "visits"
};

inline std::string layer(const std::string& type, const std::string& options = "") {
  return "{\"type\": \"" + type + "\"" + (options.empty() ? "" : ", " + options) + "}";
}

inline std::vector<LayerCase> layer_cases() {
  const std::string conv = layer("conv1d", R"("channels": 6, "kernel": 3)");
  return {
      {"linear", layer("linear", R"("units": 5)"), ""},
      {"conv", conv, ""},
      {"conv_stride", layer("conv1d", R"("channels": 4, "kernel": 4, "stride": 3)"), ""},
      {"conv_dilation",
       conv + "," + layer("conv1d", R"("channels": 4, "kernel": 3, "dilation": 2)"),
       ""},
      {"conv_groups",
       conv + "," + layer("conv1d", R"("channels": 4, "kernel": 3, "groups": 2, "padding": "2")"),
       ""},
      {"conv_after_conv", conv + "," + layer("conv1d", R"("channels": 9, "kernel": 5)"), ""},
      {"conv_relu_pool",
       layer("conv1d", R"("channels": 11, "kernel": 5)") + "," + layer("relu") + "," +
           layer("max-pool", R"("size": 4)"),
       ""},
      {"two_conv_relu_pool",
       conv + "," + layer("relu") + "," + layer("max-pool", R"("size": 3)") + "," +
           layer("conv1d", R"("channels": 17, "kernel": 5)") + "," + layer("relu") + "," +
           layer("max-pool", R"("size": 2)"),
       ""},
      {"max_pool", conv + "," + layer("max-pool", R"("size": 4, "stride": 2)"), ""},
      {"average_pool", conv + "," + layer("average-pool", R"("size": 3)"), ""},
      {"relu", layer("linear", R"("units": 8)") + "," + layer("relu"), ""},
      {"gelu", layer("linear", R"("units": 8)") + "," + layer("gelu"), ""},
      {"tanh", layer("linear", R"("units": 8)") + "," + layer("tanh"), ""},
      {"sigmoid", layer("linear", R"("units": 8)") + "," + layer("sigmoid"), ""},
      {"window", layer("window", R"("size": 5)") + "," + conv, ""},
      {"lstm", layer("lstm", R"("units": 6)"), ""},
      {"lstm_stacked",
       layer("lstm", R"("units": 9, "output": "sequence", "bidirectional": true)") + "," +
           layer("lstm", R"("units": 5, "bidirectional": true)"),
       ""},
      {"lstm_visits",
       layer("lstm", R"("units": 6, "output": "sequence", "bidirectional": true)") + "," +
           layer("lstm", R"("units": 5, "bidirectional": true)"),
       "",
       "concat",
       nn::Loss::kBinary,
       1,
       "visits"},
      {"gru", layer("gru", R"("units": 6)"), ""},
      {"gru_stacked",
       layer("gru", R"("units": 9, "output": "sequence", "bidirectional": true)") + "," +
           layer("gru", R"("units": 5, "bidirectional": true)"),
       ""},
      {"gru_visits",
       layer("gru", R"("units": 6, "output": "sequence", "bidirectional": true)") + "," +
           layer("gru", R"("units": 5, "bidirectional": true)"),
       "",
       "concat",
       nn::Loss::kBinary,
       1,
       "visits"},
      {"batch_norm",
       layer("linear", R"("units": 6)") + "," + layer("batch-norm") + "," + layer("tanh"),
       ""},
      {"batch_norm_of_positions",
       conv + "," + layer("batch-norm", R"("momentum": 0.3)") + "," + layer("tanh"),
       ""},
      {"layer_norm",
       conv + "," + layer("layer-norm") + "," + layer("linear", R"("units": 5)") + "," +
           layer("layer-norm"),
       ""},
      {"global_max_pool", conv + "," + layer("global-max-pool"), ""},
      {"global_average_pool", conv + "," + layer("tanh") + "," + layer("global-average-pool"), ""},
      {"attention_pool", conv + "," + layer("attention-pool", R"("units": 6, "heads": 3)"), ""},
      {"locally_connected",
       layer("locally-connected", R"("channels": 3, "kernel": 4, "stride": 3)") + "," +
           layer("relu") + "," +
           layer("locally-connected", R"("channels": 2, "kernel": 3, "padding": "1")"),
       ""},
      {"embedding", layer("embedding", R"("units": 3)") + "," + conv, ""},
      {"global_max_pool_visits",
       layer("gru", R"("units": 4, "output": "sequence")") + "," + layer("global-max-pool"),
       "",
       "concat",
       nn::Loss::kBinary,
       1,
       "visits"},
      {"global_average_pool_visits",
       layer("gru", R"("units": 4, "output": "sequence")") + "," + layer("global-average-pool"),
       "",
       "concat",
       nn::Loss::kBinary,
       1,
       "visits"},
      {"attention_pool_visits",
       layer("gru", R"("units": 4, "output": "sequence")") + "," +
           layer("attention-pool", R"("units": 4, "heads": 2)"),
       "",
       "concat",
       nn::Loss::kBinary,
       1,
       "visits"},
      {"dropout", conv, layer("dropout", R"("rate": 0.5)") + ","},
      {"gated", conv, "", "gated"},
      {"multiclass", conv, "", "concat", nn::Loss::kMulticlass, 2},
      {"squared", conv, "", "concat", nn::Loss::kSquared},
      {"cox", conv, "", "concat", nn::Loss::kCox},
      {"discrete_time", conv, "", "concat", nn::Loss::kDiscreteTime, 3},
  };
}

// Two branches, the second one dense over the clinical columns.
inline nn::NetworkSpec network_of(const LayerCase& c) {
  return network(
      R"({"branches": [{"input": ")" + c.input + R"(", "layers": [)" + c.genotypes +
      R"(]}, {"input": "clinical", "layers": [{"type": "linear", "units": 4}]}], "fusion": ")" +
      c.fusion + R"(", "fusion_units": 5, "head": [)" + c.head + R"({"type": "linear", "units": )" +
      std::to_string(c.n_outputs) + "}]}");
}

}  // namespace gcrisk::test
