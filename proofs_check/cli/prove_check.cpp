#include <fmt/format.h>

#include <certificate_verify.hpp>
#include <common.hpp>
#include <nlohmann/json.hpp>
#include <prove_run.hpp>
#include <straightedge/error.hpp>

namespace straightedge::cli {
namespace {

// Whatever a document of the right schema lacks is bad input, not a failure of the machine.
template <class Read>
auto reading(const std::filesystem::path& file, const Read& read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("{}: {}", file.string(), error.what()));
  } catch (const InputError& error) {
    const std::string message = error.what();
    throw InputError(message.starts_with(file.string()) ? message : fmt::format("{}: {}", file.string(), message));
  }
}

}  // namespace

int replay_counterexample(const std::filesystem::path& file) {
  const auto counterexample = reading(
      file, [&] { return proofs::read_document(file, proofs::kCounterexampleSchema).get<proofs::Counterexample>(); });
  const proofs::Outcome outcome = reading(file, [&] { return proofs::replay(counterexample); });
  const proofs::ClaimInfo& info = proofs::find_claim(counterexample.claim)->info();
  const bool refutation_expected = proofs::is_general(counterexample.source);
  fmt::print("claim      {}{}\ncase       {}\nmargin     {:.17g} +- {:.3g} at {} digits: {}\n", info.id,
             refutation_expected ? ", general statement" : "", nlohmann::json(counterexample.value).dump(),
             outcome.margin, outcome.uncertainty, to_string(outcome.tier), to_string(outcome.decision));
  if (const auto bounds = reading(file, [&] { return proofs::enclose_again(counterexample); })) {
    fmt::print("enclosure  [{:.17g}, {:.17g}]\n", bounds->lower, bounds->upper);
  }
  if (!outcome.detail.empty()) {
    fmt::print("detail     {}\n", outcome.detail);
  }
  if (outcome.decision == proofs::Decision::undecided) {
    return kInconclusive;
  }
  const bool refutes = outcome.decision == proofs::Decision::fails;
  fmt::print("{}, {}\n", refutes ? "refutes it" : "does not refute it",
             refutes == refutation_expected ? "as expected" : "not as expected");
  return refutes == refutation_expected ? kAsExpected : kDeparture;
}

int verify_certificate(const std::filesystem::path& file, int jobs) {
  const nlohmann::json certificate = proofs::read_certificate(file);
  const auto verifications = reading(file, [&] { return proofs::verify(certificate, jobs); });
  bool departs = false;
  for (const proofs::Verification& verification : verifications) {
    fmt::print("{}: {}\n", verification.claim, fmt::join(verification.agreements, "; "));
    for (const std::string& departure : verification.departures) {
      fmt::print("{}: NOT AGAIN: {}\n", verification.claim, departure);
      departs = true;
    }
  }
  if (departs) {
    fmt::print("{} does NOT hold again\n", file.string());
    return kDeparture;
  }
  fmt::print("{} holds again: {} claims\n", file.string(), verifications.size());
  return proofs::exit_code_of(proofs::rule_all(proofs::records_of(certificate), proofs::shard_of(certificate)));
}

}  // namespace straightedge::cli
