#include <tube_boxes.hpp>

#include <fmt/format.h>

namespace straightedge::proofs {
namespace {

/// exp(-40) < 2^-57: what is below is as good as that.
constexpr double kSmallExponent = -40;
constexpr double kSmallExponential = 0x1p-57;

constexpr char kOutside = 'x';
constexpr char kInside = 'p';

double upper_exp(const Outward& x) {
  return x.upper() < kSmallExponent ? kSmallExponential : enclosed_exp(Outward(x.upper())).upper();
}

/// t in [0, 1] and each component of w in [-1, 1].
Box tube_of(std::int64_t d) {
  Box box{{0, 1}};
  box.resize(static_cast<std::size_t>(d) + 1, {-1, 1});
  return box;
}

}  // namespace

TubeBoxes::TubeBoxes(const TubeSet& set, Eigen::Index own)
    : TubeBoxes(set, own, tube_geometry(LatticePairs(set.pairs()))) {}

TubeBoxes::TubeBoxes(const TubeSet& set, Eigen::Index own, const TubeGeometry& geometry)
    : BoxProof(tube_of(set.d), 2, 48, {{kOutside, "outside of the tube"}, {kInside, "enclosure of the field"}}),
      set_(set),
      own_(own),
      f_(largest_noise(geometry, set.size, 4, Rational(1, 20))),
      line_(set.pairs(), own, f_),
      wall_(enclosed_root(geometry.separation_squared) / 4.0),
      spread_(static_cast<double>(set.size - 1) * enclosed_root(geometry.spread_squared)),
      decay_(enclosed(geometry.separation_squared / (tube_exponent(Variant::claim) * f_ * f_))),
      mutant_decay_(enclosed(geometry.separation_squared / (tube_exponent(Variant::mutant) * f_ * f_))) {}

std::string TubeBoxes::set() const {
  return fmt::format("the tube of line {} of the set d = {}, N = {}, seed {}, at f = {}", own_, set_.d, set_.size,
                     set_.seed, to_string(f_));
}

BoxDecision TubeBoxes::decide(const Box& box, Variant variant) const {
  const auto wide = [](const Range& range) { return Outward(range.low, range.high); };
  const Outward t = wide(box[0]);
  OutwardVector w;
  OutwardVector u;
  OutwardVector middle;
  for (std::size_t k = 1; k < box.size(); ++k) {
    w.push_back(wide(box[k]));
    u.push_back(wall_ * w.back());
    middle.emplace_back((box[k].low + box[k].high) / 2);
  }
  const Outward w_squared = squared_norm(w);
  if (w_squared.lower() > 1) {
    return BoxDecision::proved(kOutside);
  }
  // Only what is inside of the ball matters.
  const Outward inside(w_squared.lower(), std::min(w_squared.upper(), 1.0));
  const Outward& decay = variant == Variant::claim ? decay_ : mutant_decay_;
  double sum = 0;
  for (std::size_t j = 0; j < line_.others(); ++j) {
    const Outward exponent = line_.exponent(j, u, square(wall_) * inside, t) + decay;
    sum = (Outward(sum) + upper_exp(exponent) * line_.speed(j)).upper();
  }
  if (sum <= spread_.lower()) {
    return BoxDecision::proved(kInside);
  }
  if (squared_norm(middle).upper() <= 1) {
    for (Outward& component : middle) {
      component *= wall_;
    }
    const Outward time((box[0].low + box[0].high) / 2);
    const Outward departure = sqrt(squared_norm(line_.velocity(middle, time)));
    if (departure.lower() > (spread_ * enclosed_exp(-decay)).upper()) {
      return BoxDecision::refuted();
    }
  }
  return BoxDecision::unknown();
}

}  // namespace straightedge::proofs
