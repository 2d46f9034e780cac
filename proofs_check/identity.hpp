// Proofs of rational identities by exact evaluation.
//
// The identity says that some rational functions of groups of variables vanish. The template that computes them is run
// twice: with Degree, which bounds the degrees of their numerators in each group, and with Rational on enough points,
// the product over the groups of {n / (D+1) : n in N^m, sum n <= D} for m variables and the bound D (C(m+D, D) points).
// Where every function is defined and zero on all of them, it is zero.
#pragma once

#include <proof.hpp>

#include <straightedge/degree.hpp>

#include <functional>

namespace straightedge::proofs {

/// One value for each variable, group by group.
template <class T>
using GroupedValues = std::vector<std::vector<T>>;

/// The identity in one dimension.
struct Identity {
  int d;
  std::vector<int> variables;  ///< in each group; at most Degree::kGroups groups
  std::function<std::vector<Rational>(const GroupedValues<Rational>&, Variant)> values;
  std::function<std::vector<Degree>(const GroupedValues<Degree>&)> degrees;
};

/// Makes an Identity of a template: `function.template operator()<T>(values, variant)` for both scalars.
template <class Function>
Identity identity_of(int d, std::vector<int> variables, Function function) {
  return {
      d, std::move(variables),
      [function](const GroupedValues<Rational>& at, Variant variant) {
        return function.template operator()<Rational>(at, variant);
      },
      [function](const GroupedValues<Degree>& at) { return function.template operator()<Degree>(at, Variant::claim); }};
}

class IdentityProof final : public Proof {
 public:
  /// `set` names the variables that are covered.
  IdentityProof(std::string set, std::vector<Identity> identities);
  [[nodiscard]] std::string set() const override { return set_; }
  [[nodiscard]] std::string method() const override { return "exact identity on rational grids"; }
  [[nodiscard]] std::string arithmetic() const override { return "exact"; }
  [[nodiscard]] std::int64_t parts() const override { return static_cast<std::int64_t>(parts_.size()); }
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;

  /// The degree bound of each group, and the points of identity `i`.
  [[nodiscard]] const std::vector<int>& degrees(std::size_t i) const { return grids_.at(i).degrees; }
  [[nodiscard]] std::int64_t points(std::size_t i) const { return grids_.at(i).points; }

 private:
  struct Grid {
    std::vector<int> degrees;
    std::vector<std::vector<std::vector<int>>> lattices;  ///< of each group: the points n
    std::int64_t points;
  };
  struct Part {
    std::size_t identity;
    std::int64_t first, end;
  };
  std::string set_;
  std::vector<Identity> identities_;
  std::vector<Grid> grids_;
  std::vector<Part> parts_;
};

/// What a mutant adds to a factor 1.
template <class T>
T falsification(Variant variant) {
  return variant == Variant::mutant ? T(T(1) / T(1'000'000'000)) : T(0);
}

/// Appends the entries of a.
template <class T>
void append(std::vector<T>& values, const Matrix<T>& a) {
  values.insert(values.end(), a.data(), a.data() + a.size());
}

/// The d x d matrix and the vector that a group's values are the entries of, row by row.
template <class T>
Matrix<T> matrix_of(const std::vector<T>& values, int d, std::size_t first = 0) {
  Matrix<T> result(d, d);
  for (int i = 0; i < d; ++i) {
    for (int j = 0; j < d; ++j) {
      result(i, j) = values.at(first + static_cast<std::size_t>(i * d + j));
    }
  }
  return result;
}
template <class T>
Vector<T> vector_of(const std::vector<T>& values) {
  Vector<T> result(static_cast<Eigen::Index>(values.size()));
  std::copy(values.begin(), values.end(), result.data());
  return result;
}
template <class T>
std::vector<T> entries_of(const Matrix<T>& a) {
  return std::vector<T>(a.data(), a.data() + a.size());
}

}  // namespace straightedge::proofs
