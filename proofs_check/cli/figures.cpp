#include <figures.hpp>

#include <fmt/format.h>

#include <box_table.hpp>
#include <certificate.hpp>
#include <straightedge/error.hpp>
#include <system_error>
#include <utility>

namespace straightedge::cli {

std::vector<std::string> figure_names(const std::vector<const proofs::Claim*>& claims) {
  std::vector<std::string> names;
  for (const proofs::Claim* claim : claims) {
    if (claim->survey() != nullptr) {
      names.push_back(proofs::survey_file_name(claim->info().id));
    }
    for (std::string& name : proofs::box_table_names(*claim)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

void write_figures(const std::filesystem::path& folder, const proofs::Settings& settings,
                   const std::vector<proofs::ClaimRecord>& records, const std::string& digest) {
  const std::string origin = fmt::format("Seed {}, {} cases, certificate {}.", settings.seed, settings.cases, digest);
  for (const proofs::ClaimRecord& record : records) {
    std::vector<proofs::BoxTable> tables = proofs::box_tables(record, origin);
    if (record.survey) {
      tables.push_back({proofs::survey_file_name(record.claim->info().id),
                        proofs::survey_csv(*record.claim->survey(), *record.survey, origin)});
    }
    for (const proofs::BoxTable& table : tables) {
      std::error_code error;
      std::filesystem::create_directories(folder, error);
      if (error) {
        throw MachineError(fmt::format("{}: {}", folder.string(), error.message()));
      }
      proofs::write_file(folder / table.name, table.csv);
    }
  }
}

}  // namespace straightedge::cli
