#include <straightedge/enclosure/witness.hpp>

#include "adaptive.hpp"
#include "parts.hpp"

namespace straightedge::enclosure {
namespace {

constexpr const char* kNoPairField = "the coupling is not deterministic: it has no pair field";
constexpr const char* kNoParameters = "the minimiser is not a field with parameters (th, Th)";

}  // namespace

void clean_up_with_thread() {
  struct Cleanup {
    ~Cleanup() { flint_cleanup(); }
  };
  thread_local const Cleanup cleanup;
  static_cast<void>(cleanup);
}

void put_gradient_outcome(Quantities& quantities, const Outcome& outcome) {
  quantities.gradient_second_moment = outcome;
  quantities.gradient_mean_squared_norm = outcome;
  quantities.gradient_variance = outcome;
}

void put_field_outcome(Quantities& quantities, const Outcome& outcome) {
  quantities.loss = outcome;
  put_gradient_outcome(quantities, outcome);
  quantities.gradient_variance_time_local = outcome;
  quantities.gradient_variance_functional = outcome;
}

Quantities enclose(const Problem& given, const Request& request) {
  clean_up_with_thread();
  const Problem problem = completed(given);
  Quantities quantities;
  const Structure structure = structure_of(problem);
  enclose_coupling(problem, structure, request.goal, quantities);
  if (structure.has_field) {
    const SingularTimes times = enclose_singular_times(problem, structure, request.goal, quantities);
    if (request.time) {
      enclose_field_at(problem, structure, request, quantities);
    } else {
      enclose_field(problem, structure, times, request.goal, quantities);
    }
  } else if (problem.field == FieldKind::minimiser) {
    put_gradient_outcome(quantities, does_not_exist(kNoParameters));
    quantities.singular_times = does_not_exist(kNoParameters);
  } else {
    put_field_outcome(quantities, does_not_exist(kNoPairField));
    quantities.singular_times = quantities.straightness = does_not_exist(kNoPairField);
  }
  enclose_minimiser(problem, structure, request, quantities);
  enclose_flow(problem, structure, request.goal, quantities);
  return quantities;
}

}  // namespace straightedge::enclosure
