// Second moments of a field's residual and of its gradients at one time.
//
// With the forms of residual_forms.hpp, at given f^2, f f', f'^2:
//   loss        E|r|^2 = tr Cov(r) + |E r|^2
//   second      E|g|^2 = 4 [ (tr P P^T + p^T p)(tr Q Q^T + q^T q + 1) + 2 tr(P^T P Q^T Q) + 4 p^T P Q^T q ]
//               and tr(P^T P Q^T Q) = |P Q^T|_F^2
//   mean        E g_th = -2 p,   E g_Th = -2 (P Q^T + p q^T)
//   time-local  the same two with r in place of S^T r and X_t - t mu, of mean 0, in place of y: E|g_t|^2 - |E g_t|^2
#pragma once

#include "residual_forms.hpp"

namespace straightedge::enclosure {

/// The forms' moments, still separated by f^2, f f' and f'^2.
template <class Number>
struct MomentTerms {
  CovarianceTrace<Number> residual, weighted, position, preimage;
  CrossCovariance<Number> residual_position;  ///< Cov(r, X_t)
  CrossCovariance<Number> weighted_preimage;  ///< P Q^T
  BallMatrix<Number> residual_mean, weighted_mean, preimage_mean;
};

template <class Number>
[[nodiscard]] MomentTerms<Number> moment_terms(const FieldData<Number>& field, const Resolvent<Number>& resolvent,
                                               const Number& t) {
  const ResidualForms<Number> forms = residual_forms(field, resolvent, t);
  return {covariance_trace(forms.residual, field.spread),
          covariance_trace(forms.weighted, field.spread),
          covariance_trace(forms.position, field.spread),
          covariance_trace(forms.preimage, field.spread),
          cross_covariance(forms.residual, forms.position, field.spread),
          cross_covariance(forms.weighted, forms.preimage, field.spread),
          forms.residual_mean,
          forms.weighted_mean,
          forms.preimage_mean};
}

template <class Number>
struct MomentsAtTime {
  Number loss;           ///< E|r|^2
  Number time_local;     ///< E|g_t|^2 - |E g_t|^2
  Number second_moment;  ///< E|g|^2
};

/// The first line of E|g|^2 above, over 4, for factors a and b with covariance c.
template <class Number>
[[nodiscard]] Number product_moment(const Number& a_trace, const BallMatrix<Number>& a_mean, const Number& b_trace,
                                    const BallMatrix<Number>& b_mean, const BallMatrix<Number>& c) {
  const Number a = a_trace + square_sum(a_mean);
  const Number b = b_trace + square_sum(b_mean) + Number(1);
  return a * b + Number(2) * square_sum(c) + Number(4) * inner(a_mean, c * b_mean);
}

template <class Number>
[[nodiscard]] MomentsAtTime<Number> moments_at(const MomentTerms<Number>& terms, const NoiseAtTime<Number>& f) {
  const slong d = terms.residual_mean.rows();
  const BallMatrix<Number> origin(d, 1);
  const BallMatrix<Number> local_mean = at(terms.residual_position, f, d);
  const Number residual = terms.residual.at(f);
  const Number mean_squared = square_sum(terms.residual_mean);
  const Number local = product_moment(residual, terms.residual_mean, terms.position.at(f), origin, local_mean);
  const Number second = product_moment(terms.weighted.at(f), terms.weighted_mean, terms.preimage.at(f),
                                       terms.preimage_mean, at(terms.weighted_preimage, f, d));
  return {residual + mean_squared, Number(4) * (local - mean_squared - square_sum(local_mean)), Number(4) * second};
}

/// -E g_Th / 2 at f^2 = f f' = 0: the part of P Q^T + p q^T without noise.
template <class Number>
[[nodiscard]] BallMatrix<Number> mean_without_noise(const MomentTerms<Number>& terms) {
  BallMatrix<Number> result = terms.weighted_mean * transpose(terms.preimage_mean);
  if (terms.weighted_preimage.plain) {
    result += *terms.weighted_preimage.plain;
  }
  return result;
}

}  // namespace straightedge::enclosure
