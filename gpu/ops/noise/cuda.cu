#include <algorithm>
#include <common/launch.cuh>
#include <noise/arithmetic.hpp>
#include <noise/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr int threads = 256;
constexpr std::int64_t most_blocks = 1 << 20;

unsigned blocks_for(std::int64_t items) {
  return static_cast<unsigned>(std::min(parts(items, threads), most_blocks));
}

__global__ void __launch_bounds__(threads) philox_kernel(PhiloxArguments in) {
  const std::int64_t stride = std::int64_t{gridDim.x} * threads;
  for (std::int64_t block = std::int64_t{blockIdx.x} * threads + threadIdx.x; block < in.blocks; block += stride) {
    write_block(in, block);
  }
}

template <class T>
__global__ void __launch_bounds__(threads) standard_normal_kernel(StandardNormalArguments<T> in) {
  const std::int64_t stride = std::int64_t{gridDim.x} * threads * 4;
  for (std::int64_t i = (std::int64_t{blockIdx.x} * threads + threadIdx.x) * 4; i < in.count; i += stride) {
    write_normals(in, i);
  }
}

}  // namespace

void philox_cuda(const PhiloxArguments& in, void* stream) {
  philox_kernel<<<blocks_for(in.blocks), threads, 0, static_cast<cudaStream_t>(stream)>>>(in);
  check_launch("philox4x32");
}

template <class T>
void standard_normal_cuda(const StandardNormalArguments<T>& in, void* stream) {
  standard_normal_kernel<<<blocks_for(parts(in.count, 4)), threads, 0, static_cast<cudaStream_t>(stream)>>>(in);
  check_launch("standard_normal");
}

template void standard_normal_cuda(const StandardNormalArguments<double>& arguments, void* stream);
template void standard_normal_cuda(const StandardNormalArguments<float>& arguments, void* stream);
template void standard_normal_cuda(const StandardNormalArguments<Bf16>& arguments, void* stream);

}  // namespace straightedge::ops
