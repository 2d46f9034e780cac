#include <report/certify_report.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <claim.hpp>
#include <report/html.hpp>
#include <report/run_figures.hpp>

namespace straightedge::report {
namespace {

using certify::Certification;
using certify::Evidence;
using certify::Part;
using certify::Row;

const char* class_of(const Row& row) {
  if (row.found.verdict == proofs::Verdict::refuted || row.mutant_survives()) {
    return "bad";
  }
  return !row.counts ? "muted" : row.found.verdict == proofs::Verdict::supported ? "good" : "open";
}

std::string verdict_html(const Row& row) {
  return fmt::format("<span class=\"{}\">{}</span>", class_of(row), to_string(row.found.verdict));
}

std::string interval_text(const Part& part) {
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", part.estimate, part.interval.lower, part.interval.upper);
}

/// Those that count first.
std::vector<const Row*> in_order(const Certification& certification) {
  std::vector<const Row*> rows;
  for (const Row& row : certification.rows) {
    rows.push_back(&row);
  }
  std::stable_partition(rows.begin(), rows.end(), [](const Row* row) { return row->counts; });
  return rows;
}

std::string claims_table(const Certification& certification) {
  Table table({{.title = "claim"},
               {.title = "verdict"},
               {.title = "Holm-adjusted p", .is_number = true},
               {.title = "paper's label", .only_wide = true},
               {.title = "p of the opposite", .is_number = true, .only_wide = true},
               {.title = "runs", .is_number = true, .only_wide = true},
               {.title = "seeds", .is_number = true, .only_wide = true}});
  for (const Row* row : in_order(certification)) {
    const Evidence& evidence = row->found.evidence;
    const bool has_parts = !evidence.parts.empty();
    table.add({fmt::format("<a href=\"#{0}\">{0}</a>", escaped(row->claim->info().id)), verdict_html(*row),
               has_parts ? fmt::format("{:.2g}", row->found.holm_for) : "-", escaped(row->claim->info().label),
               has_parts ? fmt::format("{:.2g}", row->found.holm_against) : "-", std::to_string(evidence.runs.size()),
               std::to_string(evidence.seeds.size())});
  }
  return table.html();
}

std::string parts_html(const Evidence& evidence) {
  Table table({{.title = "part"},
               {.title = "estimate [99 % interval]"},
               {.title = "p", .is_number = true},
               {.title = "opposite", .is_number = true}});
  std::string details;
  for (const Part& part : evidence.parts) {
    table.add({escaped(part.name), interval_text(part), fmt::format("{:.2g}", part.p_for),
               fmt::format("{:.2g}", part.p_against)});
    details += entry(part.name, part.detail + (part.paper ? "; " + to_string(part.paper) : ""));
  }
  return table.is_empty() ? "" : table.html() + "<dl>\n" + details + "</dl>\n";
}

std::string claim_section(const Row& row) {
  const proofs::ClaimInfo& info = row.claim->info();
  const Evidence& evidence = row.found.evidence;
  std::string notes;
  for (const std::string& note : evidence.notes) {
    notes += entry("Note", note);
  }
  const std::string mutant = evidence.parts.empty()
                                 ? ""
                                 : fmt::format("{} On the same runs: {}{}", info.mutant, to_string(row.mutant.verdict),
                                               row.mutant_survives() ? ". It SURVIVES, so that no verdict counts" : "");
  return fmt::format("<section id=\"{0}\">\n<h3>{0} <span class=\"muted\">{1}</span>: {2}</h3>\n<p>{3}</p>\n<dl>\n",
                     escaped(info.id), escaped(info.label), verdict_html(row), escaped(info.statement)) +
         entry("Needs", info.hypotheses) + entry("The paper", info.paper) + entry("Estimate", info.margin) +
         entry("Refuted by", info.refuted_by) + entry("Inconclusive", row.found.reason) + entry("Mutant", mutant) +
         notes + "</dl>\n" + parts_html(evidence) +
         (evidence.runs.empty()
              ? ""
              : "<h4>To repeat it</h4>\n" +
                    command(fmt::format("certify {} --claims {}", fmt::join(evidence.runs, " "), info.id))) +
         "</section>\n";
}

std::string runs_table(const Certification& certification) {
  Table table({{.title = "run"},
               {.title = "noise", .is_number = true},
               {.title = "seed", .is_number = true},
               {.title = "made for", .only_wide = true},
               {.title = "device", .only_wide = true}});
  for (const certify::Run& run : certification.runs) {
    table.add({escaped(run.folder), fmt::format("{}", run.noise.sigma), std::to_string(run.seed), escaped(run.claim),
               escaped(run.device)});
  }
  return table.html();
}

constexpr const char* kHowToRead = R"(<h2 id="reading">How to read this</h2>
<p>A claim on trained networks is <em>supported</em> where the p-value of its direction, adjusted by Holm over all claims of this kind,
is below 0.01, <em>refuted</em> where that of the opposite direction is, and <em>inconclusive</em> else; its section says what would
suffice. Claims with several parts need all of them. Intervals have 99 % confidence. Each claim's <em>mutant</em>, the same claim
slightly falsified, is judged on the same runs and must not be supported. Grey claims do not count: the runs were not made for them.</p>
)";

}  // namespace

std::string certify_report(const Certification& certification, const nlohmann::json& document,
                           std::vector<std::string>& problems) {
  std::string body =
      "<h1>What training runs show</h1>\n<p class=\"muted\">Claims of " + paper() +
      " on trained networks, judged by straightedge.</p>\n<nav><a href=\"#claims\">Claims</a>"
      "<a href=\"#reading\">How to read this</a><a href=\"#figures\">Figures</a><a href=\"#details\">Each claim</a>"
      "<a href=\"#runs\">Runs</a></nav>\n<h2 id=\"claims\">Claims</h2>\n" +
      claims_table(certification) + kHowToRead;
  std::string figures;
  for (const std::string& figure : draw(figures_beside_paper(certification), problems)) {
    figures += figure;
  }
  std::vector<std::string> claims;
  for (const Row& row : certification.rows) {
    claims.push_back(row.claim->info().id);
  }
  const std::vector<certify::Group> groups = certify::groups_of(certification.runs);
  for (std::size_t number = 0; number < groups.size(); ++number) {
    for (const std::string& figure : draw(group_figures(groups[number], number + 1, claims), problems)) {
      figures += figure;
    }
    figures += picture_grids(groups[number]);
  }
  body += "<h2 id=\"figures\">Figures</h2>\n" + figures + "<h2 id=\"details\">Each claim</h2>\n";
  std::string idle;
  for (const Row& row : certification.rows) {
    (row.counts ? body : idle) += claim_section(row);
  }
  if (!idle.empty()) {
    body += "<details><summary>Claims that these runs were not made for, and lack something for</summary>\n" + idle +
            "</details>\n";
  }
  body += "<h2 id=\"runs\">Runs</h2>\n" + runs_table(certification);
  for (const std::string& difference : certification.differences) {
    body += fmt::format("<p class=\"open\">{}</p>\n", escaped(difference));
  }
  return page(
      "straightedge certify",
      body + fmt::format("<p class=\"muted\">Version {}, certificate <code>{}</code>.</p>\n",
                         escaped(document.at("version").get<std::string>()), document.at("digest").get<std::string>()));
}

}  // namespace straightedge::report
