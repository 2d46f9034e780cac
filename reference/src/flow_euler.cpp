// Explicit Euler: z_{i+1} = z_i + (t_{i+1} - t_i) v(z_i, t_i).
#include <straightedge/error.hpp>
#include <straightedge/flow.hpp>

namespace straightedge {

template <class T>
Vector<T> euler_flow(const VelocityFunction<T>& velocity, const Vector<T>& start, const std::vector<T>& grid) {
  if (grid.size() < 2) {
    throw InputError("Euler grid: " + std::to_string(grid.size()) + " times; at least 2 are needed");
  }
  for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
    if (!(grid[i] < grid[i + 1])) {
      throw InputError("Euler grid: time " + std::to_string(i + 1) + " is not above time " + std::to_string(i) +
                       "; the times must increase");
    }
  }
  Vector<T> z = start;
  for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
    const T step = grid[i + 1] - grid[i];
    const Vector<T> slope = velocity(z, grid[i]);
    z += step * slope;
  }
  return z;
}

#define STRAIGHTEDGE_INSTANTIATE(T) \
  template Vector<T> euler_flow<T>(const VelocityFunction<T>&, const Vector<T>&, const std::vector<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
STRAIGHTEDGE_INSTANTIATE(Rational)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
