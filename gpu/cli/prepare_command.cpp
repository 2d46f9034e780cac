#include <prepare_command.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <command.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <straightedge/error.hpp>
#include <string>

#ifdef STRAIGHTEDGE_IMAGE_CODECS
#include <ATen/Parallel.h>
#include <algorithm>
#include <images/prepare.hpp>
#include <images/synthetic.hpp>
#include <progress_line.hpp>
#include <stop_signal.hpp>
#include <thread>
#include <vector>
#endif

namespace straightedge::train {
namespace {

struct Options {
  std::string folder;
  std::string out;
  std::optional<std::int64_t> synthetic;
  std::uint64_t seed = 0;
  std::int64_t size = 64;
  std::string crop = "148";
  int jobs = 0;
  bool strict = false;
  bool quiet = false;
};

#ifdef STRAIGHTEDGE_IMAGE_CODECS

constexpr int bad_input = 2;
constexpr int inconclusive = 3;
constexpr std::size_t most_lines = 10;  // of remarks on stderr

int jobs_of(const Options& options) {
  return options.jobs > 0 ? options.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void print_remarks(const std::vector<images::Remark>& remarks, std::size_t most, const std::string& where) {
  for (std::size_t i = 0; i < std::min(remarks.size(), most); ++i) {
    std::fprintf(stderr, "%s\n", remarks[i].line().c_str());
  }
  if (remarks.size() > most) {
    std::fprintf(stderr, "... and %zu more%s\n", remarks.size() - most, where.c_str());
  }
}

int run_synthetic(const Options& options, std::int64_t count) {
  const StopOnSignal signals;
  ProgressLine line("images", options.quiet);
  line.begin(0);
  const bool is_whole = images::write_synthetic(options.out, count, options.seed, jobs_of(options), stop_requested(),
                                                [&](std::int64_t done) { line.show(done, count); });
  line.finish();
  if (!is_whole) {
    std::fprintf(stderr, "stopped: %s has no lists yet; the same command begins anew\n", options.out.c_str());
    return inconclusive;
  }
  std::fprintf(stderr, "wrote %s: %lld images of seed %llu\n", options.out.c_str(), static_cast<long long>(count),
               static_cast<unsigned long long>(options.seed));
  return 0;
}

int report(const Options& options, const images::Prepared& prepared) {
  const auto packed = static_cast<long long>(prepared.packed);
  const char* out = options.out.c_str();
  switch (prepared.end) {
    case images::PrepareEnd::was_there:
      std::fprintf(stderr, "%s is there already, of the same list and settings: %lld images\n", out, packed);
      return 0;
    case images::PrepareEnd::stopped:
      std::fprintf(stderr, "stopped: %s.part has %lld images; the same command continues\n", out, packed);
      return inconclusive;
    case images::PrepareEnd::refused:
      print_remarks(prepared.remarks, prepared.remarks.size(), "");
      std::fprintf(stderr, "straightedge-train: %s: --strict, and there are %zu remarks; nothing is written\n",
                   options.folder.c_str(), prepared.remarks.size());
      return bad_input;
    case images::PrepareEnd::packed:
      break;
  }
  print_remarks(prepared.remarks, most_lines, ", in " + options.out + ".report.json");
  std::fprintf(stderr, "wrote %s: %lld images%s\n", out, packed,
               prepared.layout == images::Layout::folder
                   ? "; there is no list_eval_partition.txt, so all are of partition 0"
                   : "");
  return 0;
}

int run_pack(const Options& options) {
  images::PrepareOptions pack;
  pack.folder = options.folder;
  pack.out = options.out;
  pack.size = options.size;
  pack.crop = images::Crop::parse(options.crop);
  pack.is_strict = options.strict;
  pack.jobs = jobs_of(options);
  at::set_num_threads(1);  // of each job
  const StopOnSignal signals;
  ProgressLine line("images", options.quiet);
  const images::Prepared prepared = images::prepare(pack, stop_requested(), [&](const images::PrepareProgress& at) {
    line.begin(at.begun_at);
    line.show(at.listed, at.of);
  });
  line.finish();
  return report(options, prepared);
}

int run(const Options& options) {
  if (options.folder.empty() && !options.synthetic) {
    throw InputError("prepare: a folder of images, or --synthetic N, is wanted");
  }
  return options.synthetic ? run_synthetic(options, *options.synthetic) : run_pack(options);
}

#else

int run(const Options&) {
  throw InputError("prepare: is not in this build, which found no libturbojpeg or no libpng (Debian: " +
                   std::string("libturbojpeg0-dev, libpng-dev); install them, then configure and build again"));
}

#endif

}  // namespace

void add_prepare_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("prepare", "Pack a folder of images into one file, or make face-like images");
  command->footer(
      "Examples:\n"
      "  straightedge-train prepare ~/data/celeba --out celeba-64.safetensors\n"
      "  straightedge-train prepare --synthetic 5000 --out build/faces\n"
      "Exit code: 0 written, 2 bad input, 3 stopped by a signal, 4 the machine failed. The same "
      "command continues a packing that was stopped or killed.");
  CLI::Option* folder =
      command->add_option("folder", options->folder, "CelebA as torchvision has it, or any folder of images")
          ->type_name("DIR");
  command->add_option("--out", options->out, "The packed file; with --synthetic, the folder")
      ->required()
      ->type_name("PATH");
  CLI::Option* size = command->add_option("--size", options->size, "Side of the packed images, in pixels")
                          ->capture_default_str()
                          ->check(CLI::Range(1, 4096));
  CLI::Option* crop = command->add_option("--crop", options->crop, "Side of a centred square, or a box x,y,w,h")
                          ->capture_default_str()
                          ->type_name("CROP");
  CLI::Option* strict =
      command->add_flag("--strict", options->strict, "Refuse whatever there is to say of an image, and write nothing");
  CLI::Option* synthetic =
      command->add_option("--synthetic", options->synthetic, "Make N face-like images in CelebA's layout")
          ->type_name("N")
          ->excludes(folder)
          ->excludes(size)
          ->excludes(crop)
          ->excludes(strict);
  command->add_option("--seed", options->seed, "Of the synthetic images")->capture_default_str()->needs(synthetic);
  command->add_option("--jobs", options->jobs, "Threads; as many as there are cores if it is not given")
      ->type_name("J")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &exit_code] {
    exit_code = guarded([&] {
      require_one_process("prepare");
      return run(*options);
    });
  });
}

}  // namespace straightedge::train
