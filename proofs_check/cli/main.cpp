// The program `straightedge`.
#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <certify_command.hpp>
#include <check_command.hpp>
#include <claims.hpp>
#include <common.hpp>
#include <exact.hpp>
#include <fixtures_command.hpp>
#include <merge_command.hpp>
#include <nlohmann/json.hpp>
#include <prove.hpp>
#include <string>
#include <vector>
#include <version.hpp>

namespace {

std::string version_text() {
  using namespace straightedge;
  std::string text = fmt::format("straightedge {}\ncompiler {} {}\n", version(), compiler(), compiler_flags());
  const nlohmann::json libraries = proofs::library_versions();
  for (const auto& [library, number] : libraries.items()) {
    text += fmt::format("{} {}\n", library, number.get<std::string>());
  }
  text.pop_back();
  return text;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string suggestion(const std::string& near) {
  return near.empty() ? "" : fmt::format("; did you mean {}?", near);
}

// What is wrong with the command line, in one line.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) {
    const std::vector<std::string> extra = app.remaining();
    if (extra.empty()) {
      return fmt::format("a command is wanted: {}", fmt::join(command_names(app), ", "));
    }
    return fmt::format("no command '{}'{}", extra.front(),
                       suggestion(straightedge::cli::nearest(extra.front(), command_names(app))));
  }
  const CLI::App& command = *chosen.front();
  const std::vector<std::string> extra = command.remaining(true);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !extra.empty()) {
    const std::string name = extra.front().substr(0, extra.front().find('='));
    return fmt::format("{}: no option '{}'{}", command.get_name(), name,
                       suggestion(straightedge::cli::nearest(name, option_names(command))));
  }
  return fmt::format("{}: {}", command.get_name(), error.what());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Validates claims on straight-path flows, and computes their exact quantities."};
  app.name("straightedge");
  app.set_version_flag("--version", version_text, "Print the commit, the compiler and the library versions");
  app.require_subcommand(1);
  app.footer("Example:\n  straightedge prove --effort quick\n`straightedge COMMAND --help` has more.");
  int exit_code = straightedge::cli::kBadInput;
  straightedge::cli::add_prove_command(app, exit_code);
  straightedge::cli::add_claims_command(app, exit_code);
  straightedge::cli::add_exact_command(app, exit_code);
  straightedge::cli::add_merge_command(app, exit_code);
  straightedge::cli::add_fixtures_command(app, exit_code);
  straightedge::cli::add_check_command(app, exit_code);
  straightedge::cli::add_certify_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    straightedge::cli::print_error(usage_error(app, error));
    return straightedge::cli::kBadInput;
  }
  return exit_code;
}
