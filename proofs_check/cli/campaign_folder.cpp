#include <campaign_folder.hpp>

#include <fmt/format.h>

#include <box_table.hpp>
#include <common.hpp>
#include <report/prove_report.hpp>
#include <straightedge/error.hpp>
#include <survey.hpp>
#include <system_error>

namespace straightedge::cli {
namespace {

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw MachineError(fmt::format("{}: {}", folder.string(), error.message()));
  }
}

void write_counterexamples(const std::filesystem::path& folder, const std::vector<proofs::ClaimRecord>& records) {
  for (const proofs::ClaimRecord& record : records) {
    for (const proofs::Counterexample& counterexample : record.counterexamples) {
      make_folder(folder);
      const std::filesystem::path file = folder / proofs::file_name(counterexample);
      proofs::write_file(file, nlohmann::json(counterexample).dump(2) + "\n");
      fmt::print("{}{}: counterexample {} (margin {:.3g}{}), in {}\n", record.claim->info().id,
                 is_general(counterexample.source) ? ", general statement" : "",
                 nlohmann::json(counterexample.value).dump(), counterexample.outcome.margin,
                 counterexample.enclosure ? ", enclosed" : "", file.string());
    }
  }
}

/// CLAIM.csv for each record that has a survey, CLAIM-boxes.csv for each that has boxes.
void write_tables(const std::filesystem::path& folder, const std::vector<proofs::ClaimRecord>& records,
                  const std::string& origin) {
  for (const proofs::ClaimRecord& record : records) {
    const auto write = [&folder](const std::string& name, const std::string& csv) {
      make_folder(folder);
      proofs::write_file(folder / name, csv);
    };
    for (const proofs::BoxTable& table : proofs::box_tables(record)) {
      write(table.name, proofs::to_csv(table, origin));
    }
    if (record.survey) {
      write(proofs::survey_file_name(record.claim->info().id),
            proofs::survey_csv(*record.claim->survey(), *record.survey, origin));
    }
  }
}

}  // namespace

std::vector<std::string> campaign_entries() {
  return {"report.html", "counterexamples", "figures"};
}

void write_campaign(const std::filesystem::path& folder, const std::string& certificate_file,
                    const proofs::Settings& settings, const std::vector<proofs::ClaimRecord>& records,
                    const std::vector<proofs::Ruling>& rulings, const nlohmann::json& certificate) {
  write_counterexamples(folder / "counterexamples", records);
  write_tables(folder / "figures", records, report::origin_of(settings, certificate));
  std::vector<std::string> problems;
  const report::Places places{certificate_file, (folder / "counterexamples").string()};
  proofs::write_file(folder / "report.html",
                     report::prove_report(settings, records, rulings, certificate, places, problems));
  report_undrawn(problems);
}

}  // namespace straightedge::cli
