#include <composite_proof.hpp>

#include <algorithm>
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

int CompositeProof::boxed_members() const {
  return static_cast<int>(
      std::count_if(members_.begin(), members_.end(), [](const auto& member) { return member->volume(0) > 0; }));
}

PartOutcome CompositeProof::of_whole(PartOutcome outcome) const {
  const int boxed = std::max(1, boxed_members());
  outcome.open /= boxed;
  for (auto& [argument, share] : outcome.decided) {
    share /= boxed;
  }
  return outcome;
}

double CompositeProof::volume(std::int64_t part) const {
  const Place place = place_of(part);
  return place.member.volume(place.part) / std::max(1, boxed_members());
}

Proof::BoxPart CompositeProof::boxes(std::int64_t part) const {
  const Place place = place_of(part);
  return place.member.boxes(place.part);
}

PartOutcome CompositeProof::check(std::int64_t part, Variant variant) const {
  const Place place = place_of(part);
  return of_whole(place.member.check(place.part, variant));
}

PartOutcome CompositeProof::recheck(std::int64_t part, const std::string& trace) const {
  const Place place = place_of(part);
  return of_whole(place.member.recheck(place.part, trace));
}

}  // namespace straightedge::proofs
