#include <report/prove_report.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <proof.hpp>
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

bool is_of_the_paper(const ClaimRecord& record) {
  return record.claim->info().label != "beyond the paper";
}

/// "Of the paper's claims, as expected: 5 proved, 3 supported, 1 refuted. 7 rest on training runs, ...", or what is
/// not.
std::string counted(const std::vector<ClaimRecord>& records, const std::vector<Ruling>& rulings, bool of_the_paper) {
  std::map<proofs::Verdict, std::size_t> expected;  // in the order of the verdicts
  std::size_t departures = 0;
  std::size_t inconclusive = 0;
  std::size_t need_runs = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Ruling& ruling = rulings[i];
    if (is_of_the_paper(records[i]) != of_the_paper) {
      continue;
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
  return text.empty() ? ""
                      : fmt::format("<p class=\"lead\">{} {}</p>\n",
                                    of_the_paper ? "Of the paper's claims:" : "Of ours, beyond the paper:", text);
}

/// "Refuted: figure-4/rotated.", with links; "" for none.
std::string named(const char* what, const std::vector<std::string>& claims) {
  std::vector<std::string> links;
  for (const std::string& claim : claims) {
    links.push_back(fmt::format("<a href=\"#{0}\">{0}</a>", escaped(claim)));
  }
  return links.empty() ? "" : fmt::format("{}: {}. ", what, fmt::join(links, ", "));
}

std::string summary(const std::vector<ClaimRecord>& records, const std::vector<Ruling>& rulings) {
  std::vector<std::string> refuted;
  std::vector<std::string> not_implied;
  std::vector<std::string> not_general;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::optional<proofs::Verdict> verdict = rulings[i].verdict;
    const std::string& claim = records[i].claim->info().id;
    if (!verdict) {
      return fmt::format("<p class=\"lead\">A shard: it judges nothing, <code>{} merge</code> does.</p>\n",
                         escaped(program()));
    }
    if (verdict == proofs::Verdict::refuted) {
      refuted.push_back(claim);
    } else if (verdict == proofs::Verdict::not_implied) {
      not_implied.push_back(claim);
    } else if (records[i].claim->general() != nullptr && !rulings[i].departure &&
               (verdict == proofs::Verdict::proved || verdict == proofs::Verdict::supported)) {
      not_general.push_back(claim);
    }
  }
  const std::string exceptions = named("Refuted as it is stated", refuted) +
                                 named("Not implied by its hypotheses", not_implied) +
                                 named("Holds where it is stated, and not more generally", not_general);
  return counted(records, rulings, true) + counted(records, rulings, false) +
         (exceptions.empty() ? "" : fmt::format("<p>{}</p>\n", exceptions));
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
<dt>proved</dt><dd>exact or interval arithmetic covered, without sampling, the whole set that <em>proved for</em> names; it may be
smaller than what the claim is about, and what lies outside of it is judged by cases alone, none of which failed</dd>
<dt>supported</dt><dd>no case failed; the claim says which failure rate that excludes</dd>
<dt>refuted</dt><dd>there is a counterexample to the statement, which can be replayed; where we say how far the statement does hold, cases
judge that</dd>
<dt>not implied</dt><dd>the hypotheses hold and the conclusion does not follow</dd>
<dt>needs runs</dt><dd>a claim on trained networks: <code>certify</code> decides it</dd>
</dl>
<p>A verdict is green where it is the one that is registered as expected, <em>refuted</em> included: that a statement fails where we
say that it fails is a result too. <em>Proved</em> is as expected where support was. What has to be trusted, docs/proofs.md of the
source says: for a proof the claim's own formulas, the arithmetic, and some hundred lines that cut boxes or count degrees.</p>
<h3>Symbols</h3>
<dl>
<dt>X0, X1, d</dt><dd>source, N(0, I), and target, N(mu, M), in d dimensions; lambda are eigenvalues of M</dd>
<dt>coupling, pairs</dt><dd>the joint law of X0 and X1, or a finite set of pairs. C = E[(X1 - mu) X0^T]. Deterministic: X1 = mu + A X0.
OT, optimal transport: A = M^(1/2). Rotated (rOT): A = M^(1/2) R, R a rotation by phi; where it turns every plane and M = I, c = cos(phi/2),
k = sin(phi/2), q(t) = c^2 + k^2 (1 - 2t)^2, and I_j is the integral of q^(-j) over t</dd>
<dt>f, s, F</dt><dd>noise: X_t = (1 - t) X0 + t X1 + f Z, Z ~ N(0, I); f = s where it is constant, f = s sqrt(t (1 - t)) for a bridge; F = f^2</dd>
<dt>v, pair field</dt><dd>a velocity field v(x, t) = th + Th S (x - t th), S = (I + t Th)^(-1). That of a deterministic coupling, its pair
field, has th = mu and Th = A - I: it takes each source straight to its partner. The OT field is OT's. v* is the field of least loss, the
minimiser</dd>
<dt>loss, residual</dt><dd>E of the integral over t of |r|^2, with the residual r = (X1 - X0) - v(X_t, t)</dd>
<dt>gradient variance</dt><dd>E|g|^2 - |E g|^2, g the gradient of one sample's loss in th and Th, over pairs, noise and t</dd>
<dt>F*</dt><dd>the noise from which on the OT field has the lower gradient variance under rotated pairs; s*^2 = F*</dd>
</dl>
)";

