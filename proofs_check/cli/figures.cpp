#include <figures.hpp>

#include <fmt/format.h>

#include <certificate.hpp>
#include <straightedge/error.hpp>
#include <system_error>

namespace straightedge::cli {

std::vector<std::string> figure_names(const std::vector<const proofs::Claim*>& claims) {
  std::vector<std::string> names;
  for (const proofs::Claim* claim : claims) {
    if (claim->survey() != nullptr) {
      names.push_back(proofs::survey_file_name(claim->info().id));
    }
  }
  return names;
}

void write_figures(const std::filesystem::path& folder, const proofs::Settings& settings,
                   const std::vector<proofs::ClaimRecord>& records, const std::string& digest) {
  for (const proofs::ClaimRecord& record : records) {
    if (!record.survey) {
      continue;
    }
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
      throw MachineError(fmt::format("{}: {}", folder.string(), error.message()));
    }
    const std::string origin = fmt::format("Seed {}, {} cases, certificate {}.", settings.seed, settings.cases, digest);
    proofs::write_file(folder / proofs::survey_file_name(record.claim->info().id),
                       proofs::survey_csv(*record.claim->survey(), *record.survey, origin));
  }
}

}  // namespace straightedge::cli
