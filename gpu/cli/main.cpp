// The program `straightedge-train`: the device path.
#include <torch/csrc/api/include/torch/version.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <build_info.hpp>
#include <cstdio>
#include <pairs_command.hpp>
#include <prepare_command.hpp>
#include <reproduce_command.hpp>
#include <results_command.hpp>
#include <sample_command.hpp>
#include <string>
#include <train_commands.hpp>

namespace {

std::string version_text() {
  return "straightedge-train " + straightedge::version() + "\ncompiler " + straightedge::compiler() + " " +
         straightedge::compiler_flags() + "\nLibTorch " + TORCH_VERSION;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Trains flows, and runs the operators of the device path."};
  app.name("straightedge-train");
  app.set_version_flag("--version", version_text, "Print the commit, the compiler and LibTorch's version");
  app.require_subcommand(1);
  app.footer("Example:\n  straightedge-train fixtures --out build/results --check");
  int exit_code = 2;
  straightedge::train::add_prepare_command(app, exit_code);
  straightedge::train::add_pairs_command(app, exit_code);
  straightedge::train::add_train_command(app, exit_code);
  straightedge::train::add_evaluate_command(app, exit_code);
  straightedge::train::add_sample_command(app, exit_code);
  straightedge::train::add_reproduce_command(app, exit_code);
  straightedge::train::add_fixtures_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "straightedge-train: %s\n", error.what());
    return 2;
  }
  return exit_code;
}
