#include <report.hpp>

#include <fmt/format.h>

#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

constexpr const char* kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>straightedge prove</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid #8886; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.classes { width: auto; }
td.good { color: #1a7f37; } td.bad { color: #cf222e; font-weight: 600; } td.open { color: #9a6700; font-weight: 600; }
code, pre { font: .9em ui-monospace, monospace; }
.wide { overflow-x: auto; }
code, dd { overflow-wrap: anywhere; }
pre { overflow-x: auto; background: #8882; padding: .6rem; }
dt { font-weight: 600; } dd { margin: 0 0 .4rem 1rem; }
@media (prefers-color-scheme: dark) { td.good { color: #3fb950; } td.bad { color: #f85149; } td.open { color: #d29922; } }
</style>
</head>
<body>
)";

std::string row_html(const ClaimRecord& record, const Ruling& ruling) {
  const ClaimInfo& info = record.claim->info();
  const bool here = info.by == DecidedBy::prove;
  const RankedMargin* ranked = record.drawn.smallest_margin();
  const std::string margin = record.smallest     ? fmt::format("{:.6g}", record.smallest->outcome.margin)
                             : ranked != nullptr ? fmt::format("{:.6g}", ranked->margin)
                                                 : "-";
  return fmt::format(
      "<tr><td><a href=\"#{0}\">{0}</a></td><td>{1}</td><td class=\"{2}\">{3}</td><td>{4}</td>"
      "<td class=\"number\">{5}</td><td class=\"number\">{6}</td><td>{7}</td><td class=\"number\">{8}</td></tr>\n",
      escaped(info.id), escaped(info.label),
      ruling.departure      ? "bad"
      : ruling.inconclusive ? "open"
      : here                ? "good"
                            : "",
      verdict_name(ruling), to_string(info.expected), here ? std::to_string(record.drawn.cases) : "-", margin,
      arithmetic_of(record), here ? fmt::format("{:.2f}", record.seconds) : "-");
}

std::string entry(const std::string& name, const std::string& text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(text));
}

std::string classes_html(const Tally& drawn) {
  const bool clean = drawn.failing + drawn.undecided == 0;
  std::string rows;
  for (const auto& [label, count] : drawn.classes) {
    rows += fmt::format("<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                        escaped(label), count, clean ? fmt::format("{:.3g}", excluded_failure_rate(count)) : "-");
  }
  return rows.empty() ? ""
                      : "<div class=\"wide\"><table class=\"classes\"><thead><tr><th>class of cases</th>"
                        "<th class=\"number\">cases</th><th class=\"number\">failure rate excluded at 99 %</th>"
                        "</tr></thead><tbody>\n" +
                            rows + "</tbody></table></div>\n";
}

std::string found_text(const ClaimRecord& record) {
  if (!record.smallest) {
    return {};
  }
  const SmallestMargin& smallest = *record.smallest;
  return fmt::format("{:.6g} on {} case {}: {} {}", smallest.outcome.margin, to_string(smallest.source), smallest.index,
                     nlohmann::json(smallest.value).dump(), smallest.outcome.detail);
}

std::string mutant_text(const ClaimRecord& record) {
  if (!record.mutant) {
    return {};
  }
  const std::string& what = record.claim->info().mutant;
  return record.mutant->refuted ? fmt::format("{} Refuted on planted case {} with margin {:.6g}.", what,
                                              record.mutant->index, record.mutant->outcome.margin)
                                : what + " NOT refuted.";
}

std::string search_text(const SearchRecord& search) {
  if (!search.smallest) {
    return {};
  }
  const SearchFinding& found = *search.smallest;
  return fmt::format("{:.6g} after {} evaluations: {} {}", found.outcome.margin, search.evaluations,
                     nlohmann::json(found.value).dump(), found.outcome.detail);
}

std::string proof_text(const ClaimRecord& record) {
  if (!record.proof) {
    return {};
  }
  const Proof& proof = *record.claim->proof();
  std::string text = fmt::format("{}, by {}: {} of {} parts, {} evaluations", proof.set(), proof.method(),
                                 record.proof->checked, record.proof->parts, record.proof->evaluations);
  for (const auto& [argument, share] : record.proof->decided) {
    text += fmt::format(", {:.4g} % of the volume by {}", 100 * share, argument);
  }
  return text + (record.proof->open > 0 ? fmt::format(", {:.3g} % of it open", 100 * record.proof->open) : "");
}

std::string survey_html(const ClaimRecord& record) {
  if (!record.survey) {
    return {};
  }
  const Survey& survey = *record.claim->survey();
  std::string head;
  for (const SurveyColumn& column : survey.columns()) {
    head += fmt::format("<th class=\"number\" title=\"{}\">{}{}</th>", escaped(column.meaning), escaped(column.name),
                        column.unit.empty() ? "" : " (" + escaped(column.unit) + ")");
  }
  std::string rows;
  for (const auto& [row, values] : record.survey->measured) {
    rows += "<tr>";
    for (const SurveyValue& value : values) {
      rows += fmt::format("<td class=\"number\">{}</td>", escaped(to_string(value)));
    }
    rows += "</tr>\n";
  }
  return fmt::format(
      "<details><summary>{}: {} of {} rows</summary>\n<p>{}</p>\n<div class=\"wide\"><table class=\"classes\">"
      "<thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div></details>\n",
      escaped(survey.title()), record.survey->measured.size(), record.survey->rows, escaped(survey.method()), head,
      rows);
}

std::string section_html(const ClaimRecord& record, const Ruling& ruling) {
  const ClaimInfo& info = record.claim->info();
  std::string html = fmt::format("<h3 id=\"{0}\">{0} ({1}): {2}</h3>\n<dl>\n", escaped(info.id), escaped(info.label),
                                 verdict_name(ruling));
  html += entry("Statement", info.statement) + entry("Hypotheses", info.hypotheses) + entry("Margin", info.margin) +
          entry("Refuted by", info.refuted_by) + entry("The paper", info.paper) + entry("Proof", proof_text(record)) +
          entry("Smallest margin", found_text(record)) +
          entry("Smallest margin of the search", search_text(record.search)) +
          entry("General statement, false",
                record.claim->general() == nullptr ? "" : record.claim->general()->info().statement) +
          entry("Smallest margin of its search", search_text(record.general_search)) +
          entry("Mutant", mutant_text(record)) + entry("Note", ruling.note);
  html += "</dl>\n" + classes_html(record.drawn) + survey_html(record);
  for (const Counterexample& counterexample : record.counterexamples) {
    html += fmt::format("<p>Counterexample ({} case {}), margin {:.6g}:</p>\n<pre>{}</pre>\n",
                        to_string(counterexample.source), counterexample.index, counterexample.outcome.margin,
                        escaped(nlohmann::json(counterexample.value).dump() + "\n" + counterexample.outcome.detail));
  }
  return html;
}

}  // namespace

std::string report_html(const Settings& settings, const std::vector<ClaimRecord>& records,
                        const std::vector<Ruling>& rulings, const nlohmann::json& certificate) {
  std::string html = kHead;
  html += "<h1>straightedge prove</h1>\n";
  html += fmt::format(
      "<p>Version {}, seed {}, {} cases a claim, cases redone at {} digits. Certificate digest <code>{}</code>.</p>\n",
      escaped(certificate.at("version").get<std::string>()), settings.seed, settings.cases, to_string(settings.precise),
      certificate.at("digest").get<std::string>());
  html +=
      "<div class=\"wide\"><table><thead><tr><th>claim</th><th>label</th><th>verdict</th><th>expected</th>"
      "<th class=\"number\">cases</th><th class=\"number\">smallest margin</th><th>arithmetic</th>"
      "<th class=\"number\">seconds</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    html += row_html(records[i], rulings[i]);
  }
  html += "</tbody></table></div>\n<h2>Replaying</h2>\n<pre>straightedge prove --verify certificate.json\n";
  html += "straightedge prove --replay counterexamples/FILE.json</pre>\n<h2>Claims</h2>\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    html += section_html(records[i], rulings[i]);
  }
  return html + "</body>\n</html>\n";
}

}  // namespace straightedge::proofs
