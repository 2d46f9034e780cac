#include <report/claim_section.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <case_words.hpp>
#include <nlohmann/json.hpp>
#include <proof.hpp>
#include <report.hpp>
#include <report/html.hpp>
#include <survey.hpp>

namespace straightedge::report {
namespace {

using proofs::ClaimInfo;
using proofs::ClaimRecord;
using proofs::Counterexample;

/// As the replay reads it, and in words.
std::string case_text(const proofs::Case& value) {
  const std::string words = proofs::in_words(value);
  return nlohmann::json(value).dump() + (words.empty() ? "" : " (" + words + ")");
}

std::string classes_html(const proofs::Tally& drawn) {
  const bool is_clean = drawn.failing + drawn.undecided == 0;
  Table table({{.title = "class of cases"},
               {.title = "cases", .is_number = true},
               {.title = "failure rate excluded at 99 %", .is_number = true}});
  for (const auto& [label, count] : drawn.classes) {
    table.add({escaped(label), std::to_string(count),
               is_clean ? fmt::format("{:.3g}", proofs::excluded_failure_rate(count)) : "-"});
  }
  return table.is_empty() ? ""
                          : fmt::format("<details><summary>The cases by class</summary>\n{}</details>\n", table.html());
}

std::string cases_text(const proofs::Tally& drawn) {
  if (drawn.cases == 0) {
    return {};
  }
  std::string text = fmt::format("{} drawn, {} of them redone at more digits; {} fail, {} undecided", drawn.cases,
                                 drawn.redone, drawn.failing, drawn.undecided);
  return drawn.failing + drawn.undecided > 0
             ? text
             : text + fmt::format("; a failure rate above {:.3g} is excluded at 99 % confidence",
                                  proofs::excluded_failure_rate(drawn.cases));
}

std::string smallest_text(const ClaimRecord& record) {
  if (!record.smallest) {
    return {};
  }
  const proofs::SmallestMargin& smallest = *record.smallest;
  return fmt::format("{:.6g} on {} case {}: {} {}", smallest.outcome.margin, to_string(smallest.source), smallest.index,
                     case_text(smallest.value), smallest.outcome.detail);
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

std::string search_text(const proofs::SearchRecord& search) {
  if (!search.smallest) {
    return {};
  }
  const proofs::SearchFinding& found = *search.smallest;
  return fmt::format("{:.6g} after {} evaluations: {} {}", found.outcome.margin, search.evaluations,
                     case_text(found.value), found.outcome.detail);
}

std::string proof_text(const ClaimRecord& record) {
  if (!record.proof) {
    return {};
  }
  const proofs::Proof& proof = *record.claim->proof();
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
  const proofs::Survey& survey = *record.claim->survey();
  std::vector<Table::Column> columns;
  for (const proofs::SurveyColumn& column : survey.columns()) {
    columns.push_back({.title = column.name + (column.unit.empty() ? "" : " (" + column.unit + ")"),
                       .is_number = true,
                       .meaning = column.meaning});
  }
  Table table(columns);
  for (const auto& [row, values] : record.survey->measured) {
    std::vector<std::string> cells;
    for (const proofs::SurveyValue& value : values) {
      cells.push_back(escaped(proofs::to_string(value)));
    }
    table.add(cells);
  }
  return fmt::format("<details><summary>{}: {} of {} rows</summary>\n<p>{}</p>\n{}</details>\n",
                     escaped(survey.title()), record.survey->measured.size(), record.survey->rows,
                     escaped(survey.method()), table.html());
}

std::string counterexample_html(const Counterexample& counterexample, const std::string& folder) {
  const std::string file = proofs::file_name(counterexample);
  return fmt::format(
      "<h4>Counterexample{}</h4>\n<p>Of {} case {}{}, margin {:.6g}: {}</p>\n<pre>{}</pre>\n{}<p>{}</p>\n",
      proofs::is_general(counterexample.source) ? " to the general statement" : "", to_string(counterexample.source),
      counterexample.index, counterexample.enclosure ? ", its margin enclosed by intervals" : "",
      counterexample.outcome.margin, escaped(counterexample.outcome.detail), escaped(case_text(counterexample.value)),
      command(fmt::format("prove --replay {}/{}", folder, file)),
      download(file, "application/json", nlohmann::json(counterexample).dump(2) + "\n", file));
}

std::string replay_html(const proofs::Settings& settings, const ClaimRecord& record, const std::string& folder) {
  const ClaimInfo& info = record.claim->info();
  std::string html = info.by == proofs::DecidedBy::certify ? "<h4>To decide it</h4>\n" : "<h4>To repeat it</h4>\n";
  if (info.by == proofs::DecidedBy::certify) {
    return html + command(fmt::format("certify RUN... --claims {}", info.id));
  }
  html += command(fmt::format("prove --claims {} --cases {} --seed {}{} --out build/{}", info.id, settings.cases,
                              settings.seed, settings.precise == proofs::Tier::digits100 ? " --digits 100" : "",
                              proofs::file_stem(info.id)));
  for (const Counterexample& counterexample : record.counterexamples) {
    html += counterexample_html(counterexample, folder);
  }
  return html;
}

}  // namespace

std::string class_of(const ClaimRecord& record, const proofs::Ruling& ruling) {
  const bool here = record.claim->info().by == proofs::DecidedBy::prove;
  return ruling.departure ? "bad" : ruling.inconclusive ? "open" : here && ruling.verdict ? "good" : "";
}

std::string claim_section(const proofs::Settings& settings, const ClaimRecord& record, const proofs::Ruling& ruling,
                          const std::string& counterexamples) {
  const ClaimInfo& info = record.claim->info();
  const proofs::Claim* general = record.claim->general();
  return fmt::format(
             "<section id=\"{0}\">\n<h3>{0} <span class=\"muted\">{1}</span>: <span class=\"{2}\">{3}</span></h3>\n"
             "<p>{4}</p>\n<dl>\n",
             escaped(info.id), escaped(info.label), class_of(record, ruling), verdict_name(ruling),
             escaped(info.statement)) +
         entry("Needs", info.hypotheses) + entry("The paper", info.paper) + entry("Margin", info.margin) +
         entry("Refuted by", info.refuted_by) + entry("Proved for", proof_text(record)) +
         entry("Cases", cases_text(record.drawn)) +
         entry("Arithmetic", record.drawn.cases == 0 ? "" : proofs::arithmetic_of(record)) +
         entry("Smallest margin", smallest_text(record)) +
         entry("Smallest margin of the search", search_text(record.search)) +
         entry("General statement, false", general == nullptr ? "" : general->info().statement) +
         entry("Smallest margin of its search", search_text(record.general_search)) +
         entry("Mutant", mutant_text(record)) + entry("Note", ruling.note) + "</dl>\n" + classes_html(record.drawn) +
         survey_html(record) + replay_html(settings, record, counterexamples) + "</section>\n";
}

}  // namespace straightedge::report
