#include <proof.hpp>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace straightedge::proofs {
namespace {

// A sum of shares must not depend on the order of the parts, so they are kept in whole units: what is open rounded up,
// what is decided down.
constexpr double kUnit = 0x1p-50;

}  // namespace

void ProofRecord::add(std::int64_t part, const PartOutcome& outcome) {
  ProofRecord one{.parts = parts,
                  .checked = 1,
                  .evaluations = outcome.evaluations,
                  .failing = outcome.holds ? 0 : 1,
                  .open = outcome.open,
                  .decided = outcome.decided};
  if (!outcome.note.empty()) {
    one.noted = part;
    one.note = outcome.note;
  }
  if (!outcome.trace.empty()) {
    one.traces.push_back({part, outcome.trace});
  }
  merge(one);
}

void ProofRecord::merge(const ProofRecord& other) {
  parts = std::max(parts, other.parts);
  checked += other.checked;
  evaluations += other.evaluations;
  failing += other.failing;
  open += std::ceil(other.open / kUnit) * kUnit;
  for (const auto& [argument, share] : other.decided) {
    decided[argument] += std::floor(share / kUnit) * kUnit;
  }
  if (other.noted >= 0 && (noted < 0 || other.noted < noted)) {
    noted = other.noted;
    note = other.note;
  }
  traces.insert(traces.end(), other.traces.begin(), other.traces.end());
  std::sort(traces.begin(), traces.end(), [](const PartTrace& a, const PartTrace& b) { return a.part < b.part; });
}

void to_json(nlohmann::json& json, const PartOutcome& outcome) {
  json = {{"holds", outcome.holds}, {"evaluations", outcome.evaluations},
          {"open", outcome.open},   {"decided", outcome.decided},
          {"trace", outcome.trace}, {"note", outcome.note}};
}

void from_json(const nlohmann::json& json, PartOutcome& outcome) {
  json.at("holds").get_to(outcome.holds);
  json.at("evaluations").get_to(outcome.evaluations);
  json.at("open").get_to(outcome.open);
  json.at("decided").get_to(outcome.decided);
  json.at("trace").get_to(outcome.trace);
  json.at("note").get_to(outcome.note);
}

void to_json(nlohmann::json& json, const ProofRecord& record) {
  json = {{"parts", record.parts},      {"checked", record.checked}, {"evaluations", record.evaluations},
          {"failing", record.failing},  {"open", record.open},       {"decided", record.decided},
          {"noted_part", record.noted}, {"note", record.note}};
}

void from_json(const nlohmann::json& json, ProofRecord& record) {
  json.at("parts").get_to(record.parts);
  json.at("checked").get_to(record.checked);
  json.at("evaluations").get_to(record.evaluations);
  json.at("failing").get_to(record.failing);
  json.at("open").get_to(record.open);
  json.at("decided").get_to(record.decided);
  json.at("noted_part").get_to(record.noted);
  json.at("note").get_to(record.note);
}

}  // namespace straightedge::proofs
