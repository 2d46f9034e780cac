#include <integrate/kernels.hpp>
#include <linalg/block.cuh>

namespace straightedge::ops {
namespace {

constexpr unsigned threads = 128;
// Of factors that are held at a time: 64 MB, or those of one step.
constexpr std::int64_t most_elements_of_factors = std::int64_t{1} << 23;

/// Everything in fp64 that the kernels share, in the workspace.
struct State {
  double* th;       ///< [d]
  double* Th;       ///< [d, d]
  double* x;        ///< [d, B]
  double* k;        ///< [d, B]; unless d is small, as sum and y
  double* sum;      ///< [d, B]
  double* y;        ///< [d, B]
  double* factors;  ///< [steps held, times a step, d d + d]
  std::int64_t steps_held;
  std::int64_t elements;  ///< of all
};

template <class T>
State state_of(const IntegrateArguments<T>& in, double* workspace) {
  const std::int64_t n = in.dimension;
  const std::int64_t vector = n * in.batch;
  const std::int64_t of_step = in.grid.times_a_step() * (n * n + n);
  State state{};
  std::int64_t first = 0;
  const auto take = [&](std::int64_t elements) {
    double* taken = workspace + first;
    first += elements;
    return taken;
  };
  state.steps_held = std::clamp<std::int64_t>(most_elements_of_factors / of_step, 1, in.grid.steps);
  state.th = take(n);
  state.Th = take(n * n);
  state.x = take(vector);
  if (n > largest_dimension_of_thread) {
    state.k = take(vector);
    state.sum = take(vector);
    state.y = take(vector);
  }
  state.factors = take(state.steps_held * of_step);
  state.elements = first;
  return state;
}

template <class T>
__global__ void __launch_bounds__(threads) load_state(IntegrateArguments<T> in, State state) {
  const std::int64_t n = in.dimension;
  const std::int64_t i = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (i < n) {
    state.th[i] = load(in.th[i]);
  }
  if (i < n * n) {
    state.Th[i] = load(in.Th[i]);
  }
  if (i < in.batch * n) {
    state.x[i % n * in.batch + i / n] = load(in.x[i]);
  }
}

template <class T>
__global__ void __launch_bounds__(threads) store_result(IntegrateArguments<T> in, State state) {
  const std::int64_t n = in.dimension;
  const std::int64_t i = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (i < in.batch * n) {
    in.x1[i] = rounded<T>(state.x[i % n * in.batch + i / n]);
  }
}

/// The times of steps from `first` on: a block to each, in global memory.
__global__ void factor_times(TimeGrid grid, std::int64_t n, State state, std::int64_t first, std::int64_t* singular) {
  const ThreadOfBlock thread;
  const std::int64_t index = first * grid.times_a_step() + blockIdx.x;
  double* a = state.factors + blockIdx.x * (n * n + n);
  const double t = grid.time(index / grid.times_a_step(), index % grid.times_a_step());
  for (std::int64_t i = thread.index; i < n * n; i += thread.count) {
    a[i] = entry_of_lines<double>(t, state.Th[i], i % (n + 1) == 0);
  }
  __syncthreads();
  if (!factor_lu_by_block(a, n, a + n * n, n) && thread.index == 0) {
    name_row(singular, index);
  }
}

/// Steps first .. last - 1 of one sample. `field` has y.
template <class V, class Size>
__device__ void take_steps(const PairFieldOfSample<V, Size>& field, const TimeGrid& grid, const State& state,
                           std::int64_t first, std::int64_t last, V x, V k, V sum) {
  const std::int64_t n = field.n;
  const double* factors = state.factors;
  for (std::int64_t step = first; step < last; ++step) {
    LinesAtTime lines[3] = {};
    for (int i = 0; i < 3; ++i) {
      if (i < grid.times_a_step()) {
        lines[i] = {grid.time(step, i), factors, factors + n * n};
        factors += n * n + n;
      }
    }
    take_step(field, grid.method, grid.step_size(), lines, x, k, sum);
  }
}

/// A thread to each sample, its vectors in registers.
template <class Size>
__global__ void __launch_bounds__(threads) advance_in_registers(TimeGrid grid, Size n, std::int64_t batch, State state,
                                                                std::int64_t first, std::int64_t last) {
  const std::int64_t b = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (b >= batch) {
    return;
  }
  double x[n];
  double k[n];
  double sum[n];
  double y[n];
#pragma unroll
  for (std::int64_t i = 0; i < n; ++i) {
    x[i] = state.x[i * batch + b];
  }
  take_steps<double*>(PairFieldOfSample<double*, Size>{state.th, state.Th, n, y}, grid, state, first, last, x, k, sum);
#pragma unroll
  for (std::int64_t i = 0; i < n; ++i) {
    state.x[i * batch + b] = x[i];
  }
}

/// A thread to each sample, its vectors in global memory: neighbours read neighbouring numbers of the vectors, and the
/// same number of the factors.
__global__ void __launch_bounds__(threads) advance_in_memory(TimeGrid grid, std::int64_t n, std::int64_t batch,
                                                             State state, std::int64_t first, std::int64_t last) {
  using V = Strided<double>;
  const std::int64_t b = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (b < batch) {
    const PairFieldOfSample<V, std::int64_t> field{state.th, state.Th, n, V{state.y + b, batch}};
    take_steps(field, grid, state, first, last, V{state.x + b, batch}, V{state.k + b, batch}, V{state.sum + b, batch});
  }
}

}  // namespace

template <class T>
std::size_t integrate_cuda_workspace(const IntegrateArguments<T>& arguments) {
  return static_cast<std::size_t>(state_of(arguments, nullptr).elements) * sizeof(double);
}

template <class T>
void integrate_cuda(const IntegrateArguments<T>& arguments, void* workspace, void* stream) {
  if (arguments.batch == 0) {
    return;
  }
  const auto on = static_cast<cudaStream_t>(stream);
  const std::int64_t n = arguments.dimension;
  const TimeGrid& grid = arguments.grid;
  const State state = state_of(arguments, static_cast<double*>(workspace));
  const auto blocks = [](std::int64_t elements) { return static_cast<unsigned>(parts(elements, threads)); };
  load_state<<<blocks(std::max(arguments.batch * n, n * n)), threads, 0, on>>>(arguments, state);
  check_launch("integrate");
  for (std::int64_t first = 0; first < grid.steps; first += state.steps_held) {
    const std::int64_t last = std::min(first + state.steps_held, grid.steps);
    const auto times = static_cast<unsigned>((last - first) * grid.times_a_step());
    factor_times<<<times, n <= 32 ? 32 : 256, 0, on>>>(grid, n, state, first, arguments.singular);
    check_launch("integrate");
    const bool is_small = with_size_of_thread(n, [&](auto size) {
      advance_in_registers<<<blocks(arguments.batch), threads, 0, on>>>(grid, size, arguments.batch, state, first,
                                                                        last);
    });
    if (!is_small) {
      advance_in_memory<<<blocks(arguments.batch), threads, 0, on>>>(grid, n, arguments.batch, state, first, last);
    }
    check_launch("integrate");
  }
  store_result<<<blocks(arguments.batch * n), threads, 0, on>>>(arguments, state);
  check_launch("integrate");
}

template std::size_t integrate_cuda_workspace(const IntegrateArguments<double>& arguments);
template std::size_t integrate_cuda_workspace(const IntegrateArguments<float>& arguments);
template std::size_t integrate_cuda_workspace(const IntegrateArguments<Bf16>& arguments);
template void integrate_cuda(const IntegrateArguments<double>& arguments, void* workspace, void* stream);
template void integrate_cuda(const IntegrateArguments<float>& arguments, void* workspace, void* stream);
template void integrate_cuda(const IntegrateArguments<Bf16>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
