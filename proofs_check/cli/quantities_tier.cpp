#include "quantities_tier.hpp"

#include <cmath>
#include <functional>
#include <straightedge/error.hpp>
#include <straightedge/flow.hpp>
#include <straightedge/loss.hpp>

#include "quantities_reasons.hpp"

namespace straightedge::cli {
namespace {

template <RealScalar T>
TierValue<T> scalar(const T& value) {
  return {{}, {value}, ""};
}

template <RealScalar T>
TierValue<T> list(std::vector<T> values) {
  const auto size = static_cast<Eigen::Index>(values.size());
  return {{Shape::Kind::list, 1, size}, std::move(values), ""};
}

template <RealScalar T>
TierValue<T> matrix(const Matrix<T>& a) {
  std::vector<T> entries;
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (Eigen::Index j = 0; j < a.cols(); ++j) {
      entries.push_back(a(i, j));
    }
  }
  return {{Shape::Kind::matrix, a.rows(), a.cols()}, std::move(entries), ""};
}

template <RealScalar T>
TierValue<T> none(const std::string& reason) {
  return {{}, {}, reason};
}

/// `value`, or `reason` where it is not finite.
template <RealScalar T>
TierValue<T> finite(const T& value, const std::string& reason) {
  using std::isfinite;
  return isfinite(value) ? scalar<T>(value) : none<T>(reason);
}

/// compute(), or the reason for which it says that the quantity does not exist.
template <RealScalar T>
TierValue<T> guarded(const std::function<TierValue<T>()>& compute) {
  try {
    return compute();
  } catch (const DoesNotExist& error) {
    return none<T>(error.what());
  }
}

template <RealScalar T>
T squared_length(const Vector<T>& v) {
  return squared_norm<T>(Matrix<T>(v));
}

template <RealScalar T>
void put_moments(TierValues<T>& values, const GradientMoments<T>& moments, const std::string& reason) {
  values[Quantity::gradient_second_moment] = finite<T>(moments.second_moment, reason);
  values[Quantity::gradient_mean_squared_norm] = finite<T>(moments.mean_squared_norm, reason);
  values[Quantity::gradient_variance] = finite<T>(moments.variance, reason);
}

template <RealScalar T>
void put_no_moments(TierValues<T>& values, const std::string& reason) {
  for (const Quantity quantity :
       {Quantity::gradient_second_moment, Quantity::gradient_mean_squared_norm, Quantity::gradient_variance}) {
    values[quantity] = none<T>(reason);
  }
}

template <RealScalar T>
void put_no_field(TierValues<T>& values) {
  put_no_moments<T>(values, kNoPairField);
  for (const Quantity quantity :
       {Quantity::loss, Quantity::gradient_variance_time_local, Quantity::gradient_variance_functional}) {
    values[quantity] = none<T>(kNoPairField);
  }
}

/// The reason why an integral over t of the field diverges.
template <RealScalar T>
std::string divergence(const TierProblem<T>& problem) {
  return problem.noise.adds_noise_to_target() ? kInfiniteTarget : kInfinitePole;
}

template <RealScalar T>
TierValues<T> integrated_of_field(const TierProblem<T>& problem, MomentsMemory<T>& memory) {
  const PairField<T>& field = *problem.field;
  const NoiseSchedule<T>& noise = problem.noise;
  const std::string reason = divergence<T>(problem);
  TierValues<T> values;
  values[Quantity::loss] = guarded<T>([&] { return finite<T>(loss<T>(problem.coupling, noise, field), reason); });
  values[Quantity::gradient_variance_time_local] =
      guarded<T>([&] { return finite<T>(gradient_variance_time_local<T>(problem.coupling, noise, field), reason); });
  values[Quantity::gradient_variance_functional] =
      guarded<T>([&] { return finite<T>(gradient_variance_functional<T>(problem.coupling, noise, field), reason); });
  if (noise.adds_noise_to_target()) {
    put_no_moments<T>(values, reason);
    return values;
  }
  try {
    if (!memory) {
      memory = moments_in_noise<T>(problem.coupling, noise.is_noisy() ? noise.kind : NoiseKind::none, field);
    }
    put_moments<T>(values, memory->at(T(noise.sigma * noise.sigma)), reason);
  } catch (const DoesNotExist& error) {
    put_no_moments<T>(values, error.what());
  }
  return values;
}

template <RealScalar T>
TierValues<T> integrated_of_minimiser(const TierProblem<T>& problem) {
  TierValues<T> values;
  values[Quantity::loss] =
      guarded<T>([&] { return finite<T>(minimum_loss<T>(problem.coupling, problem.noise), kInfiniteTarget); });
  put_no_moments<T>(values, kMinimiserHasNoParameters);
  values[Quantity::gradient_variance_time_local] = guarded<T>(
      [&] { return finite<T>(minimiser_variance_time_local<T>(problem.coupling, problem.noise), kInfiniteTarget); });
  values[Quantity::gradient_variance_functional] = guarded<T>(
      [&] { return finite<T>(minimiser_variance_functional<T>(problem.coupling, problem.noise), kInfiniteTarget); });
  return values;
}

template <RealScalar T>
void put_residual(TierValues<T>& values, const ResidualMomentsAtTime<T>& residual) {
  const T functional = T(4) * (residual.loss - squared_length<T>(residual.mean));
  values[Quantity::loss] = finite<T>(residual.loss, kInfiniteAtTime);
  values[Quantity::gradient_variance_time_local] = finite<T>(residual.time_local_variance, kInfiniteAtTime);
  values[Quantity::gradient_variance_functional] = finite<T>(functional, kInfiniteAtTime);
}

template <RealScalar T>
TierValues<T> field_at(const TierProblem<T>& problem, const T& time) {
  TierValues<T> values;
  try {
    const Mismatch<T> gap = mismatch<T>(problem.coupling, *problem.field);
    put_residual<T>(values, residual_moments_at_time<T>(problem.coupling, problem.noise, *problem.field, gap, time));
    const GradientMomentsAtTime<T> g = gradient_moments_at_time<T>(problem.noise, *problem.field, gap, time);
    const T mean = squared_length<T>(g.mean_shift) + squared_norm<T>(g.mean_matrix);
    put_moments<T>(values, {g.second_moment, mean, T(g.second_moment - mean)}, kInfiniteAtTime);
  } catch (const DoesNotExist&) {
    put_no_field<T>(values);
    for (auto& [quantity, value] : values) {
      value.reason = kSingularAtTime;
    }
  }
  return values;
}

template <RealScalar T>
TierValues<T> minimiser_at(const TierProblem<T>& problem, const T& time) {
  TierValues<T> values;
  put_no_moments<T>(values, kMinimiserHasNoParameters);
  try {
    put_residual<T>(values, minimiser_residual_at_time<T>(problem.coupling, problem.noise, time));
  } catch (const DoesNotExist&) {
    for (const Quantity quantity :
         {Quantity::loss, Quantity::gradient_variance_time_local, Quantity::gradient_variance_functional}) {
      values[quantity] = none<T>(kSingularAtTime);
    }
  }
  return values;
}

template <RealScalar T>
TierValue<T> minimum_loss_at(const TierProblem<T>& problem, const T& time) {
  try {
    return finite<T>(minimiser_residual_at_time<T>(problem.coupling, problem.noise, time).loss, kInfiniteAtTime);
  } catch (const DoesNotExist&) {
    return none<T>(kSingularInterpolantAtTime);
  }
}

/// The bridge's f' is infinite at both ends, and with it the target.
template <RealScalar T>
bool is_infinite_at(const NoiseSchedule<T>& noise, const T& time) {
  return noise.adds_noise_to_target() && (time == 0 || time == 1);
}

}  // namespace

