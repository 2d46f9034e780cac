#include <check_command.hpp>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <check_report.hpp>
#include <common.hpp>
#include <filesystem>
#include <manifest.hpp>
#include <memory>
#include <results.hpp>
#include <string>
#include <vector>

namespace straightedge::cli {
namespace {

struct CheckCommand {
  std::vector<std::string> results;
  std::string folder;
  fixtures::CheckOptions options;
  bool json = false;
};

int check(const CheckCommand& command) {
  const fixtures::Manifest manifest = fixtures::read_manifest(
      command.folder.empty() ? fixtures::own_fixtures() : std::filesystem::path(command.folder));
  const std::vector<fixtures::Fixture> all = fixtures::read_fixtures(manifest);
  std::vector<fixtures::JudgedResults> judged;
  for (const std::string& file : command.results) {
    judged.push_back(fixtures::judge_results(manifest, all, fixtures::SafetensorsFile(file)));
  }
  fmt::print("{}", command.json ? fixtures::check_json(judged, manifest, command.options).dump(1) + "\n"
                                : fixtures::check_report(judged, all, command.options));
  return fixtures::check_exit_code(judged, command.options);
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("check", "Compare results on the fixtures, of any code, with the reference");
  command->footer(
      "Example:\n"
      "  straightedge-train fixtures --out build/results\n"
      "  straightedge check build/results/*.safetensors\n"
      "RESULTS is a safetensors file, one a device: docs/fixtures.md shows how to write one in forty lines.\n"
      "Exit code: 0 all pass, 1 a failure or a missing result, 2 bad input or an unknown name, 3 no GPU where "
      "required.");
  const auto given = std::make_shared<CheckCommand>();
  command->add_option("results", given->results, "Files to judge")->required()->type_name("RESULTS");
  command->add_flag("--partial", given->options.partial, "Results that are missing are no failure");
  command->add_flag("--require-gpu", given->options.require_gpu, "Exit 3 unless a file is from an accelerator");
  command->add_flag("--json", given->json, "Print JSON: docs/schemas/check.schema.json");
  command->add_option("--fixtures", given->folder, "Folder with manifest.json; the program's own if left out")
      ->type_name("DIR");
  command->callback([given, &exit_code] { exit_code = guarded([&] { return check(*given); }); });
}

}  // namespace straightedge::cli
