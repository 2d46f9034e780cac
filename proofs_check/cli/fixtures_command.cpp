#include <fixtures_command.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <atomic>
#include <certificate.hpp>
#include <common.hpp>
#include <difference.hpp>
#include <digest.hpp>
#include <filesystem>
#include <json_fields.hpp>
#include <manifest.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <parallel.hpp>
#include <plan.hpp>
#include <set>
#include <straightedge/error.hpp>
#include <string>
#include <thread>
#include <vector>

namespace straightedge::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t digits = 50;
constexpr std::size_t most_differences = 10;  // printed of one file

struct FixturesOptions {
  std::string folder;
  std::vector<std::string> only;
  int jobs = 0;
  bool quiet = false;
  bool json = false;
};

int jobs_of(const FixturesOptions& options) {
  return options.jobs > 0 ? options.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

fs::path folder_of(const FixturesOptions& options) {
  return options.folder.empty() ? fixtures::own_fixtures() : fs::path(options.folder);
}

// The planned fixtures whose ids match --only; all without it.
fixtures::Plan chosen_plan(const FixturesOptions& options) {
  fixtures::Plan plan = fixtures::all_fixtures();
  if (options.only.empty()) {
    return plan;
  }
  std::vector<std::string> ids;
  for (const auto& planned : plan) {
    ids.push_back(planned.id);
  }
  const std::vector<std::string> kept = matching(options.only, ids, "fixture");
  std::erase_if(plan,
                [&kept](const auto& planned) { return std::find(kept.begin(), kept.end(), planned.id) == kept.end(); });
  return plan;
}

// Makes every fixture of the plan on several threads; `use` is called with its position, on any of them.
void make_all(const fixtures::Plan& plan, const FixturesOptions& options,
              const std::function<void(std::size_t, const fixtures::Fixture&)>& use) {
  std::atomic<std::size_t> done = 0;
  std::mutex printing;
  proofs::for_each_index(plan.size(), jobs_of(options), [&](std::size_t i) {
    use(i, plan[i].make());
    const std::size_t count = ++done;
    if (!options.quiet && (is_lively(2) || count % 50 == 0)) {
      const std::lock_guard lock(printing);
      const std::string line = fmt::format("{} of {} fixtures", count, plan.size());
      fmt::print(stderr, "{}{}{}", is_lively(2) ? "\r" : "", line, is_lively(2) ? "\033[K" : "\n");
    }
    return true;
  });
  if (!options.quiet && is_lively(2)) {
    fmt::print(stderr, "\r\033[K");
  }
}

// Files in FOLDER/data that neither its manifest nor the plan names belong to somebody else.
std::set<std::string> replaceable_files(const fs::path& folder, const fixtures::Plan& plan) {
  std::set<std::string> known;
  for (const auto& planned : plan) {
    known.insert(fixtures::file_of(planned.id));
  }
  if (fs::exists(folder / "manifest.json")) {
    for (const auto& entry : fixtures::read_manifest(folder).fixtures) {
      known.insert(entry.file);
    }
  }
  std::set<std::string> present;
  std::error_code missing;
  for (const auto& file : fs::directory_iterator(folder / "data", missing)) {
    present.insert("data/" + file.path().filename().string());
  }
  for (const std::string& file : present) {
    if (!known.contains(file)) {
      throw InputError(fmt::format("{}: was not written by `fixtures generate`; take another --out, or remove it",
                                   (folder / file).string()));
    }
  }
  return present;
}

int generate(const FixturesOptions& options) {
  const fs::path folder = options.folder;
  const fixtures::Plan plan = chosen_plan(options);
  std::set<std::string> stale = replaceable_files(folder, plan);
  std::error_code failure;
  fs::create_directories(folder / "data", failure);
  if (failure) {
    throw InputError(fmt::format("{}: cannot be made: {}", (folder / "data").string(), failure.message()));
  }
  std::vector<fixtures::ManifestEntry> entries(plan.size());
  make_all(plan, options, [&](std::size_t i, const fixtures::Fixture& fixture) {
    const std::string text = fixtures::fixture_text(fixture);
    entries[i] = {fixture.id,
                  fixture.operation,
                  fixture.type(),
                  fixtures::file_of(fixture.id),
                  fixtures::sha256_hex(text),
                  text.size(),
                  digits,
                  "straightedge fixtures generate"};
    proofs::write_file(folder / entries[i].file, text);
  });
  std::uint64_t size = 0;
  for (const auto& entry : entries) {
    stale.erase(entry.file);
    size += entry.size;
  }
  proofs::write_file(folder / "manifest.json", fixtures::manifest_text(entries));
  for (const std::string& file : stale) {
    fs::remove(folder / file);
  }
  fmt::print("{} fixtures, {:.1f} MB, in {}\n", entries.size(), static_cast<double>(size) / 1e6, folder.string());
  return kAsExpected;
}

// What is wrong with one committed file.
std::vector<std::string> verify_file(const fixtures::Manifest& manifest, const fixtures::ManifestEntry& entry,
                                     const fixtures::Fixture& derived) {
  const std::string path = (manifest.folder / entry.file).string();
  std::vector<std::string> found = fixtures::differences(fixtures::read_json_file(path), derived);
  const std::string text = fixtures::fixture_text(derived);
  if (const std::string digest = fixtures::sha256_file(path); found.empty() && digest != fixtures::sha256_hex(text)) {
    found.push_back("the same document in other bytes: its SHA-256 is " + digest);
  }
  const std::string digest = fixtures::sha256_hex(text);
  if (entry.sha256 != digest || entry.size != text.size() || entry.digits != digits) {
    found.push_back(fmt::format("manifest: sha256, size or digits are {}, {}, {}; {}, {}, {} are derived", entry.sha256,
                                entry.size, entry.digits, digest, text.size(), digits));
  }
  return found;
}

int verify(const FixturesOptions& options) {
  const fixtures::Manifest manifest = fixtures::read_manifest(folder_of(options));
  const fixtures::Plan plan = chosen_plan(options);
  std::map<std::string, const fixtures::ManifestEntry*> committed;
  for (const auto& entry : manifest.fixtures) {
    committed[entry.id] = &entry;
  }
  std::vector<std::vector<std::string>> found(plan.size());
  make_all(plan, options, [&](std::size_t i, const fixtures::Fixture& fixture) {
    const auto entry = committed.find(fixture.id);
    found[i] = entry == committed.end() ? std::vector<std::string>{"is not in the manifest"}
                                        : verify_file(manifest, *entry->second, fixture);
  });
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    wrong += found[i].empty() ? 0 : 1;
    for (std::size_t k = 0; k < std::min(found[i].size(), most_differences); ++k) {
      fmt::print("{}: {}\n", (manifest.folder / fixtures::file_of(plan[i].id)).string(), found[i][k]);
    }
    if (found[i].size() > most_differences) {
      fmt::print("{}: and {} more\n", (manifest.folder / fixtures::file_of(plan[i].id)).string(),
                 found[i].size() - most_differences);
    }
    committed.erase(plan[i].id);
  }
  if (options.only.empty()) {
    for (const auto& [id, entry] : committed) {
      fmt::print("{}: {} is not made by this straightedge\n", (manifest.folder / "manifest.json").string(), id);
      ++wrong;
    }
  }
  fmt::print("{} fixtures re-derived, {} differ\n", plan.size(), wrong);
  return wrong == 0 ? kAsExpected : kDeparture;
}

