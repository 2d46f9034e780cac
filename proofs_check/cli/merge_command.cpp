#include <merge_command.hpp>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <campaign_folder.hpp>
#include <common.hpp>
#include <filesystem>
#include <memory>
#include <merge.hpp>
#include <optional>
#include <output_folder.hpp>
#include <report.hpp>
#include <straightedge/error.hpp>
#include <string>
#include <vector>

namespace straightedge::cli {
namespace {

namespace fs = std::filesystem;

struct MergeOptions {
  std::vector<std::string> certificates;
  std::string out;
  std::string report;
};

// Only a certificate may be replaced, and none of those that are merged.
void check_output(const MergeOptions& options) {
  if (!fs::exists(options.out)) {
    return;
  }
  for (const std::string& certificate : options.certificates) {
    std::error_code ignored;
    if (fs::equivalent(certificate, options.out, ignored)) {
      throw InputError(fmt::format("{}: is one of the certificates to merge; take another --out", options.out));
    }
  }
  try {
    (void)proofs::read_document(options.out, proofs::kCertificateSchema);
  } catch (const InputError&) {
    throw InputError(fmt::format("{}: exists and is not a certificate; take another --out, or remove it", options.out));
  }
}

proofs::Merged merged_from(const MergeOptions& options) {
  std::vector<proofs::ShardCertificate> shards;
  for (const std::string& file : options.certificates) {
    shards.push_back({file, proofs::read_certificate(file)});
  }
  try {
    return proofs::merge_shards(std::move(shards));
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("merge: a certificate is not of the documented form: {}", error.what()));
  }
}

int merge(const MergeOptions& options) {
  check_output(options);
  const proofs::Merged merged = merged_from(options);
  std::optional<OutputFolder> folder;
  if (!options.report.empty()) {
    folder.emplace(options.report, "merge", campaign_entries()).prepare(false);
  }
  const std::vector<proofs::Ruling> rulings = proofs::rule_all(merged.records, {});
  const nlohmann::json certificate = proofs::make_certificate(merged.settings, merged.records, rulings,
                                                              {.seconds = merged.seconds, .out = options.out});
  proofs::write_file(options.out, certificate.dump(1) + "\n");
  if (folder) {
    write_campaign(folder->path(), options.out, merged.settings, merged.records, rulings, certificate);
  }
  fmt::print("{}certificate {} in {}\n", proofs::report_table(merged.records, rulings, is_lively(1), terminal_width(1)),
             certificate.at("digest").get<std::string>(), options.out);
  if (folder) {
    fmt::print("to read: {}\n", (folder->path() / "report.html").string());
  }
  return proofs::exit_code_of(rulings);
}

}  // namespace

void add_merge_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("merge", "Join the certificates of all shards of a campaign into one");
  command->footer(
      "Example:\n"
      "  for i in 1 2 3; do straightedge prove --shard $i/3 --out build/shard-$i; done\n"
      "  straightedge merge build/shard-*/certificate.json --out build/certificate.json --report build/whole");
  const auto options = std::make_shared<MergeOptions>();
  command->add_option("certificates", options->certificates, "One certificate.json for each shard")
      ->required()
      ->type_name("CERTIFICATE");
  command->add_option("--out", options->out, "File for the joint certificate")->required()->type_name("FILE");
  command->add_option("--report", options->report, "Folder for report.html, counterexamples/ and figures/ of the whole")
      ->type_name("DIR");
  command->callback([options, &exit_code] { exit_code = guarded([&] { return merge(*options); }); });
}

}  // namespace straightedge::cli
