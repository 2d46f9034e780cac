// Files as they are.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace straightedge::report {

/// The bytes of a file; "" where it cannot be read.
[[nodiscard]] inline std::string contents_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace straightedge::report
