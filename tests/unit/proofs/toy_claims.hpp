// Claims on three integers, true and false, for the tests of the campaign.
#pragma once

#include <campaign.hpp>
#include <certificate.hpp>
#include <claim.hpp>
#include <generators.hpp>

#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace straightedge::proofs {

struct Toy {
  std::string id;
  std::function<Judgement(const Case&, Tier, Variant)> judge;
  std::function<bool(const Case&)> admits = [](const Case&) { return true; };
  std::vector<Case> planted = {Case{{"n", {0, 0, 0}}}, Case{{"n", {1, 2, 3}}}};
  bool needs_precision = false;
  Verdict expected = Verdict::supported;
  Verdict when_cases_hold = Verdict::supported;
  std::shared_ptr<const Claim> general = nullptr;
  std::optional<MarginBounds> enclosure = std::nullopt;
  const Survey* survey = nullptr;
};

class ToyClaim final : public Claim {
 public:
  explicit ToyClaim(Toy toy) : toy_(std::move(toy)) {
    info_ = {.id = toy_.id,
             .label = "toy",
             .order = 1000,
             .statement = "A statement on three integers.",
             .hypotheses = "Integers from -1000 to 1000.",
             .margin = "The margin.",
             .refuted_by = "Three integers.",
             .paper = "not in the paper",
             .mutant = "always false",
             .expected = toy_.expected,
             .when_cases_hold = toy_.when_cases_hold};
  }
  [[nodiscard]] const ClaimInfo& info() const override { return info_; }
  [[nodiscard]] rc::Gen<Case> generator() const override {
    return with_list(rc::Gen<Case>([](const rc::Random&, int) { return rc::shrinkable::just(Case{}); }), "n",
                     integers_in(3, -1000, 1000));
  }
  [[nodiscard]] std::vector<Case> planted() const override { return toy_.planted; }
  [[nodiscard]] bool admits(const Case& value) const override { return toy_.admits(value); }
  [[nodiscard]] std::vector<std::string> classes(const Case& value) const override {
    return {value.list("n").front() < 0 ? "first negative" : "first not negative"};
  }
  [[nodiscard]] bool needs_precision(const Case&) const override { return toy_.needs_precision; }
  [[nodiscard]] Judgement judge(const Case& value, Tier tier, Variant variant) const override {
    return toy_.judge(value, tier, variant);
  }
  [[nodiscard]] const Survey* survey() const override { return toy_.survey; }
  [[nodiscard]] std::optional<MarginBounds> enclose_margin(const Case&) const override { return toy_.enclosure; }
  [[nodiscard]] const Claim* general() const override { return toy_.general.get(); }

 private:
  Toy toy_;
  ClaimInfo info_;
};

inline double sum_of_squares(const Case& value) {
  double sum = 0;
  for (const std::int64_t n : value.list("n")) {
    sum += static_cast<double>(n) * static_cast<double>(n);
  }
  return sum;
}

/// The margin for the claim itself; the mutant fails everywhere.
inline Judgement unless_mutant(Variant variant, double margin) {
  return {.margin = variant == Variant::mutant ? -1.0 : margin, .uncertainty = 1e-12, .detail = {}};
}

/// "The sum of squares is not negative."
inline Toy true_toy(const std::string& id = "toy/true") {
  return {.id = id, .judge = [](const Case& value, Tier, Variant variant) {
            return unless_mutant(variant, 1 + sum_of_squares(value));
          }};
}

/// "The first integer is at most 900": false for about one case in twenty. The simplest counterexample is (901, 0, 0).
inline Toy false_toy(const std::string& id = "toy/false") {
  return {.id = id, .judge = [](const Case& value, Tier, Variant variant) {
            return unless_mutant(variant, 900.5 - static_cast<double>(value.list("n").front()));
          }};
}

inline Settings settings_for(std::vector<const Claim*> claims, std::int64_t cases = 300) {
  return {.seed = 11, .cases = cases, .precise = Tier::digits50, .claims = std::move(claims)};
}

inline Campaign run_alone(const Claim& claim, std::int64_t cases = 300) {
  return run_campaign(settings_for({&claim}, cases), {});
}

Campaign run_alone(const Claim&&, std::int64_t = 0) = delete;  // the records point to the claim

inline nlohmann::json certificate_of(const Settings& settings, const Execution& execution) {
  const Campaign campaign = run_campaign(settings, execution);
  return make_certificate(settings, campaign.records, rule_all(campaign.records, execution.shard),
                          {.jobs = execution.jobs, .shard = execution.shard});
}

/// True and false toys that find_claim knows; registered at the first use.
inline std::vector<const Claim*> registered_toys() {
  static const Registration holds(std::make_unique<ToyClaim>(true_toy()));
  static const Registration fails(std::make_unique<ToyClaim>(false_toy()));
  return {find_claim("toy/true"), find_claim("toy/false")};
}

}  // namespace straightedge::proofs
