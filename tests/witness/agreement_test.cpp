// The witness agrees with `exact` on random problems. 400 of them are a test; STRAIGHTEDGE_WITNESS_PROBLEMS=1000 makes
// it that many, shared among the parts, and prints the counts.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <problem_source.hpp>
#include <witness.hpp>

#include "random_problem.hpp"

namespace straightedge::cli {
namespace {

constexpr int kParts = 8;
constexpr int kUsualProblems = 400;

int problems_in_all() {
  const char* const text = std::getenv("STRAIGHTEDGE_WITNESS_PROBLEMS");
  return text == nullptr ? kUsualProblems : std::atoi(text);
}

/// Results of one quantity over all problems.
struct Count {
  int overlapping = 0;
  int without_value = 0;
  int undecided = 0;
  int contradicted = 0;
};

std::string description(const RandomProblem& problem, Quantity quantity, const Result& result,
                        const Testimony& testimony) {
  std::string text = std::string(name_of(quantity)) + " of " + problem.what;
  text += problem.time ? ", t = " + to_string(*problem.time) + '\n' : "\n";
  text += problem.text +
          "ours: " + (result.exists() ? result.entries.empty() ? "none" : result.entries.front() : result.reason);
  text +=
      " +- " + result.radius + "\nwitness: " + status_name(testimony.outcome.status) + ' ' + testimony.outcome.reason;
  if (!testimony.outcome.entries.empty()) {
    const Result shown = as_result(testimony.outcome, {}, 60);
    text += shown.entries.front() + " +- " + shown.radius;
  }
  return text;
}

Testimonies judge(std::uint64_t seed, int digits, bool tell_undecided) {
  const RandomProblem drawn = random_problem(seed);
  const Problem problem = ProblemSource(drawn.text, "random", ".").read({}, digits).problem;
  const Request request{digits, drawn.time};
  Evaluator evaluator(request);
  const Results results = evaluator.evaluate(problem);
  Testimonies testimonies = ask_witness(problem, request, results);
  for (const auto& [quantity, testimony] : testimonies) {
    const std::string text =
        "seed " + std::to_string(seed) + ": " + description(drawn, quantity, results.at(quantity), testimony);
    EXPECT_NE(testimony.agreement, Agreement::contradicts) << text;
    if (tell_undecided && testimony.agreement == Agreement::undecided) {
      std::cout << "undecided, " << text << '\n';
    }
  }
  return testimonies;
}

void add(const Testimonies& testimonies, std::map<Quantity, Count>& counts) {
  for (const auto& [quantity, testimony] : testimonies) {
    Count& count = counts[quantity];
    switch (testimony.agreement) {
      case Agreement::overlaps:
        ++(testimony.outcome.is_enclosed() ? count.overlapping : count.without_value);
        break;
      case Agreement::undecided:
        ++count.undecided;
        break;
      default:
        ++count.contradicted;
    }
  }
}

/// Nothing is shown by a witness that cannot tell.
void expect_mostly_decided(const std::map<Quantity, Count>& counts) {
  for (const auto& [quantity, count] : counts) {
    EXPECT_GT(count.overlapping, 10 * count.undecided) << name_of(quantity);
  }
  EXPECT_EQ(counts.size(), kQuantities.size());
}

class RandomProblems : public testing::TestWithParam<int> {};

TEST_P(RandomProblems, HaveQuantitiesThatTheWitnessAgreesWith) {
  std::map<Quantity, Count> counts;
  const int all = problems_in_all();
  const bool verbose = all != kUsualProblems;
  for (int seed = GetParam(); seed < all; seed += kParts) {
    add(judge(static_cast<std::uint64_t>(seed), 50, verbose), counts);
  }
  expect_mostly_decided(counts);
  for (const auto& [quantity, count] : counts) {
    if (verbose) {
      std::cout << "count " << name_of(quantity) << ' ' << count.overlapping << ' ' << count.without_value << ' '
                << count.undecided << ' ' << count.contradicted << '\n';
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Part, RandomProblems, testing::Range(0, kParts));

TEST(HundredDigits, OfRandomProblemsAgreeToo) {
  std::map<Quantity, Count> counts;
  constexpr std::uint64_t kFirst = 100000;
  constexpr std::uint64_t kProblems = 12;
  for (std::uint64_t seed = kFirst; seed < kFirst + kProblems; ++seed) {
    add(judge(seed, 100, false), counts);
  }
  expect_mostly_decided(counts);
}

}  // namespace
}  // namespace straightedge::cli
