#include <journal.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <straightedge/error.hpp>
#include <version.hpp>

namespace straightedge::proofs {
namespace {

using nlohmann::json;

json header_of(const Settings& settings, const Shard& shard) {
  json claims = json::array();
  for (const Claim* claim : settings.claims) {
    claims.push_back(claim->info().id);
  }
  return {{"schema", "straightedge/journal/1"},
          {"version", version()},
          {"settings", {{"cases", settings.cases}, {"digits", to_string(settings.precise)}, {"claims", claims}}},
          {"seed", settings.seed},
          {"shard", {{"index", shard.index}, {"count", shard.count}}}};
}

// The first key in which the header of the file differs, for the message.
std::string difference(const json& found, const json& wanted) {
  for (const auto& [key, value] : wanted.items()) {
    if (!found.is_object() || !found.contains(key) || found[key] != value) {
      return key;
    }
  }
  return "schema";
}

MachineError failure(const std::filesystem::path& path) {
  return MachineError(fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
}

}  // namespace

Journal::Journal(const std::filesystem::path& path, const Settings& settings, const Shard& shard, bool resume)
    : path_(path) {
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) {
    throw failure(path);
  }
  try {
    const json header = header_of(settings, shard);
    if (resume) {
      take_over(header);
    } else if (ftruncate(file_, 0) != 0) {
      throw failure(path);
    }
    if (lseek(file_, 0, SEEK_END) == 0) {
      append(header);
    }
  } catch (...) {
    close(file_);
    throw;
  }
}

Journal::~Journal() {
  close(file_);
}

const json* Journal::find(const std::string& name) const {
  const auto found = results_.find(name);
  return found == results_.end() ? nullptr : &found->second;
}

void Journal::store(const std::string& name, const json& result) {
  append({{"task", name}, {"result", result}});
}

void Journal::take_over(const json& header) {
  std::ifstream file(path_, std::ios::binary);
  off_t whole = 0;  // bytes of the lines that are good
  std::size_t number = 0;
  for (std::string line; std::getline(file, line); ++number) {
    if (file.eof()) {
      break;  // no newline behind it: torn
    }
    const json entry = json::parse(line, nullptr, false);
    if (number == 0 && entry != header) {
      throw InputError(
          fmt::format("{}: cannot be resumed: its {} differs from this run's; give the same options, or "
                      "leave --resume out to start anew",
                      path_.string(), difference(entry, header)));
    }
    if (number > 0) {
      if (!entry.is_object() || !entry.contains("task") || !entry.contains("result")) {
        throw InputError(fmt::format("{}: cannot be resumed: line {} is damaged; leave --resume out to start anew",
                                     path_.string(), number + 1));
      }
      results_[entry["task"].get<std::string>()] = entry["result"];
    }
    whole += static_cast<off_t>(line.size() + 1);
  }
  if (lseek(file_, 0, SEEK_END) > whole && ftruncate(file_, whole) != 0) {
    throw failure(path_);
  }
}

void Journal::append(const json& line) {
  const std::string text = line.dump() + "\n";
  const ssize_t written = write(file_, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) {
    throw failure(path_);
  }
}

}  // namespace straightedge::proofs