std::string outputs_text(const fixtures::Fixture& fixture) {
  if (fixture.expects_error()) {
    return "error: " + fixture.error;
  }
  std::vector<std::string> parts;
  for (const auto& output : fixture.outputs) {
    if (const auto* number = std::get_if<fixtures::NumberOutput>(&output)) {
      const Roundings& roundings = number->tolerance.roundings();
      parts.push_back(fmt::format("{}{} c={} n={}", number->name, fixtures::to_string(number->shape),
                                  roundings.storage_roundings, roundings.accumulation_roundings));
    } else {
      parts.push_back(fixtures::name_of(output));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

int list(const FixturesOptions& options) {
  const fixtures::Manifest manifest = fixtures::read_manifest(folder_of(options));
  if (options.json) {
    fmt::print("{}", fixtures::manifest_text(manifest.fixtures));
    return kAsExpected;
  }
  std::uint64_t size = 0;
  for (const auto& entry : manifest.fixtures) {
    const fixtures::Fixture fixture = fixtures::read_fixture(manifest, entry);
    fmt::print("{:<52} {:>7} bytes  {}\n", entry.id, entry.size, outputs_text(fixture));
    size += entry.size;
  }
  fmt::print("{} fixtures, {:.1f} MB, in {}\nmanifest {}\n", manifest.fixtures.size(), static_cast<double>(size) / 1e6,
             manifest.folder.string(), manifest.sha256);
  return kAsExpected;
}

void add_making_options(CLI::App& command, FixturesOptions& options) {
  command.add_option("--only", options.only, "Fixtures whose ids match one of these shell patterns")
      ->delimiter(',')
      ->type_name("GLOB,GLOB");
  command.add_option("--jobs", options.jobs, "Threads; as many as cores if left out")
      ->check(CLI::PositiveNumber)
      ->type_name("J");
  command.add_flag("--quiet", options.quiet, "No progress on stderr");
}

}  // namespace

void add_fixtures_command(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("fixtures", "Make, re-derive or list the fixtures that devices are checked on");
  command->require_subcommand(1);
  command->footer("Example:\n  straightedge fixtures verify");
  const auto add = [&](const char* name, const char* what, const char* example, int (*run)(const FixturesOptions&)) {
    CLI::App* action = command->add_subcommand(name, what);
    action->footer(std::string("Example:\n  straightedge fixtures ") + example);
    const auto options = std::make_shared<FixturesOptions>();
    action->callback([options, run, &exit_code] { exit_code = guarded([&] { return run(*options); }); });
    return std::pair(action, options);
  };
  const auto [making, generate_options] = add(
      "generate", "Make them from the reference: DIR/manifest.json and DIR/data/", "generate --out fixtures", generate);
  generate_options->folder = "build/fixtures";
  making->add_option("--out", generate_options->folder, "Folder to write")->capture_default_str()->type_name("DIR");
  add_making_options(*making, *generate_options);
  const auto [verifying, verify_options] =
      add("verify", "Re-derive every number from the reference and compare", "verify --only 'interpolate/*'", verify);
  verifying
      ->add_option("--fixtures", verify_options->folder, "Folder with manifest.json; the program's own if left out")
      ->type_name("DIR");
  add_making_options(*verifying, *verify_options);
  const auto [listing, list_options] = add("list", "Print each with its outputs and roundings", "list --json", list);
  listing->add_option("--fixtures", list_options->folder, "Folder with manifest.json; the program's own if left out")
      ->type_name("DIR");
  listing->add_flag("--json", list_options->json, "Print the manifest: docs/schemas/fixture-manifest.schema.json");
}

}  // namespace straightedge::cli
