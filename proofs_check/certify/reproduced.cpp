#include <certify/reproduced.hpp>

#include <algorithm>
#include <cmath>
#include <digest.hpp>
#include <numeric>

namespace straightedge::certify {
namespace {

// Equal sources with equal values unknown can be averaged source by source.
bool are_aligned(const std::vector<const Run*>& runs, const std::vector<std::vector<double>>& values) {
  for (std::size_t k = 1; k < runs.size(); ++k) {
    const bool same_unknown = std::equal(values[k].begin(), values[k].end(), values[0].begin(), values[0].end(),
                                         [](double a, double b) { return std::isnan(a) == std::isnan(b); });
    if (runs[k]->outputs.sources_sha256 != runs[0]->outputs.sources_sha256 || !same_unknown) {
      return false;
    }
  }
  return true;
}

// Which sources have a value: two arms can be paired only where both have the same ones.
std::string mask_of(const std::vector<double>& values) {
  std::string mask;
  for (const double value : values) {
    mask += std::isnan(value) ? '0' : '1';
  }
  return fixtures::sha256_hex(mask);
}

std::vector<double> known(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  return values;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::vector<double> reproduced(const std::vector<double>& distances, std::size_t dimension) {
  std::vector<double> result;
  const double within = kReproducedWithin * std::sqrt(static_cast<double>(dimension));
  for (const double distance : distances) {
    result.push_back(std::isnan(distance) ? distance : distance <= within ? 1.0 : 0.0);
  }
  return result;
}

Arm arm_of(const std::string& name, const std::vector<const Run*>& runs,
           const std::vector<std::vector<double>>& values) {
  Arm arm{.name = name, .seeds = {}, .samples = {}, .sources = {}};
  std::vector<std::vector<double>> kept;
  for (const std::vector<double>& one : values) {
    kept.push_back(known(one));
    if (!kept.back().empty()) {
      arm.seeds.push_back(mean(kept.back()));
    }
  }
  if (runs.empty() || arm.seeds.size() != runs.size()) {
    return arm;
  }
  if (are_aligned(runs, values)) {
    arm.samples.assign(kept[0].size(), 0.0);
    for (const std::vector<double>& one : kept) {
      std::transform(one.begin(), one.end(), arm.samples.begin(), arm.samples.begin(), std::plus<>());
    }
    for (double& sample : arm.samples) {
      sample /= static_cast<double>(runs.size());
    }
    arm.sources = runs[0]->outputs.sources_sha256 + mask_of(values[0]);
  } else {
    for (const std::vector<double>& one : kept) {
      arm.samples.insert(arm.samples.end(), one.begin(), one.end());
    }
  }
  return arm;
}

}  // namespace straightedge::certify
