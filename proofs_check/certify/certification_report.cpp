#include <certify/certification_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <build_info.hpp>
#include <cmath>
#include <digest.hpp>

namespace straightedge::certify {
namespace {

using nlohmann::json;
using proofs::Verdict;

using Line = std::vector<std::string>;

// The part that carries the claim's p: the row shows it, the lines below the table all of them.
const Part* weakest_of(const Evidence& evidence) {
  const auto found = std::max_element(evidence.parts.begin(), evidence.parts.end(),
                                      [](const Part& a, const Part& b) { return a.p_for < b.p_for; });
  return found == evidence.parts.end() ? nullptr : &*found;
}

std::string interval_text(const Part& part) {
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", part.estimate, part.interval.lower, part.interval.upper);
}

Line line_of(const Row& row) {
  const Evidence& evidence = row.found.evidence;
  const Part* part = weakest_of(evidence);
  return {row.claim->info().id,
          proofs::to_string(row.found.verdict),
          proofs::to_string(kExpected),
          part == nullptr ? "-" : interval_text(*part),
          part == nullptr ? "-" : fmt::format("{:.2g}", evidence.p_for()),
          part == nullptr ? "-" : fmt::format("{:.2g}", row.found.holm_for),
          fmt::format("{}", evidence.runs.size()),
          fmt::format("{}", evidence.seeds.size())};
}

const char* colour_of(const Row& row) {
  switch (row.found.verdict) {
    case Verdict::supported:
      return row.mutant_survives() ? "\033[31m" : "\033[32m";
    case Verdict::refuted:
      return "\033[31m";
    default:
      return row.counts ? "\033[33m" : nullptr;
  }
}

std::string joined(const Line& line, const std::vector<std::size_t>& widths, const char* colour) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string cell = fmt::format("{:<{}}", line[i], widths[i]);
    text += (i == 0 ? "" : "  ") + (i == 1 && colour != nullptr ? colour + cell + "\033[0m" : cell);
  }
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

std::string details_of(const Row& row) {
  const proofs::ClaimInfo& info = row.claim->info();
  const Evidence& evidence = row.found.evidence;
  std::string text = fmt::format("\n{}: {}\n", info.id, info.statement);
  if (!row.found.reason.empty()) {
    text += fmt::format("  inconclusive: {}\n", row.found.reason);
  }
  for (const Part& part : evidence.parts) {
    text += fmt::format("  {}: {}, p {:.2g}, opposite {:.2g}; {}\n", part.name, interval_text(part), part.p_for,
                        part.p_against, part.detail);
    if (part.paper) {
      text += fmt::format("    {}\n", to_string(part.paper));
    }
  }
  for (const std::string& note : evidence.notes) {
    text += fmt::format("  {}\n", note);
  }
  text += fmt::format("  the paper: {}\n", info.paper);
  if (!evidence.parts.empty()) {
    text += fmt::format("  mutant ({}): {}{}\n", info.mutant, proofs::to_string(row.mutant.verdict),
                        row.mutant_survives() ? "; it SURVIVES, so that no verdict counts" : "");
  }
  return text;
}

// JSON has no infinity and no NaN.
json number(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}

json part_json(const Part& part) {
  return {{"name", part.name},
          {"estimate", number(part.estimate)},
          {"interval", {number(part.interval.lower), number(part.interval.upper)}},
          {"p", part.p_for},
          {"p_opposite", part.p_against},
          {"detail", part.detail},
          {"paper", to_string(part.paper)}};
}

json row_json(const Row& row) {
  const proofs::ClaimInfo& info = row.claim->info();
  const Evidence& evidence = row.found.evidence;
  json parts = json::array();
  for (const Part& part : evidence.parts) {
    parts.push_back(part_json(part));
  }
  return {{"claim", info.id},
          {"label", info.label},
          {"statement", info.statement},
          {"paper", info.paper},
          {"expected", proofs::to_string(kExpected)},
          {"verdict", proofs::to_string(row.found.verdict)},
          {"counts", row.counts},
          {"reason", row.found.reason},
          {"p", evidence.p_for()},
          {"p_holm", row.found.holm_for},
          {"p_opposite", evidence.p_against()},
          {"p_opposite_holm", row.found.holm_against},
          {"runs", evidence.runs},
          {"seeds", evidence.seeds},
          {"parts", parts},
          {"notes", evidence.notes},
          {"mutant",
           {{"text", info.mutant},
            {"verdict", proofs::to_string(row.mutant.verdict)},
            {"p", row.mutant.evidence.p_for()},
            {"p_holm", row.mutant.holm_for},
            {"survives", row.mutant_survives()}}}};
}

}  // namespace

std::string certification_table(const Certification& certification, bool colour) {
  std::vector<Line> lines = {
      {"claim", "verdict", "expected", "estimate [99 % interval]", "p", "Holm p", "runs", "seeds"}};
  for (const Row& row : certification.rows) {
    lines.push_back(line_of(row));
  }
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], line[i].size());
    }
  }
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += joined(lines[i], widths, colour && i > 0 ? colour_of(certification.rows[i - 1]) : nullptr);
  }
  for (const Row& row : certification.rows) {
    if (row.counts) {
      text += details_of(row);
    }
  }
  const auto idle =
      std::count_if(certification.rows.begin(), certification.rows.end(), [](const Row& row) { return !row.counts; });
  text += fmt::format("\nHolm's correction over {} claims; bootstraps of {} resamples, seed {}\n",
                      certified_claims().size(), kResamples, kBootstrapSeed);
  if (idle > 0) {
    text += fmt::format(
        "{} claims that these runs were not made for, and lack something for, do not count; name one with "
        "--claims to see what\n",
        idle);
  }
  for (const std::string& difference : certification.differences) {
    text += fmt::format("{}\n", difference);
  }
  return text;
}

json certification_json(const Certification& certification, const std::string& out) {
  json inputs = json::object();
  json runs = json::array();
  for (const Run& run : certification.runs) {
    for (const auto& [file, digest] : run.digests) {
      inputs[file] = digest;
    }
    runs.push_back({{"folder", run.folder},
                    {"claim", run.claim},
                    {"seed", run.seed},
                    {"sigma", run.noise.sigma},
                    {"device", run.device},
                    {"versions", run.versions}});
  }
  json rows = json::array();
  for (const Row& row : certification.rows) {
    rows.push_back(row_json(row));
  }
  json document = {{"schema", kCertifySchema},
                   {"version", version()},
                   {"settings",
                    {{"level", kLevel},
                     {"confidence", kConfidence},
                     {"family", certified_claims().size()},
                     {"least_seeds", kLeastSeeds},
                     {"resamples", kResamples},
                     {"bootstrap_seed", kBootstrapSeed}}},
                   {"inputs", inputs},
                   {"runs", runs},
                   {"rows", rows},
                   {"differences", certification.differences},
                   {"exit_code", certification.exit_code()},
                   {"run", {{"out", out}}}};
  document["digest"] = fixtures::json_digest(document, {"run", "digest"});
  return document;
}

}  // namespace straightedge::certify
