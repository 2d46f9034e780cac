#include <prove.hpp>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <charconv>
#include <common.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <prove_run.hpp>
#include <straightedge/error.hpp>
#include <string>
#include <thread>
#include <vector>

namespace straightedge::cli {
namespace {

struct ProveOptions {
  std::vector<std::string> claims = {"*"};
  std::optional<std::int64_t> cases;
  std::string seed = std::to_string(kDefaultSeed);
  std::string digits = "50";
  int jobs = 0;
  std::string effort = "standard";
  std::string shard = "1/1";
  bool resume = false;
  bool quiet = false;
  std::string out = "build/prove";
  std::string replay;
  std::string verify;
};

const std::map<std::string, std::int64_t>& efforts() {
  static const std::map<std::string, std::int64_t> cases = {{"quick", 200}, {"standard", 2000}, {"deep", 100000}};
  return cases;
}

// Read here, since CLI11 takes -1 for 2^64 - 1.
std::uint64_t seed_from(const std::string& text) {
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seed);
  if (read.ec != std::errc{} || read.ptr != end) {
    throw InputError(fmt::format("--seed {}: an integer from 0 to 2^64 - 1 is wanted", text));
  }
  return seed;
}

proofs::Shard shard_from(const std::string& text) {
  proofs::Shard shard;
  const char* end = text.data() + text.size();
  const auto index = std::from_chars(text.data(), end, shard.index);
  const bool slash = index.ec == std::errc{} && index.ptr != end && *index.ptr == '/';
  const auto count = slash ? std::from_chars(index.ptr + 1, end, shard.count) : index;
  if (!slash || count.ec != std::errc{} || count.ptr != end || shard.index < 1 || shard.count < shard.index) {
    throw InputError(fmt::format("--shard {}: I/N is wanted with 1 <= I <= N, such as 2/7", text));
  }
  return shard;
}

std::vector<const proofs::Claim*> claims_from(const std::vector<std::string>& patterns) {
  std::vector<std::string> ids;
  for (const proofs::Claim* claim : proofs::registry()) {
    ids.push_back(claim->info().id);
  }
  std::vector<const proofs::Claim*> claims;
  for (const std::string& id : matching(patterns, ids, "claim")) {
    claims.push_back(proofs::find_claim(id));
  }
  return claims;
}

int prove(const ProveOptions& options) {
  if (!options.replay.empty()) {
    return replay_counterexample(options.replay);
  }
  const int jobs =
      options.jobs > 0 ? options.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (!options.verify.empty()) {
    return verify_certificate(options.verify, jobs);
  }
  ProveRun run;
  run.settings = {.seed = seed_from(options.seed),
                  .cases = options.cases.value_or(efforts().at(options.effort)),
                  .precise = proofs::tier_from(options.digits),
                  .claims = claims_from(options.claims)};
  run.shard = shard_from(options.shard);
  run.jobs = jobs;
  run.resume = options.resume;
  run.quiet = options.quiet;
  run.out = options.out;
  return run_prove(run);
}

void describe(CLI::App& command, ProveOptions& options) {
  command.add_option("--claims", options.claims, "Claims to judge: shell patterns, separated by commas")
      ->delimiter(',')
      ->type_name("GLOB,GLOB");
  command.add_option("--cases", options.cases, "Cases drawn for each claim; overrides --effort")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->type_name("N");
  command.add_option("--seed", options.seed, "Seed of every random choice")->capture_default_str()->type_name("S");
  command.add_option("--digits", options.digits, "Decimal digits at which close cases are redone: 50 or 100")
      ->check(CLI::IsMember({"50", "100"}))
      ->capture_default_str()
      ->type_name("DIGITS");
  command.add_option("--jobs", options.jobs, "Threads; all of the machine's by default")
      ->check(CLI::Range(1, 4096))
      ->type_name("J");
  command.add_option("--effort", options.effort, "quick: 200 cases a claim; standard: 2,000; deep: 100,000")
      ->check(CLI::IsMember(efforts()))
      ->capture_default_str()
      ->type_name("EFFORT");
  command.add_option("--shard", options.shard, "Judge only shard I of N; `straightedge merge` joins them")
      ->type_name("I/N");
  command.add_flag("--resume", options.resume, "Go on where a run with the same options and --out stopped");
  command.add_option("--out", options.out, "Folder for certificate.json, report.html, counterexamples/, figures/")
      ->capture_default_str()
      ->type_name("DIR");
  command.add_flag("--quiet", options.quiet, "No progress, only results");
  auto* replay = command.add_option("--replay", options.replay, "Judge one counterexample again")->type_name("FILE");
  auto* verify =
      command.add_option("--verify", options.verify, "Check a certificate without searching")->type_name("CERTIFICATE");
  verify->excludes(replay);
}

}  // namespace

void add_prove_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("prove", "Validate the claims");
  command->footer(
      "Examples:\n"
      "  straightedge prove --effort quick\n"
      "  straightedge prove --claims 'lemma-*,crossover' --cases 5000 --seed 7 --out build/lemmas\n"
      "  straightedge prove --replay build/prove/counterexamples/figure-4-rotated-general.json\n"
      "  straightedge prove --verify build/prove/certificate.json\n"
      "Exit codes: 0 as expected, 1 a departure, 2 bad input, 3 inconclusive or stopped, 4 the machine failed.");
  const auto options = std::make_shared<ProveOptions>();
  describe(*command, *options);
  command->callback([options, &exit_code] { exit_code = guarded([&] { return prove(*options); }); });
}

}  // namespace straightedge::cli
