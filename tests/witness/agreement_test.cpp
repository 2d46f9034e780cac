// The witness agrees with `exact` on random problems. 200 of them are a test; STRAIGHTEDGE_WITNESS_PROBLEMS=1000 makes
// it that many, shared among the parts, and prints the counts.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <problem_source.hpp>
#include <witness.hpp>

#include "random_problem.hpp"

namespace straightedge::cli {
namespace {

constexpr int kParts = 8;
constexpr int kUsualProblems = 200;

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

class Agreement1000 : public testing::TestWithParam<int> {};

TEST_P(Agreement1000, OfExactAndItsWitnessOnRandomProblems) {
  std::map<Quantity, Count> counts;
  const int all = problems_in_all();
  const bool verbose = all != kUsualProblems;
  for (int seed = GetParam(); seed < all; seed += kParts) {
    const RandomProblem drawn = random_problem(static_cast<std::uint64_t>(seed));
    const Problem problem = ProblemSource(drawn.text, "random", ".").read().problem;
    const Request request{50, drawn.time};
    Evaluator evaluator(request);
    const Results results = evaluator.evaluate(problem);
    for (const auto& [quantity, testimony] : ask_witness(problem, request, results)) {
      Count& count = counts[quantity];
      EXPECT_NE(testimony.agreement, Agreement::contradicts)
          << "seed " << seed << ": " << description(drawn, quantity, results.at(quantity), testimony);
      if (testimony.agreement == Agreement::overlaps) {
        ++(testimony.outcome.is_enclosed() ? count.overlapping : count.without_value);
      } else if (testimony.agreement == Agreement::undecided) {
        ++count.undecided;
        if (verbose) {
          std::cout << "undecided, seed " << seed << ": "
                    << description(drawn, quantity, results.at(quantity), testimony) << '\n';
        }
      } else {
        ++count.contradicted;
      }
    }
  }
  int overlapping = 0;
  int undecided = 0;
  for (const auto& [quantity, count] : counts) {
    overlapping += count.overlapping;
    undecided += count.undecided;
    if (verbose) {
      std::cout << "count " << name_of(quantity) << ' ' << count.overlapping << ' ' << count.without_value << ' '
                << count.undecided << ' ' << count.contradicted << '\n';
    }
  }
  // Nothing is shown by a witness that cannot tell.
  EXPECT_GT(overlapping, 10 * undecided);
  EXPECT_GT(overlapping, 0);
}

INSTANTIATE_TEST_SUITE_P(Parts, Agreement1000, testing::Range(0, kParts));

}  // namespace
}  // namespace straightedge::cli
