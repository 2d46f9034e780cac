// Launching kernels: errors as exceptions.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace straightedge::ops {

/// Throws std::runtime_error, naming the operation, for anything but success.
inline void check_cuda(cudaError_t error, const char* operation) {
  if (error != cudaSuccess) {
    throw std::runtime_error(std::string(operation) + ": CUDA: " + cudaGetErrorString(error));
  }
}

/// After each launch: a kernel that could not be started.
inline void check_launch(const char* operation) {
  check_cuda(cudaGetLastError(), operation);
}

/// ceil(n / size).
inline std::int64_t parts(std::int64_t n, std::int64_t size) {
  return (n + size - 1) / size;
}

}  // namespace straightedge::ops
