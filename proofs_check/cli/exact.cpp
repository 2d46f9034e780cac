#include "exact.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <certificate.hpp>
#include <chrono>
#include <common.hpp>
#include <iostream>
#include <memory>
#include <new>
#include <output_folder.hpp>
#include <report/sweep_report.hpp>
#include <straightedge/error.hpp>

#include <stop_signal.hpp>
#include "exact_output.hpp"
#include "problem_numbers.hpp"
#include "problem_source.hpp"
#include "sweep.hpp"

namespace straightedge::cli {
namespace {

/// "12 of 400 points, 35 s left", at most every two seconds.
class Progress {
 public:
  Progress(std::ostream& log, std::size_t total, bool quiet) : log_(log), total_(total), quiet_(quiet) {}

  void done(std::size_t count) {
    using Seconds = std::chrono::duration<double>;
    const auto now = Clock::now();
    if (quiet_ || Seconds(now - last_).count() < 2 || count == total_) {
      return;
    }
    last_ = now;
    const double spent = Seconds(now - start_).count();
    const double left = spent / static_cast<double>(count) * static_cast<double>(total_ - count);
    log_ << fmt::format("{} of {} points, about {:.0f} s left\n", count, total_, left) << std::flush;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::ostream& log_;
  std::size_t total_;
  bool quiet_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

Request request_of(const ExactOptions& options) {
  Request request{options.digits, std::nullopt};
  if (options.digits != 50 && options.digits != 100) {
    throw InputError(fmt::format("--digits {}: not offered; give 50 or 100", options.digits));
  }
  if (!options.time.empty()) {
    try {
      request.time = parse_number(options.time);
    } catch (const InputError& error) {
      throw InputError(fmt::format("--time: {}", error.what()));
    }
    if (*request.time < 0 || *request.time > 1) {
      throw InputError(fmt::format("--time {}: outside of [0, 1]; give a time from 0 to 1", options.time));
    }
  }
  return request;
}

/// Answers for one problem after another, and what all of them amount to.
class Respondent {
 public:
  Respondent(const Request& request, bool with_witness)
      : request_(request), with_witness_(with_witness), evaluator_(request) {}

  Answer answer(const Problem& problem) {
    Answer answer{evaluator_.evaluate(problem), std::nullopt};
    if (with_witness_) {
      answer.witness = ask_witness(problem, request_, answer.results);
      const ExitCode verdict = verdict_of(*answer.witness);
      const bool is_worse = verdict == kDeparture || (verdict == kInconclusive && verdict_ == kAsExpected);
      verdict_ = is_worse ? verdict : verdict_;
    }
    return answer;
  }
  [[nodiscard]] ExitCode verdict() const { return verdict_; }

 private:
  Request request_;
  bool with_witness_;
  Evaluator evaluator_;
  ExitCode verdict_ = kAsExpected;
};

ExitCode run_one(const ProblemSource& source, const Request& request, const ExactOptions& options, std::ostream& out) {
  const ReadProblem read = source.read({}, request.digits);
  Respondent respondent(request, options.witness);
  const Answer answer = respondent.answer(read.problem);
  if (options.json) {
    out << exact_document(read, request, answer).dump(2) << '\n';
  } else {
    out << exact_table(read, request, answer);
  }
  return respondent.verdict();
}

nlohmann::ordered_json point_json(const std::vector<Setting>& at, const Answer& answer, int digits) {
  nlohmann::ordered_json place = nlohmann::ordered_json::object();
  for (const Setting& setting : at) {
    place[setting.key] = exact_text(setting.value);
  }
  return {{"at", place}, {"quantities", to_json(answer, digits)}};
}

nlohmann::ordered_json sweep_document(const ReadProblem& read, const Request& request,
                                      const std::vector<SweepAxis>& axes) {
  nlohmann::ordered_json json{{"schema", "straightedge/exact-sweep/1"}, {"digits", request.digits}};
  if (request.time) {
    json["time"] = exact_text(*request.time);
  }
  for (const SweepAxis& axis : axes) {
    json["keys"].push_back(axis.key);
  }
  json["problem"] = to_json(read.problem);
  json["notes"] = read.notes;
  json["points"] = nlohmann::ordered_json::array();
  return json;
}

/// The folder of --out: the table and its page.
class SweepFolder {
 public:
  /// Throws InputError for a folder that holds other files.
  SweepFolder(const ExactOptions& options, const ReadProblem& first, const std::vector<SweepAxis>& axes,
              std::string header)
      : folder_(options.out, "exact", {"sweep.csv", "report.html"}) {
    table_.command = fmt::format("exact {}", options.problem);
    for (const std::string& sweep : options.sweeps) {
      table_.command += " --sweep " + sweep;
    }
    table_.command += options.digits == 50 ? "" : fmt::format(" --digits {}", options.digits);
    table_.command += options.time.empty() ? "" : " --time " + options.time;
    table_.command += options.witness ? " --witness" : "";
    table_.problem = to_json(first.problem).dump(2);
    table_.notes = first.notes;
    for (const SweepAxis& axis : axes) {
      table_.axes.push_back({axis.key, axis.is_geometric});
    }
    table_.csv = std::move(header);
  }

  void add(const std::string& row) { table_.csv += row; }

  void write() {
    folder_.prepare(false);
    proofs::write_file(folder_.path() / "sweep.csv", table_.csv);
    std::vector<std::string> problems;
    proofs::write_file(folder_.path() / "report.html", report::sweep_report(table_, problems));
    report_undrawn(problems);
  }

 private:
  OutputFolder folder_;
  report::SweepTable table_;
};

/// kInconclusive if it was stopped: then the points so far are there. The witness's verdict on all points else.
ExitCode run_sweep(const ProblemSource& source, const Request& request, const ExactOptions& options, std::ostream& out,
                   std::ostream& log) {
  const StopOnSignal signals;
  std::vector<SweepAxis> axes;
  for (const std::string& text : options.sweeps) {
    axes.push_back(parse_sweep(text));
  }
  const std::vector<std::vector<Setting>> points = sweep_points(axes);
  // A point that is wrong is said before the first one is printed.
  for (const std::vector<Setting>& at : points) {
    static_cast<void>(source.read(at, request.digits));
  }
  const ReadProblem first = source.read(points.front(), request.digits);
  const Eigen::Index d = first.problem.dimension();
  nlohmann::ordered_json document = sweep_document(first, request, axes);
  std::vector<std::string> keys;
  for (const SweepAxis& axis : axes) {
    keys.push_back(axis.key);
  }
  std::optional<SweepFolder> folder;
  if (!options.out.empty()) {
    folder.emplace(options, first, axes, csv_header(keys, d, options.witness));
  }
  if (!options.json) {
    for (const std::string& note : first.notes) {
      log << "note: " << note << '\n';
    }
    out << csv_header(keys, d, options.witness) << std::flush;
  }
  Respondent respondent(request, options.witness);
  Progress progress(log, points.size(), options.quiet);
  std::size_t finished = 0;
  for (; finished < points.size() && !stop_requested(); ++finished) {
    const std::vector<Setting>& at = points[finished];
    const Answer answer = respondent.answer(source.read(at, request.digits).problem);
    const std::string row = csv_row(at, answer, request.digits, d);
    if (options.json) {
      document["points"].push_back(point_json(at, answer, request.digits));
    } else {
      out << row << std::flush;
    }
    if (folder) {
      folder->add(row);
    }
    progress.done(finished + 1);
  }
  if (options.json) {
    document["complete"] = finished == points.size();
    out << document.dump(2) << '\n';
  }
  if (folder) {
    folder->write();
  }
  if (finished < points.size()) {
    log << fmt::format("straightedge exact: stopped after {} of {} points, which are written\n", finished,
                       points.size());
    return respondent.verdict() == kDeparture ? kDeparture : kInconclusive;
  }
  return respondent.verdict();
}

int run_and_report(const ExactOptions& options) {
  try {
    return run_exact(options, std::cin, std::cout, std::cerr);
  } catch (const MachineError& error) {
    std::cerr << "straightedge exact: " << error.what() << '\n';
    return 4;
  } catch (const std::bad_alloc&) {
    std::cerr << "straightedge exact: out of memory; reduce the dimension or the number of points\n";
    return 4;
  } catch (const Error& error) {
    std::cerr << "straightedge exact: " << error.what() << '\n';
    return 2;
  }
}

}  // namespace

ExitCode run_exact(const ExactOptions& options, std::istream& in, std::ostream& out, std::ostream& log) {
  ExitCode result = kAsExpected;
  const Request request = request_of(options);
  const ProblemSource source = ProblemSource::open(options.problem, in);
  if (options.sweeps.empty() && !options.out.empty()) {
    throw InputError("--out: is for sweeps; add --sweep KEY=FROM:TO:N, or leave it out");
  }
  if (options.sweeps.empty()) {
    result = run_one(source, request, options, out);
  } else {
    result = run_sweep(source, request, options, out, log);
  }
  out.flush();
  if (!out) {
    throw MachineError("the output could not be written; is the disk full or the reader gone?");
  }
  return result;
}

void add_exact_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExactOptions>();
  CLI::App* command =
      app.add_subcommand("exact", "The exact quantities of your own problem, each with an error radius");
  command->add_option("problem", options->problem, "Problem file (TOML), or - for standard input")->required();
  command->add_option("--digits", options->digits, "Decimal digits: 50 or 100")->capture_default_str();
  command->add_option("--time", options->time, "Integrands of loss and moments at this time in [0, 1]");
  command
      ->add_option("--sweep", options->sweeps,
                   "KEY=FROM:TO:N (evenly spaced) or KEY=log:FROM:TO:N (geometric), KEY dotted; repeat for a grid")
      ->take_all()
      ->expected(1);
  command->add_option("--out", options->out, "Folder for sweep.csv and report.html, beside what is printed")
      ->type_name("DIR");
  command->add_flag("--witness", options->witness,
                    "Compute everything once more in Arb balls, and compare: exit 1 if anything contradicts, else 3 if "
                    "anything is undecided");
  command->add_flag("--json", options->json, "JSON (docs/schemas) instead of a table or CSV");
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->footer(
      "Example:\n"
      "  straightedge exact docs/examples/rotated-120.toml\n"
      "  straightedge exact docs/examples/rotated-120.toml --witness\n"
      "  straightedge exact docs/examples/rotated-120.toml --sweep noise.sigma=0:0.3:31 > variance.csv\n"
      "  straightedge exact docs/examples/rotated-120.toml --sweep noise.sigma=log:0.01:1:41 --out build/sweep");
  command->callback([options, &exit_code] { exit_code = run_and_report(*options); });
}

}  // namespace straightedge::cli
