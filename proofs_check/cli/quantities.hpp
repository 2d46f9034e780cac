// The exact quantities of a problem (docs/problem-file.md lists them): each in two tiers, with an error radius.
//
//   exact      known in rationals: the radius is the rounding of the printed decimal, 0 if there is none
//   enclosed   between rational bounds
//   estimated  10 |value at 50 digits - value at 100 digits| + rounding   (at --digits 100: 100 and 150)
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "problem_tiers.hpp"

namespace straightedge::cli {

enum class Quantity {
  wasserstein2_squared,
  transport_map,
  transport_cost,
  loss,
  minimum_loss,
  gradient_second_moment,
  gradient_mean_squared_norm,
  gradient_variance,
  gradient_variance_time_local,
  gradient_variance_functional,
  singular_times,
  flow_map,
  rectified_cost,
  straightness,
  angle,
};

inline constexpr std::array<Quantity, 15> kQuantities{
    Quantity::wasserstein2_squared,
    Quantity::transport_map,
    Quantity::transport_cost,
    Quantity::loss,
    Quantity::minimum_loss,
    Quantity::gradient_second_moment,
    Quantity::gradient_mean_squared_norm,
    Quantity::gradient_variance,
    Quantity::gradient_variance_time_local,
    Quantity::gradient_variance_functional,
    Quantity::singular_times,
    Quantity::flow_map,
    Quantity::rectified_cost,
    Quantity::straightness,
    Quantity::angle,
};

/// The name in the output, "wasserstein2_squared".
[[nodiscard]] std::string_view name_of(Quantity quantity);

enum class ResultKind { exact, enclosed, estimated };

/// A number, a list of them, or a matrix of rows x columns.
struct Shape {
  enum class Kind { scalar, list, matrix } kind = Kind::scalar;
  Eigen::Index rows = 1;
  Eigen::Index columns = 1;
};

/// A printed value: decimals with one radius for all entries, or the reason why there is none.
struct Result {
  Shape shape;
  std::vector<std::string> entries;  ///< row by row
  std::string radius;
  ResultKind kind = ResultKind::estimated;
  std::string reason;  ///< not empty: the quantity does not exist

  [[nodiscard]] bool exists() const { return reason.empty(); }
};
using Results = std::map<Quantity, Result>;

/// What is asked of a problem.
struct Request {
  int digits = 50;               ///< 50 or 100
  std::optional<Rational> time;  ///< in [0, 1]: integrands at this time instead of integrals
};

/// Evaluates problems that differ in few values, and keeps what they share: nothing of the target, the coupling or the
/// field is computed anew when only the noise differs, and one quadrature gives the gradient moments for every sigma.
class Evaluator {
 public:
  explicit Evaluator(const Request& request);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  /// All quantities of `problem`.
  [[nodiscard]] Results evaluate(const Problem& problem);

 private:
  struct Memory;
  Request request_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace straightedge::cli
