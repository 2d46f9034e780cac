#include "integral.hpp"

#include <acb_calc.h>

#include <map>

namespace straightedge::enclosure {
namespace {

/// An order of balls by their exact midpoints and radii.
struct BallOrder {
  bool operator()(const ComplexBall& a, const ComplexBall& b) const {
    const int real = compare(acb_realref(a.raw()), acb_realref(b.raw()));
    return real != 0 ? real < 0 : compare(acb_imagref(a.raw()), acb_imagref(b.raw())) < 0;
  }

 private:
  static int compare(arb_srcptr a, arb_srcptr b) {
    const int middle = arf_cmp(arb_midref(a), arb_midref(b));
    return middle != 0 ? middle : mag_cmp(arb_radref(a), arb_radref(b));
  }
};

class RememberedFunction {
 public:
  RememberedFunction(const VectorFunction& function, std::size_t most_evaluations)
      : function_(function), most_evaluations_(most_evaluations) {}

  void evaluate(acb_ptr out, acb_srcptr at, std::size_t entry, slong bits) {
    std::map<ComplexBall, std::vector<ComplexBall>, BallOrder>& known = known_[bits];
    const ComplexBall t = ComplexBall::copy_of(at);
    auto found = known.find(t);
    if (found == known.end()) {
      if (evaluations_ >= most_evaluations_) {
        is_exhausted_ = true;
        acb_indeterminate(out);
        return;
      }
      ++evaluations_;
      const WorkingPrecision precision(bits);
      found = known.emplace(t, function_(t)).first;
    }
    acb_set(out, found->second[entry].raw());
  }
  [[nodiscard]] bool is_exhausted() const { return is_exhausted_; }

 private:
  const VectorFunction& function_;
  std::size_t most_evaluations_;
  std::size_t evaluations_ = 0;
  bool is_exhausted_ = false;
  std::map<slong, std::map<ComplexBall, std::vector<ComplexBall>, BallOrder>> known_;
};

struct Entry {
  RememberedFunction* function;
  std::size_t index;
};

int evaluate_entry(acb_ptr out, const acb_t t, void* parameter, slong /*order*/, slong bits) {
  const auto* entry = static_cast<const Entry*>(parameter);
  entry->function->evaluate(out, t, entry->index, bits);
  return 0;
}

}  // namespace

std::vector<RealBall> integrate_entries(const VectorFunction& function, std::size_t count, slong bits,
                                        std::size_t most_evaluations) {
  RememberedFunction remembered(function, most_evaluations);
  acb_calc_integrate_opt_t options;
  acb_calc_integrate_opt_init(options);
  options->eval_limit = static_cast<slong>(4 * most_evaluations);
  mag_t tolerance;
  mag_init(tolerance);
  mag_set_ui_2exp_si(tolerance, 1, -bits);
  const ComplexBall zero(0);
  const ComplexBall one(1);
  std::vector<RealBall> results;
  for (std::size_t k = 0; k < count; ++k) {
    Entry entry{&remembered, k};
    ComplexBall value;
    if (remembered.is_exhausted()) {
      acb_indeterminate(value.raw());
    } else {
      acb_calc_integrate(value.raw(), evaluate_entry, &entry, zero.raw(), one.raw(), bits, tolerance, options,
                         WorkingPrecision::bits());
    }
    results.push_back(value.real());
  }
  mag_clear(tolerance);
  return results;
}

}  // namespace straightedge::enclosure
