#include <claim.hpp>

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace straightedge::proofs {
namespace {

struct Registry {
  std::vector<std::unique_ptr<Claim>> owned;
  std::vector<const Claim*> ordered;
};

// A function's static, so that it exists before the first registration whatever the order of the object files.
Registry& the_registry() {
  static Registry registry;
  return registry;
}

auto position(const Claim* claim) {
  return std::tie(claim->info().order, claim->info().id);
}

}  // namespace

const std::vector<const Claim*>& registry() {
  return the_registry().ordered;
}

const Claim* find_claim(const std::string& id) {
  const auto& all = registry();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Claim* claim) { return claim->info().id == id; });
  return found == all.end() ? nullptr : *found;
}

Registration::Registration(std::unique_ptr<Claim> claim) {
  if (find_claim(claim->info().id) != nullptr) {
    throw std::logic_error("two claims are registered as '" + claim->info().id + "'");
  }
  Registry& all = the_registry();
  const auto place = std::upper_bound(all.ordered.begin(), all.ordered.end(), claim.get(),
                                      [](const Claim* a, const Claim* b) { return position(a) < position(b); });
  all.ordered.insert(place, claim.get());
  all.owned.push_back(std::move(claim));
}

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return "proved";
    case Verdict::supported:
      return "supported";
    case Verdict::refuted:
      return "refuted";
    case Verdict::not_implied:
      return "not implied";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::needs_runs:
      return "needs runs";
  }
  throw std::logic_error("no such verdict");
}

std::string to_string(DecidedBy by) {
  return by == DecidedBy::prove ? "prove" : "certify";
}

std::string file_stem(const std::string& claim) {
  std::string name = claim;
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

Judgement judge_equality(double error, double bound, std::string detail) {
  return {.margin = 1 - error / bound, .uncertainty = 0, .detail = std::move(detail)};
}

}  // namespace straightedge::proofs
