// A proof made of others, one after the other: all of their parts.
#pragma once

#include <proof.hpp>

#include <memory>

namespace straightedge::proofs {

class CompositeProof : public Proof {
 public:
  /// `set` and `method` describe the whole; `arithmetic` is that of its weakest member.
  CompositeProof(std::string set, std::string method, std::string arithmetic)
      : set_(std::move(set)), method_(std::move(method)), arithmetic_(std::move(arithmetic)) {}

  template <class Member, class... Arguments>
  void add(Arguments&&... arguments) {
    members_.push_back(std::make_unique<Member>(std::forward<Arguments>(arguments)...));
  }

  [[nodiscard]] std::string set() const override { return set_; }
  [[nodiscard]] std::string method() const override { return method_; }
  [[nodiscard]] std::string arithmetic() const override { return arithmetic_; }
  [[nodiscard]] std::int64_t parts() const override;
  [[nodiscard]] double volume(std::int64_t part) const override;
  [[nodiscard]] BoxPart boxes(std::int64_t part) const override;
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;
  [[nodiscard]] PartOutcome recheck(std::int64_t part, const std::string& trace) const override;

 private:
  struct Place {
    const Proof& member;
    std::int64_t part;
  };
  [[nodiscard]] Place place_of(std::int64_t part) const;
  /// An outcome of a member, its shares taken of the whole.
  [[nodiscard]] PartOutcome of_whole(PartOutcome outcome) const;
  /// How many members have boxes: each has an equal share of the volume.
  [[nodiscard]] int boxed_members() const;

  std::string set_;
  std::string method_;
  std::string arithmetic_;
  std::vector<std::unique_ptr<Proof>> members_;
};

}  // namespace straightedge::proofs
