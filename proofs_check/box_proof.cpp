#include <box_proof.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace straightedge::proofs {
namespace {

constexpr char kCut = 's';
constexpr char kOpen = 'o';

void leave_open(const Box& box, double share, PartOutcome& outcome) {
  outcome.open += share;
  if (outcome.note.empty()) {
    outcome.note = "first at " + to_string(box);
  }
}

}  // namespace

BoxProof::BoxProof(Box root, std::int64_t cuts, int depth, std::vector<BoxArgument> arguments)
    : root_(std::move(root)), cuts_(cuts), depth_(depth), arguments_(std::move(arguments)) {}

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

bool BoxProof::proves(const Box& box, char argument) const {
  const BoxDecision decision = decide(box, Variant::claim);
  return decision.kind == BoxDecision::Kind::proved && decision.argument == argument;
}

const std::string* BoxProof::name_of(char letter) const {
  const auto found = std::find_if(arguments_.begin(), arguments_.end(),
                                  [letter](const BoxArgument& argument) { return argument.letter == letter; });
  return found == arguments_.end() ? nullptr : &found->name;
}

PartOutcome BoxProof::check(std::int64_t part, Variant variant) const {
  PartOutcome outcome;
  search(part_box(part), 0, volume(part), variant, outcome);
  return outcome;
}

void BoxProof::search(Box box, int depth, double share, Variant variant, PartOutcome& outcome) const {
  if (!outcome.holds) {
    return;
  }
  ++outcome.evaluations;
  const BoxDecision decision = decide(box, variant);
  if (decision.kind == BoxDecision::Kind::proved) {
    outcome.trace += decision.argument;
    outcome.decided[*name_of(decision.argument)] += share;
    return;
  }
  if (decision.kind == BoxDecision::Kind::refuted) {
    outcome.holds = false;
    outcome.note = to_string(box);
    return;
  }
  if (depth == depth_) {
    outcome.trace += kOpen;
    leave_open(box, share, outcome);
    return;
  }
  outcome.trace += kCut;
  Box upper = cut(box);
  search(std::move(box), depth + 1, share / 2, variant, outcome);
  search(std::move(upper), depth + 1, share / 2, variant, outcome);
}

bool BoxProof::walk(std::int64_t part, const std::string& trace, const Visitor& visit) const {
  struct Pending {
    Box box;
    double share;
  };
  std::vector<Pending> pending{{part_box(part), volume(part)}};
  for (const char letter : trace) {
    if (pending.empty()) {
      return false;
    }
    Pending next = std::move(pending.back());
    pending.pop_back();
    if (letter == kCut) {
      Box upper = cut(next.box);
      pending.push_back({std::move(upper), next.share / 2});
      pending.push_back({std::move(next.box), next.share / 2});
    } else if (!visit(next.box, next.share, letter)) {
      return true;
    }
  }
  return pending.empty();
}

PartOutcome BoxProof::recheck(std::int64_t part, const std::string& trace) const {
  PartOutcome outcome;
  const bool whole = walk(part, trace, [&](const Box& box, double share, char letter) {
    if (letter == kOpen) {
      leave_open(box, share, outcome);
      return true;
    }
    ++outcome.evaluations;
    const std::string* name = name_of(letter);
    outcome.holds = name != nullptr && proves(box, letter);
    if (outcome.holds) {
      outcome.decided[*name] += share;
    } else {
      outcome.note = fmt::format("{}: not proved by '{}'", to_string(box), letter);
    }
    return outcome.holds;
  });
  if (outcome.holds && !whole) {
    outcome.holds = false;
    outcome.note = fmt::format("part {}: its trace is not one whole tree of boxes", part);
  }
  return outcome;
}

}  // namespace straightedge::proofs
