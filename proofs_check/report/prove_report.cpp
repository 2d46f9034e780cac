#include <report/prove_report.hpp>

#include <fmt/format.h>

#include <map>
#include <report.hpp>
#include <report/campaign_figures.hpp>
#include <report/claim_section.hpp>
#include <report/html.hpp>
#include <straightedge/error.hpp>

namespace straightedge::report {
namespace {

using proofs::ClaimRecord;
using proofs::Ruling;

std::string plural(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// "As expected: 17 proved, 5 supported, 1 refuted. 8 need runs." or what is not.
std::string summary(const std::vector<Ruling>& rulings) {
  std::map<proofs::Verdict, std::size_t> expected;  // in the order of the verdicts
  std::size_t departures = 0;
  std::size_t inconclusive = 0;
  std::size_t need_runs = 0;
  for (const Ruling& ruling : rulings) {
    if (!ruling.verdict) {
      return "<p class=\"lead\">A shard: it judges nothing, <code>straightedge merge</code> does.</p>\n";
    }
    if (ruling.departure) {
      ++departures;
    } else if (ruling.inconclusive) {
      ++inconclusive;
    } else if (ruling.verdict == proofs::Verdict::needs_runs) {
      ++need_runs;
    } else {
      ++expected[*ruling.verdict];
    }
  }
  std::string text;
  if (departures > 0) {
    text += fmt::format("<span class=\"bad\">{} not as expected.</span> ", plural(departures, "claim"));
  }
  if (inconclusive > 0) {
    text += fmt::format("<span class=\"open\">{} inconclusive.</span> ", plural(inconclusive, "claim"));
  }
  std::string counts;
  for (const auto& [verdict, count] : expected) {
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, to_string(verdict));
  }
  if (!counts.empty()) {
    text += fmt::format("<span class=\"good\">As expected: {}.</span> ", counts);
  }
  if (need_runs > 0) {
    text += fmt::format("{} {} on training runs, which <code>certify</code> judges.", plural(need_runs, "claim"),
                        need_runs == 1 ? "rests" : "rest");
  }
  return fmt::format("<p class=\"lead\">{}</p>\n", text);
}

std::string provenance(const proofs::Settings& settings, const nlohmann::json& certificate) {
  const nlohmann::json& run = certificate.at("run");
  return fmt::format(
      "<p class=\"muted\">Version {}, seed {}, {} a claim, the undecided and the smallest redone at {} digits; {} "
      "seconds "
      "on {}. Certificate <code>{}</code>.</p>\n",
      escaped(certificate.at("version").get<std::string>()), settings.seed,
      plural(static_cast<std::size_t>(settings.cases), "case"), to_string(settings.precise),
      fmt::format("{:.3g}", run.at("seconds").get<double>()),
      plural(static_cast<std::size_t>(run.at("jobs").get<int>()), "thread"),
      certificate.at("digest").get<std::string>());
}

constexpr const char* kHowToRead = R"(<h2 id="reading">How to read this</h2>
<p>Each claim is judged on many cases by its <em>margin</em>: positive where its conclusion holds, negative where it fails. Cases
that double precision cannot settle are done again at 50 or 100 digits. Each claim has a <em>mutant</em>, the same claim slightly
falsified; a run that does not refute all mutants fails as a whole.</p>
<dl>
<dt>proved</dt><dd>exact or interval arithmetic covered the whole stated set, without sampling; and no case failed</dd>
<dt>supported</dt><dd>no case failed; the claim says which failure rate that excludes</dd>
<dt>refuted</dt><dd>there is a counterexample, which can be replayed</dd>
<dt>not implied</dt><dd>the hypotheses hold and the conclusion does not follow</dd>
<dt>needs runs</dt><dd>a claim on trained networks: <code>straightedge certify</code> decides it</dd>
</dl>
<p>A verdict is green where it is the one that is registered as expected, <em>refuted</em> included: that a statement fails where we
say that it fails is a result too.</p>
)";

std::string row_of(const ClaimRecord& record, const Ruling& ruling) {
  return fmt::format("<span class=\"{}\">{}</span>", class_of(record, ruling), verdict_name(ruling));
}

std::string claims_table(const std::vector<ClaimRecord>& records, const std::vector<Ruling>& rulings) {
  Table table({{.title = "claim"},
               {.title = "verdict"},
               {.title = "margin", .is_number = true, .meaning = "the smallest of all cases"},
               {.title = "expected", .only_wide = true},
               {.title = "paper's label", .only_wide = true},
               {.title = "cases", .is_number = true, .only_wide = true},
               {.title = "arithmetic", .only_wide = true}});
  for (std::size_t i = 0; i < records.size(); ++i) {
    const ClaimRecord& record = records[i];
    const proofs::ClaimInfo& info = record.claim->info();
    const bool here = info.by == proofs::DecidedBy::prove;
    const std::optional<double> margin = smallest_margin(record);
    table.add({fmt::format("<a href=\"#{0}\">{0}</a>", escaped(info.id)), row_of(record, rulings[i]),
               margin ? fmt::format("{:.3g}", *margin) : "-", to_string(info.expected), escaped(info.label),
               here ? std::to_string(record.drawn.cases) : "-", proofs::arithmetic_of(record)});
  }
  return "<h2 id=\"claims\">Claims</h2>\n" + table.html();
}

std::string replaying(const Places& places) {
  return fmt::format(
      "<h2 id=\"replaying\">Replaying</h2>\n<p>In a checkout <code>./bootstrap</code> stands for "
      "<code>straightedge</code>. This checks every proof and counterexample again, without searching:</p>\n{}"
      "<p>Each claim below has the commands for itself.</p>\n",
      command(fmt::format("straightedge prove --verify {}", places.certificate)));
}

}  // namespace

std::string origin_of(const proofs::Settings& settings, const nlohmann::json& certificate) {
  return fmt::format("Seed {}, {} cases, certificate {}.", settings.seed, settings.cases,
                     certificate.at("digest").get<std::string>());
}

std::string prove_report(const proofs::Settings& settings, const std::vector<ClaimRecord>& records,
                         const std::vector<Ruling>& rulings, const nlohmann::json& certificate, const Places& places,
                         std::vector<std::string>& problems) {
  std::string body =
      "<h1>Gradient variance and straight flows: what holds</h1>\n"
      "<p class=\"muted\">The claims of <cite>Gradient Variance Reveals Failure Modes in Flow-Based Generative "
      "Models</cite> (arXiv 2510.18118), and more, validated by straightedge.</p>\n" +
      summary(rulings) +
      "<nav><a href=\"#claims\">Claims</a><a href=\"#figures\">Figures</a><a href=\"#reading\">How to read this</a>"
      "<a href=\"#replaying\">Replaying</a><a href=\"#details\">Each claim</a></nav>\n" +
      claims_table(records, rulings) + kHowToRead + "<h2 id=\"figures\">Figures</h2>\n";
  for (const std::string& figure : draw(campaign_figures(records, origin_of(settings, certificate)), problems)) {
    body += figure;
  }
  body += replaying(places) + "<h2 id=\"details\">Each claim</h2>\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    body += claim_section(settings, records[i], rulings[i], places.counterexamples);
  }
  return page("straightedge prove", body + provenance(settings, certificate));
}

}  // namespace straightedge::report
