// Files as a packing needs them: mapped to read, appended to write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace straightedge::images {

/// The bytes of a file, mapped into memory: read from the disk when they are touched.
class MappedFile {
 public:
  /// Throws InputError if it cannot be opened or is no regular file, MachineError if it cannot be mapped.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::string_view bytes() const { return {begin_, size_}; }

 private:
  const char* begin_ = nullptr;
  std::size_t size_ = 0;
};

/// A file that grows at its end, held by one process at a time. Each member throws MachineError where the disk fails.
class GrowingFile {
 public:
  /// Opens the file, or makes it. Throws InputError if another process holds it.
  explicit GrowingFile(std::filesystem::path path);
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  /// Fewer bytes where the file ends.
  [[nodiscard]] std::string read(std::int64_t position, std::size_t size) const;
  void append(std::string_view bytes);
  void overwrite(std::int64_t position, std::string_view bytes);
  void resize(std::int64_t size);
  void sync();

 private:
  std::filesystem::path path_;
  int file_;
  std::int64_t size_;
};

/// Reads a file into `bytes`, whose memory is used again. The errno that stopped it, or 0.
[[nodiscard]] int read_file(const std::filesystem::path& path, std::vector<std::uint8_t>& bytes);

/// Writes a file in one go, not synced. Throws MachineError.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// Renames durably. Throws MachineError.
void move_into_place(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace straightedge::images
