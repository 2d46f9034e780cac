#include <certify/run_group.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <digest.hpp>
#include <map>
#include <set>
#include <straightedge/error.hpp>
#include <tuple>

namespace straightedge::certify {
namespace {

const std::string& outputs_digest(const Run& run) {
  return run.digests.at((std::filesystem::path(run.folder) / "outputs.safetensors").string());
}

void refuse_copies(const Group& group) {
  for (std::size_t i = 0; i < group.runs.size(); ++i) {
    for (std::size_t j = i + 1; j < group.runs.size(); ++j) {
      const Run& a = *group.runs[i];
      const Run& b = *group.runs[j];
      if (a.noise.sigma == b.noise.sigma && a.seed == b.seed) {
        throw InputError(
            fmt::format("{} and {}: are two runs of one group with the same noise level {} and the same "
                        "seed {}; seeds must differ",
                        a.folder, b.folder, a.noise.sigma, a.seed));
      }
      if (outputs_digest(a) == outputs_digest(b)) {
        throw InputError(
            fmt::format("{} and {}: have the same outputs.safetensors, although seed or noise differ; a "
                        "copy is no second run",
                        a.folder, b.folder));
      }
    }
  }
}

}  // namespace

std::vector<double> Group::levels() const {
  std::set<double> found;
  for (const Run* run : runs) {
    found.insert(run->noise.sigma);
  }
  return {found.begin(), found.end()};
}

std::vector<const Run*> Group::at(double sigma) const {
  std::vector<const Run*> found;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(found),
               [sigma](const Run* run) { return run->noise.sigma == sigma; });
  return found;
}

std::vector<Group> groups_of(const std::vector<Run>& runs) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> places;
  for (const Run& run : runs) {
    const auto [place, is_new] = places.emplace(fixtures::canonical_json(run.identity), groups.size());
    if (is_new) {
      groups.emplace_back();
    }
    groups[place->second].runs.push_back(&run);
  }
  for (Group& group : groups) {
    std::stable_sort(group.runs.begin(), group.runs.end(), [](const Run* a, const Run* b) {
      return std::tie(a->noise.sigma, a->seed) < std::tie(b->noise.sigma, b->seed);
    });
    refuse_copies(group);
  }
  return groups;
}

std::string common_of(const Group& group, const std::vector<std::string>& without) {
  nlohmann::json common = group.first().identity;
  common.erase("claim");
  common.erase("data");
  for (const std::string& name : without) {
    common.at("pairs").erase(name);
  }
  return fixtures::canonical_json(common);
}

std::vector<std::string> differences_in(const std::vector<Group>& groups) {
  std::vector<std::string> lines;
  for (const Group& group : groups) {
    std::set<std::string> found;
    for (const Run* run : group.runs) {
      found.insert(fmt::format("{} ({})", run->device, run->versions.dump()));
    }
    if (found.size() > 1) {
      lines.push_back(fmt::format("the group of {} comes from {} devices or versions: {}", group.first().folder,
                                  found.size(), fmt::join(found, "; ")));
    }
  }
  return lines;
}

}  // namespace straightedge::certify
