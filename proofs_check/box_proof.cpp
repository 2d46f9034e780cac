#include <box_proof.hpp>

#include <fmt/format.h>

namespace straightedge::proofs {

std::string to_string(const Box& box) {
  std::string text;
  for (const Range& range : box) {
    text += fmt::format("{}[{}, {}]", text.empty() ? "" : " x ", range.low, range.high);
  }
  return text;
}

std::int64_t BoxProof::parts() const {
  std::int64_t count = 1;
  for (std::size_t i = 0; i < root_.size(); ++i) {
    count *= cuts_;
  }
  return count;
}

Box BoxProof::part_box(std::int64_t part) const {
  Box box;
  for (const Range& range : root_) {
    const auto step = static_cast<double>(part % cuts_);
    const double width = (range.high - range.low) / static_cast<double>(cuts_);
    box.push_back({range.low + step * width, range.low + (step + 1) * width});
    part /= cuts_;
  }
  return box;
}

double BoxProof::length(std::size_t side, const Range& range) const {
  return (range.high - range.low) / (root_[side].high - root_[side].low);
}

Box BoxProof::cut(Box& box) const {
  std::size_t longest = 0;
  double greatest = 0;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const double here = length(i, box[i]);
    if (here > greatest) {
      greatest = here;
      longest = i;
    }
  }
  Box upper = box;
  const double middle = (box[longest].low + box[longest].high) / 2;
  box[longest].high = middle;
  upper[longest].low = middle;
  return upper;
}

PartOutcome BoxProof::check(std::int64_t part, Variant variant) const {
  PartOutcome outcome;
  search(part_box(part), 0, 1.0, variant, outcome);
  return outcome;
}

void BoxProof::search(Box box, int depth, double share, Variant variant, PartOutcome& outcome) const {
  if (!outcome.holds) {
    return;
  }
  ++outcome.evaluations;
  switch (decide(box, variant)) {
    case BoxDecision::proved:
      outcome.trace += 'p';
      return;
    case BoxDecision::refuted:
      outcome.holds = false;
      outcome.note = to_string(box);
      return;
    case BoxDecision::unknown:
      break;
  }
  if (depth == depth_) {
    outcome.trace += 'o';
    outcome.open += share;
    outcome.note = outcome.note.empty() ? "first at " + to_string(box) : outcome.note;
    return;
  }
  outcome.trace += 's';
  Box upper = cut(box);
  search(std::move(box), depth + 1, share / 2, variant, outcome);
  search(std::move(upper), depth + 1, share / 2, variant, outcome);
}

PartOutcome BoxProof::recheck(std::int64_t part, const std::string& trace) const {
  PartOutcome outcome;
  std::size_t position = 0;
  follow(part_box(part), 1.0, trace, position, outcome);
  if (outcome.holds && position != trace.size()) {
    outcome.holds = false;
    outcome.note = fmt::format("part {}: {} letters of its trace are left over", part, trace.size() - position);
  }
  return outcome;
}

void BoxProof::follow(Box box, double share, const std::string& trace, std::size_t& position,
                      PartOutcome& outcome) const {
  if (!outcome.holds) {
    return;
  }
  const char letter = position < trace.size() ? trace[position++] : '\0';
  if (letter == 's') {
    Box upper = cut(box);
    follow(std::move(box), share / 2, trace, position, outcome);
    follow(std::move(upper), share / 2, trace, position, outcome);
    return;
  }
  if (letter == 'o') {
    outcome.open += share;
    outcome.note = outcome.note.empty() ? "first at " + to_string(box) : outcome.note;
    return;
  }
  ++outcome.evaluations;
  if (letter != 'p' || decide(box, Variant::claim) != BoxDecision::proved) {
    outcome.holds = false;
    outcome.note = fmt::format("{}: {}", to_string(box), letter == 'p' ? "not proved" : "the trace ends too early");
  }
}

}  // namespace straightedge::proofs
