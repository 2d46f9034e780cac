#include <certify_command.hpp>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <certificate.hpp>
#include <certify/certification_report.hpp>
#include <common.hpp>
#include <filesystem>
#include <memory>
#include <output_folder.hpp>
#include <report/certify_report.hpp>
#include <string>
#include <vector>

namespace straightedge::cli {
namespace {

struct CertifyOptions {
  std::vector<std::string> runs;
  std::vector<std::string> claims;
  std::string out = "build/certify";
  bool json = false;
};

std::vector<std::string> asked_for(const CertifyOptions& options) {
  if (options.claims.empty()) {
    return {};
  }
  std::vector<std::string> ids;
  for (const proofs::Claim* claim : certify::certified_claims()) {
    ids.push_back(claim->info().id);
  }
  return matching(options.claims, ids, "claim that runs decide");
}

int certify_runs(const CertifyOptions& options) {
  const std::vector<std::string> asked = asked_for(options);
  OutputFolder folder(options.out, "certify", {"certify.json", "report.html"});
  std::vector<certify::Run> runs;
  for (const std::string& run : options.runs) {
    runs.push_back(certify::read_run(run));
  }
  const certify::Certification result = certify::certify(std::move(runs), asked);
  const nlohmann::json document = certify::certification_json(result, options.out);
  folder.prepare(false);
  const std::filesystem::path file = folder.path() / "certify.json";
  proofs::write_file(file, document.dump(1) + "\n");
  std::vector<std::string> problems;
  proofs::write_file(folder.path() / "report.html", report::certify_report(result, document, problems));
  report_undrawn(problems);
  if (options.json) {
    fmt::print("{}\n", document.dump(1));
  } else {
    fmt::print("{}\ncertificate {} in {}\n", certify::certification_table(result, is_lively(1)),
               document.at("digest").get<std::string>(), file.string());
  }
  return result.exit_code();
}

}  // namespace

void add_certify_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("certify", "Say what training runs show of the claims that runs decide");
  command->footer(
      "Example:\n"
      "  straightedge certify build/rotation/* --claims figure-6 --out build/certify\n"
      "RUN is a folder with run.json, evaluation.json and outputs.safetensors, whoever wrote it: docs/certify.md.\n"
      "Exit codes: 0 every claim that counts is supported, 1 one is refuted or a mutant survives, 2 bad input,\n"
      "3 one is inconclusive, or none counts. Without --claims those count that a run was made for, or that lack "
      "nothing.");
  const auto options = std::make_shared<CertifyOptions>();
  command->add_option("runs", options->runs, "Folders of training runs")->required()->type_name("RUN");
  command->add_option("--claims", options->claims, "Claims to judge, as shell patterns separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("GLOB");
  command->add_option("--out", options->out, "Folder for certify.json and report.html")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print certify.json instead of a table: docs/schemas/certify.schema.json");
  command->callback([options, &exit_code] { exit_code = guarded([&] { return certify_runs(*options); }); });
}

}  // namespace straightedge::cli
