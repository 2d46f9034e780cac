#include <claims.hpp>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <claim.hpp>
#include <common.hpp>
#include <memory>
#include <report.hpp>

namespace straightedge::cli {

void add_claims_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("claims", "List the claims");
  command->footer("Example:\n  straightedge claims --markdown > docs/claims.md");
  const auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "Print docs/claims.md: each claim in full");
  command->callback([markdown, &exit_code] {
    const auto& all = proofs::registry();
    fmt::print("{}", *markdown ? proofs::claims_markdown(all) : proofs::claims_table(all));
    exit_code = kAsExpected;
  });
}

}  // namespace straightedge::cli
