#include <report.hpp>

#include <fmt/format.h>
#include <proof.hpp>
#include <survey.hpp>

#include <string_view>

namespace straightedge::proofs {
namespace {

struct Group {
  std::string_view title;
  bool (*holds)(const ClaimInfo&);
};

bool of_the_paper(const ClaimInfo& info) {
  return info.order < 200;
}

constexpr Group kGroups[] = {
    {"Claims of the paper", [](const ClaimInfo& info) { return of_the_paper(info) && info.by == DecidedBy::prove; }},
    {"Beyond the paper", [](const ClaimInfo& info) { return !of_the_paper(info) && info.by == DecidedBy::prove; }},
    {"Decided by training runs", [](const ClaimInfo& info) { return info.by == DecidedBy::certify; }},
};

std::string item(std::string_view name, const std::string& text) {
  return text.empty() ? "" : fmt::format("- **{}**: {}\n", name, text);
}

std::string section(const Claim& claim) {
  const ClaimInfo& info = claim.info();
  return fmt::format("### `{}`\n\n{}, expected *{}*.\n\n{}\n\n", info.id, info.label, to_string(info.expected),
                     info.statement) +
         item("Hypotheses", info.hypotheses) + item("Margin", info.margin) + item("Refuted by", info.refuted_by) +
         item("General statement, false", claim.general() == nullptr ? "" : claim.general()->info().statement) +
         item("Proved for",
              claim.proof() == nullptr ? "" : fmt::format("{} ({})", claim.proof()->set(), claim.proof()->method())) +
         item("Survey", claim.survey() == nullptr ? "" : claim.survey()->title()) + item("Mutant", info.mutant) +
         item("The paper", info.paper) + "\n";
}

}  // namespace

std::string claims_markdown(const std::vector<const Claim*>& claims) {
  std::string text =
      "# The claims\n\n"
      "Written by `straightedge claims --markdown`; edit the claims, not this file.\n\n"
      "A claim is judged by the margin by which its conclusion holds on a case: positive where it holds, negative "
      "where "
      "it fails. Its mutant is the same claim slightly falsified, which every run must refute.\n";
  for (const Group& group : kGroups) {
    text += fmt::format("\n## {}\n\n", group.title);
    std::string index = "| claim | label | expected |\n| --- | --- | --- |\n";
    std::string sections;
    for (const Claim* claim : claims) {
      const ClaimInfo& info = claim->info();
      if (group.holds(info)) {
        index += fmt::format("| `{}` | {} | {} |\n", info.id, info.label, to_string(info.expected));
        sections += section(*claim);
      }
    }
    text += index + "\n" + sections;
    text.pop_back();
  }
  return text;
}

}  // namespace straightedge::proofs
