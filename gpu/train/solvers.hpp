// Solvers of dx/dt = v(x, t) from t = 0 to 1, for rows that move each by itself.
//
//   euler     x <- x + h v(x, t),                               h = 1 / steps        order 1, 1 evaluation a step
//   heun      x <- x + h/2 (k + v(x + h k, t + h)), k = v(x, t), h = 1 / steps       order 2, 2 evaluations a step
//   adaptive  Dormand and Prince's pair of orders 5 and 4, going on from the one of order 5. Six evaluations a step,
//             whose last is the next one's first. A step is accepted where its error e, the difference of the two, has
//                 max over rows of sqrt(mean over coordinates of (e / (tolerance (1 + max(|x|, |x + dx|))))^2) <= 1,
//             and the next is longer or shorter by Gustafsson's PI control.
//
// By euler and heun the end of a row depends on that row alone, if its velocity does. The steps of `adaptive` are
// common to all rows of a call.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace straightedge::train {

/// v [B, d] of x [B, d], t [B].
using Velocity = std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>;

struct Solver {
  std::string method = "euler";  ///< euler | heun | adaptive
  std::int64_t steps = 100;      ///< of euler and heun, at least 1
  double tolerance = 1e-4;       ///< of adaptive: of a step's error, as above; more than 0
};

struct Solution {
  at::Tensor x;              ///< x(1), [B, d]
  std::int64_t evaluations;  ///< of v, for each row
};

/// x(1) of dx/dt = v(x, t), x(0) = x0 [B, d], in the type and on the device of x0; v is asked at t = 0 and 1 too.
/// Throws InputError for a solver that is none, and Error where x(1) is not finite or `adaptive` would need steps too
/// short for the type.
[[nodiscard]] Solution solve(const Velocity& velocity, const at::Tensor& x0, const Solver& solver);

/// Solution::evaluations where the solver alone decides it: nothing for `adaptive`.
[[nodiscard]] std::optional<std::int64_t> evaluations_of(const Solver& solver);

/// What `solve` has by euler, finite or not.
[[nodiscard]] at::Tensor flow_by_euler(const Velocity& velocity, const at::Tensor& x0, std::int64_t steps);

}  // namespace straightedge::train
