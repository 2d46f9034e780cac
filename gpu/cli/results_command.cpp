#include <results_command.hpp>

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <check_report.hpp>
#include <command.hpp>
#include <cstdio>
#include <filesystem>
#include <fixture_runner.hpp>
#include <manifest.hpp>
#include <memory>
#include <results.hpp>
#include <straightedge/error.hpp>
#include <string>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

struct ResultsOptions {
  std::string out = "build/results";
  std::string folder;
  bool check = false;
  bool json = false;
  fixtures::CheckOptions options;
};

struct Device {
  c10::Device device;
  std::string name;  // in RESULTS
  std::string file;  // without its ending
};

std::vector<Device> devices_present() {
  std::vector<Device> devices = {
      {c10::Device(c10::kCPU), "cpu, " + std::to_string(at::get_num_threads()) + " threads", "cpu"}};
  for (c10::DeviceIndex i = 0; i < torch::cuda::device_count(); ++i) {
    devices.push_back({c10::Device(c10::kCUDA, i), "cuda:" + std::to_string(i), "cuda-" + std::to_string(i)});
  }
  return devices;
}

// RESULTS of earlier runs may be replaced; anything else in the folder is left alone.
void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure || !fs::is_directory(folder)) {
    throw InputError(folder.string() + ": is not a folder that RESULTS can be written to");
  }
}

int run_command(const ResultsOptions& options) {
  const fixtures::Manifest manifest =
      fixtures::read_manifest(options.folder.empty() ? fixtures::own_fixtures() : fs::path(options.folder));
  const std::vector<fixtures::Fixture> all = fixtures::read_fixtures(manifest);
  make_folder(options.out);
  std::vector<std::string> files;
  bool all_right = true;
  const std::vector<Device> devices = devices_present();
  for (const Device& device : devices) {
    for (const Placement placement : {Placement::odd, Placement::aligned}) {
      const std::string suffix = placement == Placement::aligned ? "-aligned" : "";
      const DeviceRun run = run_fixtures(all, device.device, placement);
      for (const std::string& failure : run.failures) {
        std::fprintf(stderr, "%s%s: FAIL %s\n", device.name.c_str(), suffix.c_str(), failure.c_str());
      }
      all_right = all_right && run.failures.empty();
      files.push_back((fs::path(options.out) / (device.file + suffix + ".safetensors")).string());
      fixtures::write_safetensors(files.back(), run.tensors,
                                  fixtures::results_metadata(manifest, "straightedge-train", device.name, run.refused));
      std::fprintf(stderr, "wrote %s\n", files.back().c_str());
    }
  }
  // Without a GPU its fixtures were not run: that is no failure of what ran, unless one is required.
  const int without_check = !all_right ? 1 : options.options.require_gpu && devices.size() == 1 ? 3 : 0;
  if (!options.check) {
    return without_check;
  }
  std::vector<fixtures::JudgedResults> judged;
  for (const std::string& file : files) {
    judged.push_back(fixtures::judge_results(manifest, all, fixtures::SafetensorsFile(file)));
  }
  const std::string report = options.json ? fixtures::check_json(judged, manifest, options.options).dump(1) + "\n"
                                          : fixtures::check_report(judged, all, options.options);
  std::fputs(report.c_str(), stdout);
  const int code = fixtures::check_exit_code(judged, options.options);
  return all_right || code == 2 ? code : 1;
}

}  // namespace

void add_fixtures_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "fixtures",
      "Run every operator on the fixtures; two RESULTS files a device, of tensors that are aligned and that are not");
  command->footer(
      "Example:\n"
      "  straightedge-train fixtures --out build/results --check\n"
      "Exit code: 0 all pass, 1 a failure, 2 bad input, 3 no GPU where one is required.");
  const auto options = std::make_shared<ResultsOptions>();
  command
      ->add_option("--out", options->out,
                   "Folder for cpu.safetensors, cpu-aligned.safetensors, cuda-0.safetensors, ...")
      ->capture_default_str()
      ->type_name("DIR");
  command->add_flag("--check", options->check, "Judge them on the spot, as `straightedge check` does");
  command->add_flag("--require-gpu", options->options.require_gpu, "Exit 3 where there is no GPU");
  command->add_flag("--json", options->json, "With --check: print JSON, docs/schemas/check.schema.json");
  command->add_option("--fixtures", options->folder, "Folder with manifest.json; the program's own if left out")
      ->type_name("DIR");
  command->callback([options, &exit_code] { exit_code = guarded([&] { return run_command(*options); }); });
}

}  // namespace straightedge::train
