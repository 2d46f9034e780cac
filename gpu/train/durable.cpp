#include <train/durable.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <straightedge/error.hpp>

namespace straightedge::train {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw MachineError(path.string() + ": cannot be written: " + why);
}

}  // namespace

void sync(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 || ::fsync(file) != 0) {
    const std::string why = std::strerror(errno);
    if (file >= 0) {
      ::close(file);
    }
    fail(path, why);
  }
  ::close(file);
}

void move_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  sync(from);
  std::error_code failure;
  std::filesystem::rename(from, to, failure);
  if (failure) {
    fail(to, failure.message());
  }
  sync(to.has_parent_path() ? to.parent_path() : ".");
}

void write_durably(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path aside = path.string() + ".part";
  errno = 0;
  std::ofstream file(aside, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code failure;
  if (!file) {
    const std::string why = errno == 0 ? "is the disk full?" : std::strerror(errno);
    std::filesystem::remove(aside, failure);
    fail(path, why);
  }
  move_durably(aside, path);
}

FolderLock::FolderLock(const std::filesystem::path& folder)
    : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ < 0 || (::flock(folder_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)) {
    const std::string why = folder_ < 0 ? std::strerror(errno) : "another process works in it; wait for that one";
    if (folder_ >= 0) {
      ::close(folder_);
    }
    throw InputError(folder.string() + ": " + why);
  }
}

FolderLock::~FolderLock() {
  ::close(folder_);
}

}  // namespace straightedge::train
