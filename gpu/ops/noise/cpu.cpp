#include <ATen/Parallel.h>

#include <noise/arithmetic.hpp>
#include <noise/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr std::int64_t grain = 2048;  // blocks

}  // namespace

void philox_cpu(const PhiloxArguments& in) {
  at::parallel_for(0, in.blocks, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      write_block(in, block);
    }
  });
}

template <class T>
void standard_normal_cpu(const StandardNormalArguments<T>& in) {
  at::parallel_for(0, (in.count + 3) / 4, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t quad = begin; quad < end; ++quad) {
      write_normals(in, 4 * quad);
    }
  });
}

template void standard_normal_cpu(const StandardNormalArguments<double>& arguments);
template void standard_normal_cpu(const StandardNormalArguments<float>& arguments);
template void standard_normal_cpu(const StandardNormalArguments<Bf16>& arguments);

}  // namespace straightedge::ops
