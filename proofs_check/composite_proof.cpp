#include <composite_proof.hpp>

#include <stdexcept>

namespace straightedge::proofs {

std::int64_t CompositeProof::parts() const {
  std::int64_t count = 0;
  for (const auto& member : members_) {
    count += member->parts();
  }
  return count;
}

CompositeProof::Place CompositeProof::place_of(std::int64_t part) const {
  for (const auto& member : members_) {
    if (part < member->parts()) {
      return {*member, part};
    }
    part -= member->parts();
  }
  throw std::out_of_range("CompositeProof: no such part");
}

PartOutcome CompositeProof::check(std::int64_t part, Variant variant) const {
  const Place place = place_of(part);
  return place.member.check(place.part, variant);
}

PartOutcome CompositeProof::recheck(std::int64_t part, const std::string& trace) const {
  const Place place = place_of(part);
  return place.member.recheck(place.part, trace);
}

}  // namespace straightedge::proofs