template <RealScalar T>
TierValues<T> coupling_quantities(const TierProblem<T>& problem) {
  const Coupling<T>& coupling = problem.coupling;
  const Eigen::Index d = coupling.dimension();
  TierValues<T> values;
  values[Quantity::wasserstein2_squared] = scalar<T>(wasserstein2_squared<T>(standard_gaussian<T>(d), coupling.target));
  values[Quantity::transport_map] = matrix<T>(square_root<T>(coupling.target.covariance));
  values[Quantity::transport_cost] = scalar<T>(transport_cost<T>(coupling));
  values[Quantity::angle] =
      d != 2 ? none<T>(kNotAPlane) : guarded<T>([&] { return scalar<T>(rotation_degrees<T>(coupling)); });
  return values;
}

template <RealScalar T>
TierValues<T> field_quantities(const TierProblem<T>& problem) {
  TierValues<T> values;
  if (problem.field_kind == FieldKind::minimiser) {
    values[Quantity::singular_times] = none<T>(kMinimiserHasNoParameters);
    return values;
  }
  if (!problem.field) {
    values[Quantity::singular_times] = values[Quantity::straightness] = none<T>(kNoPairField);
    return values;
  }
  const std::vector<T> times = singular_times<T>(*problem.field);
  values[Quantity::singular_times] = list<T>(times);
  // Along its own flow from z the field is th + Th z at every time before the first singular one.
  const bool singular_inside = !times.empty() && times.front() < 1;
  values[Quantity::straightness] = singular_inside ? none<T>(kSingularInside) : scalar<T>(T(0));
  return values;
}

