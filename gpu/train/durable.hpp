// Files and folders that are whole or not there, whenever the machine stops.
#pragma once

#include <filesystem>
#include <string_view>

namespace straightedge::train {

/// Flushes a file, or a folder's list of names, to the disk. Throws MachineError.
void sync(const std::filesystem::path& path);

/// Syncs a file, then renames it; both names are on one disk. Throws MachineError; what was there stays then.
void move_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Writes beside it, syncs, renames. Throws MachineError; what was there stays then.
void write_durably(const std::filesystem::path& path, std::string_view text);

/// Keeps other processes that ask for it out of a folder, until it is destroyed or the process ends in any way.
class FolderLock {
 public:
  /// Throws InputError if another process has it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int folder_;
};

}  // namespace straightedge::train
