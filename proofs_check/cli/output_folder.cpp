#include <output_folder.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <straightedge/error.hpp>
#include <system_error>

namespace straightedge::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = ".straightedge";

[[noreturn]] void refuse(const fs::path& folder, const std::string& reason) {
  throw InputError(fmt::format("{}: {}; take another --out, or remove it", folder.string(), reason));
}

std::string marker_of(const fs::path& folder) {
  std::ifstream file(folder / kMarker);
  std::string kind;
  std::getline(file, kind);
  return kind;
}

void check_inner(const fs::path& folder, const fs::directory_entry& entry) {
  if (!entry.is_directory()) {
    return;
  }
  for (const fs::directory_entry& inner : fs::directory_iterator(entry.path())) {
    const fs::path extension = inner.path().extension();
    if (!inner.is_regular_file() || (extension != ".json" && extension != ".csv")) {
      refuse(folder, fmt::format("holds '{}', which is not ours",
                                 (entry.path().filename() / inner.path().filename()).string()));
    }
  }
}

}  // namespace

OutputFolder::OutputFolder(fs::path path, std::string kind, std::vector<std::string> entries)
    : path_(std::move(path)), kind_(std::move(kind)), entries_(std::move(entries)) {
  const fs::file_status status = fs::status(path_);
  if (!fs::exists(status)) {
    return;
  }
  if (!fs::is_directory(status)) {
    refuse(path_, "is a file, not a folder");
  }
  if (fs::is_empty(path_)) {
    return;
  }
  if (marker_of(path_) != kind_) {
    refuse(path_, fmt::format("is not empty and was not written by `straightedge {}`", kind_));
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    const std::string whole = entry.path().extension() == ".part" ? entry.path().stem().string() : name;
    if (name != kMarker && std::find(entries_.begin(), entries_.end(), whole) == entries_.end()) {
      refuse(path_, fmt::format("holds '{}', which is not ours", name));
    }
    check_inner(path_, entry);
  }
}

OutputFolder::~OutputFolder() {
  if (marker_ >= 0) {
    close(marker_);
  }
}

void OutputFolder::prepare(bool keep) {
  try {
    fs::create_directories(path_);
    mark();
    if (!keep) {
      for (const std::string& entry : entries_) {
        fs::remove_all(path_ / entry);
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw MachineError(fmt::format("{}: {}", path_.string(), error.code().message()));
  }
}

void OutputFolder::mark() {
  const std::string text = kind_ + "\n";
  marker_ = open((path_ / kMarker).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (marker_ < 0) {
    throw MachineError(fmt::format("{}: cannot be written into: {}", path_.string(), std::strerror(errno)));
  }
  if (flock(marker_, LOCK_EX | LOCK_NB) != 0) {
    throw InputError(
        fmt::format("{}: another run is writing there; wait for it, or take another --out", path_.string()));
  }
  if (pwrite(marker_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw MachineError(fmt::format("{}: cannot be written into: {}", path_.string(), std::strerror(errno)));
  }
}

}  // namespace straightedge::cli
