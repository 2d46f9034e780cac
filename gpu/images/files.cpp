#include <images/files.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::images {
namespace {

// Closes on the way out.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  throw MachineError(path.string() + ": " + what + ": " + std::strerror(errno));
}

void write_at(int file, const std::filesystem::path& path, std::int64_t position, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), position);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      fail(path, "cannot be written");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    position += written;
  }
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY);
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw InputError(path.string() + ": cannot be read; a regular file is needed");
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) {
    return;
  }
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(), 0);
  if (mapped == MAP_FAILED) {
    size_ = 0;
    fail(path, "cannot be mapped into memory");
  }
  begin_ = static_cast<const char*>(mapped);
}

MappedFile::~MappedFile() {
  if (begin_ != nullptr) {
    ::munmap(const_cast<char*>(begin_), size_);
  }
}

GrowingFile::GrowingFile(std::filesystem::path path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)), size_(0) {
  struct stat status {};
  if (file_ < 0 || ::fstat(file_, &status) != 0) {
    fail(path_, "cannot be written");
  }
  size_ = status.st_size;
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    ::close(file_);
    throw InputError(path_.string() + ": another process is writing it; wait for its end, or choose another --out");
  }
}

GrowingFile::~GrowingFile() {
  ::close(file_);
}

std::string GrowingFile::read(std::int64_t position, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::pread(file_, bytes.data() + have, size - have, position + static_cast<std::int64_t>(have));
    if (got < 0 && errno != EINTR) {
      fail(path_, "cannot be read");
    }
    if (got == 0) {
      break;
    }
    have += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  bytes.resize(have);
  return bytes;
}

void GrowingFile::append(std::string_view bytes) {
  write_at(file_, path_, size_, bytes);
  size_ += static_cast<std::int64_t>(bytes.size());
}

void GrowingFile::overwrite(std::int64_t position, std::string_view bytes) {
  write_at(file_, path_, position, bytes);
}

void GrowingFile::resize(std::int64_t size) {
  if (::ftruncate(file_, size) != 0) {
    fail(path_, "cannot be written");
  }
  size_ = size;
}

void GrowingFile::sync() {
  if (::fsync(file_) != 0) {
    fail(path_, "cannot be written");
  }
}

int read_file(const std::filesystem::path& path, std::vector<std::uint8_t>& bytes) {
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);  // a pipe without a writer is an error, not a wait
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return errno;
  }
  if (!S_ISREG(status.st_mode)) {
    return S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
  }
  bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno != EINTR) {
      return errno;
    }
    if (got == 0) {
      bytes.resize(have);  // it has become shorter
    }
    have += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return 0;
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (file.get() < 0) {
    fail(path, "cannot be written");
  }
  write_at(file.get(), path, 0, bytes);
}

void move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    fail(to, "cannot be written");
  }
  const Descriptor folder(to.has_parent_path() ? to.parent_path() : ".", O_RDONLY);
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
    fail(to, "cannot be written");
  }
}

}  // namespace straightedge::images