template <RealScalar T>
TierValues<T> flow_quantities(const TierProblem<T>& problem) {
  TierValues<T> values;
  const bool of_minimiser = problem.field_kind == FieldKind::minimiser;
  try {
    const AffineFlow<T> flow = minimiser_flow<T>(problem.coupling, problem.noise);
    values[Quantity::flow_map] = matrix<T>(flow.map);
    values[Quantity::rectified_cost] = scalar<T>(flow_cost<T>(problem.coupling.target.mean, flow.map));
    if (of_minimiser) {
      values[Quantity::straightness] = scalar<T>(flow.straightness);
    }
  } catch (const DoesNotExist&) {
    values[Quantity::flow_map] = values[Quantity::rectified_cost] = none<T>(kSingularInterpolant);
    if (of_minimiser) {
      values[Quantity::straightness] = none<T>(kSingularInterpolant);
    }
  }
  return values;
}

template <RealScalar T>
TierValues<T> integrated_quantities(const TierProblem<T>& problem, MomentsMemory<T>& memory) {
  TierValues<T> values;
  if (problem.field_kind == FieldKind::minimiser) {
    values = integrated_of_minimiser<T>(problem);
  } else if (problem.field) {
    values = integrated_of_field<T>(problem, memory);
  } else {
    put_no_field<T>(values);
  }
  values[Quantity::minimum_loss] =
      guarded<T>([&] { return finite<T>(minimum_loss<T>(problem.coupling, problem.noise), kInfiniteTarget); });
  return values;
}

template <RealScalar T>
TierValues<T> quantities_at(const TierProblem<T>& problem, const T& time) {
  TierValues<T> values;
  if (problem.field_kind != FieldKind::minimiser && !problem.field) {
    put_no_field<T>(values);
  } else if (is_infinite_at<T>(problem.noise, time)) {
    put_no_field<T>(values);
    for (auto& [quantity, value] : values) {
      value.reason = kInfiniteAtTime;
    }
  } else {
    values = problem.field ? field_at<T>(problem, time) : minimiser_at<T>(problem, time);
  }
  if (problem.field_kind == FieldKind::minimiser) {
    put_no_moments<T>(values, kMinimiserHasNoParameters);
  }
  values[Quantity::minimum_loss] =
      is_infinite_at<T>(problem.noise, time) ? none<T>(kInfiniteAtTime) : minimum_loss_at<T>(problem, time);
  return values;
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                          \
  template TierValues<T> coupling_quantities<T>(const TierProblem<T>&);                      \
  template TierValues<T> field_quantities<T>(const TierProblem<T>&);                         \
  template TierValues<T> flow_quantities<T>(const TierProblem<T>&);                          \
  template TierValues<T> integrated_quantities<T>(const TierProblem<T>&, MomentsMemory<T>&); \
  template TierValues<T> quantities_at<T>(const TierProblem<T>&, const T&);

STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge::cli
