// The jobs of `straightedge prove`, once its command line has been read.
#pragma once

#include <campaign.hpp>

#include <filesystem>

namespace straightedge::cli {

inline constexpr std::uint64_t kDefaultSeed = 251018118;

struct ProveRun {
  proofs::Settings settings = {};
  proofs::Shard shard;
  int jobs = 1;
  bool resume = false;
  bool quiet = false;
  std::filesystem::path out;
};

/// Runs the campaign, prints the rows and writes the certificate, report and counterexamples. Returns the exit code.
[[nodiscard]] int run_prove(const ProveRun& run);

/// Judges the counterexample in a file again and prints its margin. Returns 0 if what it finds is what the registry
/// expects (a counterexample to a statement that is expected to be refuted still refutes; any other no longer does), 1
/// if not, 3 if it is undecided.
[[nodiscard]] int replay_counterexample(const std::filesystem::path& file);

/// Re-checks a certificate. Returns 1 if anything in it is not found again, else its campaign's exit code.
[[nodiscard]] int verify_certificate(const std::filesystem::path& file, int jobs);

}  // namespace straightedge::cli
