#include <report/run_figures.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <report/files.hpp>
#include <report/html.hpp>

namespace straightedge::report {
namespace {

using certify::Group;
using certify::Run;

constexpr std::size_t kPoints = 200;  // of a curve of distances
constexpr std::uintmax_t kLargestPicture = 4U << 20U;

struct Metric {
  double step, value, error;
};

/// The lines of metrics.jsonl that have this member.
std::vector<Metric> metrics_of(const Run& run, const char* member) {
  std::vector<Metric> found;
  std::ifstream file(std::filesystem::path(run.folder) / "metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const auto number = [&entry](const std::string& name) {
      const bool is_there = entry.is_object() && entry.contains(name) && entry.at(name).is_number();
      return is_there ? entry.at(name).get<double>() : std::nan("");
    };
    const Metric metric{number("step"), number(member), number(std::string(member) + "_error")};
    if (std::isfinite(metric.step) && std::isfinite(metric.value)) {
      found.push_back(metric);
    }
  }
  return found;
}

std::string levels_text(const Group& group) {
  return fmt::format("'{}'", fmt::join(group.levels(), " "));
}

void add_curves(const Group& group, std::size_t number, const char* member, const char* title, const char* text,
                std::vector<Figure>& figures) {
  std::string rows;
  bool has_errors = false;
  double least = std::numeric_limits<double>::infinity();
  for (const Run* run : group.runs) {
    for (const Metric& metric : metrics_of(*run, member)) {
      rows += fmt::format("{},{},{},{:.6g},{}\n", run->noise.sigma, run->seed, metric.step, metric.value,
                          std::isfinite(metric.error) ? fmt::format("{:.3g}", metric.error) : "");
      has_errors = has_errors || std::isfinite(metric.error);
      least = std::min(least, std::isfinite(metric.error) ? metric.value - metric.error : metric.value);
    }
    rows += "\n";
  }
  if (rows.find_first_not_of('\n') == std::string::npos) {
    return;
  }
  figures.push_back({.name = "curves",
                     .title = fmt::format("{}: {}", title, describe(group)),
                     .text = text,
                     .table = fmt::format("# {}\nsigma,seed,step,{},standard error\n", describe(group), member) + rows,
                     .variables = {{"levels", levels_text(group)},
                                   {"what", fmt::format("'{}'", title)},
                                   {"errors", has_errors ? "1" : "0"},
                                   {"logy", least > 0 ? "1" : "0"}},
                     .file = fmt::format("{}-{}", member, number)});
}

/// Fractions of rows at most so far away: `kPoints` of them at most.
std::string curve_of(const Run& run, const char* to, std::vector<double> distances) {
  std::erase_if(distances, [](double distance) { return !std::isfinite(distance); });
  std::sort(distances.begin(), distances.end());
  std::string rows;
  const std::size_t count = std::min(kPoints, distances.size());
  for (std::size_t k = 1; k <= count; ++k) {
    const std::size_t row = k * distances.size() / count;
    rows += fmt::format("{},{},{},{:.6g},{:.4g}\n", run.noise.sigma, run.seed, to, distances[row - 1],
                        static_cast<double>(row) / static_cast<double>(distances.size()));
  }
  return rows + "\n";
}

void add_distances(const Group& group, std::size_t number, std::vector<Figure>& figures) {
  std::string rows;
  for (const Run* run : group.runs) {
    rows += curve_of(*run, "partner", run->outputs.to_partner) + curve_of(*run, "optimal", run->outputs.to_optimal);
  }
  if (rows.find_first_not_of('\n') == std::string::npos) {
    return;
  }
  figures.push_back(
      {.name = "distances",
       .title = "Memorisation and generalisation: " + describe(group),
       .text = "Where the flow takes the training sources: the fraction that ends within a distance (L2 over all "
               "coordinates) of the training partner, solid, and of the optimal image, dashed where it is known. A run "
               "that memorises has its solid curve on the left, one that generalises its dashed one.",
       .table = fmt::format("# {}\nsigma,seed,to,distance,fraction\n", describe(group)) + rows,
       .variables = {{"levels", levels_text(group)}},
       .file = fmt::format("distances-{}", number)});
}

std::string bytes_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error || size > kLargestPicture) {
    return {};
  }
  return contents_of(file);
}

}  // namespace

