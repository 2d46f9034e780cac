// Files and folders that are whole or not there, whenever the machine stops.
#pragma once

#include <filesystem>
#include <string_view>

namespace straightedge::train {

/// Flushes a file, or a folder's list of names, to the disk. Throws MachineError.
void sync(const std::filesystem::path& path);

/// Writes beside it, syncs, renames. Throws MachineError; what was there stays then.
void write_durably(const std::filesystem::path& path, std::string_view text);

}  // namespace straightedge::train