std::string row_of(const ClaimRecord& record, const Ruling& ruling) {
  return fmt::format("<span class=\"{}\">{}</span>", class_of(record, ruling), verdict_name(ruling));
}

/// The smallest margin; of a refuted statement that of its counterexamples, since the cases judge how far it holds.
std::optional<double> deciding_margin(const ClaimRecord& record) {
  std::optional<double> margin = smallest_margin(record);
  if (record.claim->info().when_cases_hold == proofs::Verdict::refuted) {
    for (const proofs::Counterexample& counterexample : record.counterexamples) {
      margin = std::min(margin.value_or(counterexample.outcome.margin), counterexample.outcome.margin);
    }
  }
  return margin;
}

/// The set of the proof, or how many cases there are.
std::string evidence_of(const ClaimRecord& record, const Ruling& ruling) {
  if (record.claim->info().by == proofs::DecidedBy::certify) {
    return "training runs";
  }
  const std::string cases = plural(static_cast<std::size_t>(record.drawn.cases), "case");
  if (ruling.verdict == proofs::Verdict::proved) {
    return record.claim->proof()->set();
  }
  return ruling.verdict == proofs::Verdict::refuted && record.claim->general() != nullptr
             ? fmt::format("{}; where it does hold, {}", plural(record.counterexamples.size(), "counterexample"), cases)
             : cases;
}

std::string claims_table(const std::vector<ClaimRecord>& records, const std::vector<Ruling>& rulings) {
  Table table({{.title = "claim"},
               {.title = "verdict"},
               {.title = "margin",
                .is_number = true,
                .meaning = "the smallest of all cases; where refuted, of the counterexamples"},
               {.title = "paper's label", .only_wide = true},
               {.title = "proved for, or judged on", .only_wide = true, .is_prose = true}});
  for (std::size_t i = 0; i < records.size(); ++i) {
    const ClaimRecord& record = records[i];
    const proofs::ClaimInfo& info = record.claim->info();
    const std::optional<double> margin = deciding_margin(record);
    table.add({fmt::format("<a href=\"#{0}\">{0}</a>", escaped(info.id)), row_of(record, rulings[i]),
               margin ? fmt::format("{:.3g}", *margin) : "-", escaped(info.label),
               escaped(evidence_of(record, rulings[i]))});
  }
  return "<h2 id=\"claims\">Claims</h2>\n" + table.html();
}

std::string replaying(const Places& places) {
  return fmt::format(
      "<h2 id=\"replaying\">Replaying</h2>\n<p>From the folder where the program was called, this checks every "
      "proof and counterexample again, without searching:</p>\n{}<p>Each claim below has the commands for "
      "itself.</p>\n",
      command(fmt::format("prove --verify {}", places.certificate)));
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
      "<p class=\"muted\">The claims of " +
      paper() + ", and more, validated by straightedge.</p>\n" + summary(records, rulings) +
      "<nav><a href=\"#claims\">Claims</a><a href=\"#reading\">How to read this</a><a href=\"#figures\">Figures</a>"
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
