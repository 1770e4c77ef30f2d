// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/capability.hpp"

#include <gtest/gtest.h>

#include "gcrisk/base/error.hpp"

namespace gcrisk::nn {
namespace {

// The compiler flags that two releases of LibTorch print of themselves.
const std::string kFor126 =
    "NVCC architecture flags: -gencode;arch=compute_50,code=sm_50;-gencode;arch=compute_60,"
    "code=sm_60;-gencode;arch=compute_70,code=sm_70;-gencode;arch=compute_75,code=sm_75;-gencode;"
    "arch=compute_80,code=sm_80;-gencode;arch=compute_86,code=sm_86;-gencode;arch=compute_90,"
    "code=sm_90";
const std::string kFor130 =
    "NVCC architecture flags: -gencode;arch=compute_75,code=sm_75;-gencode;arch=compute_80,"
    "code=sm_80;-gencode;arch=compute_86,code=sm_86;-gencode;arch=compute_90,code=sm_90;-gencode;"
    "arch=compute_100,code=sm_100;-gencode;arch=compute_120,code=sm_120";

TEST(Capability, MachineCodeServesItsMajorNumberAndHigherMinorOnes) {
  EXPECT_TRUE(has_kernels(kFor126, {"V100", 7, 0}));
  EXPECT_FALSE(has_kernels(kFor130, {"V100", 7, 0}));  // 7.5 is higher
  EXPECT_TRUE(has_kernels(kFor130, {"T4", 7, 5}));
  EXPECT_TRUE(has_kernels(kFor130, {"RTX 4090", 8, 9}));  // by the code for 8.6
  EXPECT_TRUE(has_kernels(kFor130, {"H200", 9, 0}));
  EXPECT_TRUE(has_kernels(kFor130, {"B200", 10, 0}));
  EXPECT_FALSE(has_kernels(kFor126, {"B200", 10, 0}));
}

TEST(Capability, PtxServesWhatComesLater) {
  const std::string ptx = "-gencode;arch=compute_80,code=compute_80";
  EXPECT_TRUE(has_kernels(ptx, {"H200", 9, 0}));
  EXPECT_FALSE(has_kernels(ptx, {"V100", 7, 0}));
}

TEST(Capability, AGpuWithoutKernelsIsToldWhichLibTorchHasThem) {
  try {
    require_kernels(kFor130, {"Tesla V100-SXM2-16GB", 7, 0}, "2.11.0+cu130");
    FAIL();
  } catch (const base::DeviceError& error) {
    EXPECT_STREQ(error.what(),
                 "the GPU Tesla V100-SXM2-16GB has compute capability 7.0, for which LibTorch "
                 "2.11.0+cu130 has no kernels");
    EXPECT_EQ(error.hint(),
              "LibTorch 2.7.1 for CUDA 12.6 has kernels for compute capability 5.0 to 9.0: "
              "tools/setup --torch 2.7.1");
  }
  try {
    require_kernels(kFor126, {"B200", 10, 0}, "2.7.1+cu126");
    FAIL();
  } catch (const base::DeviceError& error) {
    EXPECT_NE(error.hint().find("tools/setup --torch 2.11.0"), std::string::npos);
  }
  require_kernels(kFor126, {"Tesla V100-SXM2-16GB", 7, 0}, "2.7.1+cu126");
}

}  // namespace
}  // namespace gcrisk::nn
