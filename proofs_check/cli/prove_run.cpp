#include <prove_run.hpp>

#include <fmt/format.h>

#include <campaign_folder.hpp>
#include <certificate.hpp>
#include <chrono>
#include <common.hpp>
#include <cstdio>
#include <journal.hpp>
#include <output_folder.hpp>
#include <progress.hpp>
#include <report.hpp>
#include <stop_signal.hpp>
#include <string>
#include <utility>

namespace straightedge::cli {
namespace {

ProgressDisplay::Style style_of(bool quiet) {
  return quiet          ? ProgressDisplay::Style::none
         : is_lively(2) ? ProgressDisplay::Style::bar
                        : ProgressDisplay::Style::lines;
}

int report_stop(const ProveRun& run, const proofs::Campaign& campaign) {
  std::int64_t judged = 0;
  for (const proofs::ClaimRecord& record : campaign.records) {
    judged += record.drawn.cases;
    if (record.drawn.failing > 0) {
      fmt::print("{}: {} of {} cases fail so far\n", record.claim->info().id, record.drawn.failing, record.drawn.cases);
    }
  }
  fmt::print("stopped after {} cases; `straightedge prove --resume` with the same options continues from {}\n", judged,
             (run.out / "journal.jsonl").string());
  return kInconclusive;
}

int report_campaign(const ProveRun& run, const proofs::Campaign& campaign, const proofs::RunInfo& info) {
  const std::vector<proofs::Ruling> rulings = proofs::rule_all(campaign.records, run.shard);
  const nlohmann::json certificate = proofs::make_certificate(run.settings, campaign.records, rulings, info);
  fmt::print("{}", proofs::report_table(campaign.records, rulings, is_lively(1), terminal_width(1)));
  const std::string file = (run.out / "certificate.json").string();
  write_campaign(run.out, file, run.settings, campaign.records, rulings, certificate);
  proofs::write_file(file, certificate.dump(1) + "\n");
  fmt::print("certificate {} in {}\nto read: {}\n", certificate.at("digest").get<std::string>(), file,
             (run.out / "report.html").string());
  return proofs::exit_code_of(rulings);
}

}  // namespace

int run_prove(const ProveRun& run) {
  std::vector<std::string> entries = campaign_entries();
  entries.insert(entries.end(), {"certificate.json", "journal.jsonl"});
  OutputFolder folder(run.out, "prove", entries);
  folder.prepare(run.resume);
  proofs::Journal journal(run.out / "journal.jsonl", run.settings, run.shard, run.resume);
  if (!run.quiet) {
    fmt::print(stderr, "seed {}, {} claim{}, {} cases each, {} thread{}\n", run.settings.seed,
               run.settings.claims.size(), run.settings.claims.size() == 1 ? "" : "s",
               run.shard.cases_of(run.settings.cases), run.jobs, run.jobs == 1 ? "" : "s");
  }
  ProgressDisplay progress(style_of(run.quiet));
  const StopOnSignal signals;
  const auto start = std::chrono::steady_clock::now();
  const proofs::Campaign campaign =
      proofs::run_campaign(run.settings, {.jobs = run.jobs,
                                          .shard = run.shard,
                                          .store = &journal,
                                          .stop = &stop_requested(),
                                          .on_progress = [&](const proofs::Progress& now) { progress.show(now); }});
  progress.finish();
  if (!campaign.complete) {
    return report_stop(run, campaign);
  }
  return report_campaign(run, campaign,
                         {.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                          .jobs = run.jobs,
                          .shard = run.shard,
                          .resumed = run.resume,
                          .out = run.out.string()});
}

}  // namespace straightedge::cli
