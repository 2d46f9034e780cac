#include <normal_samples.hpp>
#include <sampled_variance.hpp>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

/// The gradient of one training sample for the parameters (th, Th), th first, as one vector of length d + d^2.
Vector<double> sample_gradient(const Coupling<double>& coupling, const PairField<double>& field, double sigma,
                               NormalSamples& random) {
  const Eigen::Index d = coupling.dimension();
  Vector<double> x0(d);
  Vector<double> z(d);
  for (Eigen::Index i = 0; i < d; ++i) {
    x0[i] = random.normal();
    z[i] = random.normal();
  }
  const double t = random.uniform();
  const Vector<double> x1 = coupling.target.mean + coupling.cross.lazyProduct(x0);
  const Vector<double> x = (1 - t) * x0 + t * x1 + sigma * z;
  const Matrix<double> s = inverse<double>(Matrix<double>::Identity(d, d) + t * field.matrix);
  const Vector<double> y = s.lazyProduct(x - t * field.shift);
  const Vector<double> r = x1 - x0 - field.shift - field.matrix.lazyProduct(y);
  Vector<double> gradient(d + d * d);
  gradient.head(d) = -2 * s.transpose().lazyProduct(r);
  for (Eigen::Index j = 0; j < d; ++j) {
    gradient.segment(d + j * d, d) = gradient.head(d) * y[j];
  }
  return gradient;
}

/// tr Cov(g) from `samples` gradients by Welford's recursion: unbiased.
double sampled_variance(const Coupling<double>& coupling, const PairField<double>& field, double sigma, int samples,
                        NormalSamples& random) {
  const Eigen::Index d = coupling.dimension();
  Vector<double> mean = Vector<double>::Zero(d + d * d);
  double sum = 0;
  for (int n = 1; n <= samples; ++n) {
    const Vector<double> gradient = sample_gradient(coupling, field, sigma, random);
    const Vector<double> before = gradient - mean;
    mean += before / n;
    sum += before.dot(gradient - mean);
  }
  return sum / (samples - 1);
}

}  // namespace

std::vector<double> sampled_variances(const Coupling<double>& coupling, const PairField<double>& field, double sigma,
                                      const SamplingPlan& plan, std::uint64_t stream) {
  if (plan.replicates < 2 || plan.samples < 2 || !coupling.is_deterministic()) {
    throw InputError("sampled variances need a deterministic coupling, two replicates and two samples at least");
  }
  NormalSamples random(plan.seed, stream);
  std::vector<double> result;
  for (int i = 0; i < plan.replicates; ++i) {
    result.push_back(sampled_variance(coupling, field, sigma, plan.samples, random));
  }
  return result;
}

WelchTest compare_sampled_variances(const Coupling<double>& coupling_a, const PairField<double>& field_a,
                                    const Coupling<double>& coupling_b, const PairField<double>& field_b, double sigma,
                                    const SamplingPlan& plan) {
  return welch_test(sampled_variances(coupling_a, field_a, sigma, plan, 0),
                    sampled_variances(coupling_b, field_b, sigma, plan, 1));
}

}  // namespace straightedge::proofs