std::string describe(const Group& group) {
  const Run& run = group.first();
  return fmt::format("{} on {} {} pairs{}, d = {}", run.model, run.pairs.frozen ? "frozen" : "resampled",
                     run.pairs.kind, run.pairs.frozen ? fmt::format(" ({})", run.pairs.count) : "", run.dimension);
}

std::vector<Figure> group_figures(const Group& group, std::size_t number, const std::vector<std::string>& claims) {
  std::vector<Figure> figures;
  add_curves(group, number, "loss", "Loss",
             "Mean loss of the batches between two lines of metrics.jsonl; a curve a seed.", figures);
  add_curves(group, number, "gradient_variance", "Gradient variance",
             "Of the averaged parameters at each checkpoint: an estimate without bias, which may be below 0, with its "
             "standard error; a "
             "curve a seed.",
             figures);
  add_distances(group, number, figures);
  if (std::find(claims.begin(), claims.end(), group.first().claim) != claims.end()) {
    for (Figure& figure : figures) {
      figure.claims = {group.first().claim};
    }
  }
  return figures;
}

std::vector<Figure> figures_beside_paper(const certify::Certification& certification) {
  std::string rows;
  int count = 0;
  std::vector<std::string> claims;
  for (const certify::Row& row : certification.rows) {
    const std::string& id = row.claim->info().id;
    for (const certify::Part& part : row.found.evidence.parts) {
      if (part.paper) {
        const certify::BesidePaper& both = *part.paper;
        rows += fmt::format("{},{} {} {},{:.6g},{:.6g}\n", ++count, id, part.name, both.lower_name, both.lower,
                            both.paper_lower);
        rows += fmt::format("{},{} {} {},{:.6g},{:.6g}\n", ++count, id, part.name, both.higher_name, both.higher,
                            both.paper_higher);
        if (claims.empty() || claims.back() != id) {
          claims.push_back(id);
        }
      }
    }
  }
  if (count == 0) {
    return {};
  }
  return {{.name = "beside-paper",
           .title = "Ours beside the paper's",
           .text =
               "Means over runs. Squared distances below zero, which an unbiased estimate may be, are left out. Data, "
               "networks and bandwidths are not the paper's: order and ratio compare, not sizes.",
           .claims = claims,
           .table = "# means over runs\nrow,what,ours,the paper\n" + rows,
           .variables = {{"rows", std::to_string(count)}},
           .height = 150 + 26 * count,
           .narrow_height = 150 + 34 * count}};
}

std::string picture_grids(const Group& group) {
  static constexpr struct {
    const char* file;
    const char* text;
  } kGrids[] = {
      {"training.png", "training sources: source, partner, optimal image, what the flow makes of it"},
      {"fresh.png", "fresh sources: source, optimal image, what the flow makes of it, the nearest training target"},
      {"trajectories.png", "training sources from t = 0 on the left to t = 1 on the right"}};
  std::string html;
  for (const double sigma : group.levels()) {
    const Run& run = *group.at(sigma).front();
    for (const auto& grid : kGrids) {
      const std::string bytes = bytes_of(std::filesystem::path(run.folder) / "pictures" / grid.file);
      if (!bytes.empty()) {
        html += fmt::format(
            "<figure>\n<img class=\"grid\" alt=\"{0}\" src=\"{1}\">\n<figcaption>noise {2}, seed {3}, {0}"
            "</figcaption>\n</figure>\n",
            grid.text, data_uri("image/png", bytes), sigma, run.seed);
      }
    }
  }
  return html.empty()
             ? ""
             : fmt::format("<h3>Pictures: {}</h3>\n<div class=\"grids\">\n{}</div>\n", escaped(describe(group)), html);
}

}  // namespace straightedge::report
