#include <certify/pairs.hpp>

#include <boost/math/constants/constants.hpp>
#include <straightedge/error.hpp>

namespace straightedge::certify {
namespace {

std::string read_kind(const JsonValue& value) {
  return value.at("kind").word(
      {"gaussian-ot", "gaussian-rotated", "independent", "mixture", "brenier", "file", "shuffled", "1-reflow"});
}

}  // namespace

Pairs read_pairs(const JsonValue& value, Eigen::Index d) {
  Pairs pairs{.kind = read_kind(value),
              .frozen = value.at("mode").word({"frozen", "resampled"}) == "frozen",
              .target = std::nullopt};
  if (pairs.frozen) {
    pairs.count = value.at("count").count();
  }
  if (pairs.is_deterministic() || pairs.kind == "independent") {
    pairs.target = Gaussian<double>{value.at("mean").vector(d), value.at("covariance").matrix(d, d)};
    try {
      require_valid(*pairs.target);
    } catch (const InputError& error) {
      value.at("covariance").refuse(error.what());
    }
  }
  if (pairs.kind == "gaussian-rotated") {
    pairs.degrees = value.at("degrees").number();
    if (d < 2) {
      value.at("degrees").refuse("a rotation of the plane (0, 1) needs at least 2 dimensions");
    }
  }
  if (pairs.kind == "shuffled") {
    (void)read_kind(value.at("of"));
  }
  return pairs;
}

Coupling<Real50> coupling_of(const Pairs& pairs) {
  if (!pairs.target) {
    throw DoesNotExist("pairs of kind " + pairs.kind + " have no Gaussian coupling");
  }
  const Gaussian<Real50> target{convert<Real50>(Matrix<double>(pairs.target->mean)).col(0),
                                convert<Real50>(pairs.target->covariance)};
  if (pairs.kind == "gaussian-ot") {
    return optimal_coupling(target);
  }
  if (pairs.kind == "gaussian-rotated") {
    const Real50 angle = boost::math::constants::pi<Real50>() * pairs.degrees / 180;
    return rotated_coupling(target, plane_rotation<Real50>(static_cast<int>(target.dimension()), 0, 1, angle));
  }
  return independent_coupling(target);
}

}  // namespace straightedge::certify
