// Launching kernels: errors as exceptions.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
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

/// Bytes of shared memory that a block may have on the current device: 227 KiB of an H100, 99 KiB of many others.
inline std::size_t shared_memory_of_device(const char* operation) {
  int device = 0;
  int bytes = 0;
  check_cuda(cudaGetDevice(&device), operation);
  check_cuda(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), operation);
  return static_cast<std::size_t>(bytes);
}

/// Lets a kernel have more than 48 KiB: all that it does not hold statically. The same number in each call, so that no
/// other thread of the host takes it back before the launch.
template <class Kernel>
void allow_shared_memory(Kernel* kernel, const char* operation) {
  cudaFuncAttributes attributes{};
  check_cuda(cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(kernel)), operation);
  const std::size_t most = shared_memory_of_device(operation) - attributes.sharedSizeBytes;
  check_cuda(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  static_cast<int>(most)),
             operation);
}

/// ceil(n / size).
inline std::int64_t parts(std::int64_t n, std::int64_t size) {
  return (n + size - 1) / size;
}

}  // namespace straightedge::ops
