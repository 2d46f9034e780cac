#include <train/resumable_rows.hpp>

#include <ATen/ops/empty.h>
#include <data/tensor_files.hpp>

#include <algorithm>
#include <digest.hpp>
#include <fstream>
#include <iterator>
#include <straightedge/error.hpp>
#include <string_view>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* mark_file = "parts.txt";
constexpr const char* mark = "straightedge/parts/1\n";  // its first line; the second is the settings' digest
constexpr const char* block_prefix = "block-";
constexpr const char* whole_file = "whole.safetensors";
constexpr const char* schema = "straightedge/rows/1";

std::string digest_of(const at::Tensor& rows) {
  const at::Tensor host = rows.contiguous();
  return fixtures::sha256_hex({static_cast<const char*>(host.const_data_ptr()), host.nbytes()});
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What this program writes into the folder, whole or not.
bool is_own_name(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with(block_prefix) || name.starts_with(whole_file) || name.starts_with(mark_file);
}

// Nothing there yet, or what a stop leaves before there is a mark or after it was removed.
bool is_free(const fs::path& folder) {
  return std::all_of(fs::directory_iterator(folder), fs::directory_iterator(),
                     [](const auto& entry) { return entry.path().filename() == std::string(mark_file) + ".part"; });
}

// Of the blocks' names nothing else is removed, and the mark last: what is left is ours until nothing is.
void remove_blocks(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (is_own_name(entry.path()) && entry.path().filename() != mark_file) {
      found.push_back(entry.path());
    }
  }
  for (const fs::path& path : found) {
    fs::remove(path);
  }
}

// The folder, made if it is not there.
fs::path parts_folder(const fs::path& out) {
  const fs::path folder = out.string() + ".parts";
  if (fs::exists(fs::symlink_status(folder)) &&
      !(fs::is_directory(folder) && (is_free(folder) || text_of(folder / mark_file).starts_with(mark)))) {
    throw InputError(folder.string() + ": is there already, and was not made by this program; move it away");
  }
  fs::create_directory(folder);
  return folder;
}

}  // namespace

ResumableRows::ResumableRows(const fs::path& out, const std::string& settings, std::int64_t rows,
                             std::int64_t rows_of_block)
    : out_(out),
      folder_(parts_folder(out)),
      settings_(fixtures::sha256_hex(settings + "\nrows " + std::to_string(rows) + " in blocks of " +
                                     std::to_string(rows_of_block))),
      rows_(rows),
      rows_of_block_(rows_of_block),
      lock_(folder_) {
  const std::string text = mark + settings_ + "\n";
  if (text_of(folder_ / mark_file) != text) {
    remove_blocks(folder_);
    write_durably(folder_ / mark_file, text);
    sync(folder_.has_parent_path() ? folder_.parent_path() : ".");
  }
}

fs::path ResumableRows::block_path(std::int64_t block) const {
  const std::string digits = std::to_string(block);
  return folder_ /
         (block_prefix + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits + ".safetensors");
}

std::int64_t ResumableRows::rows_of(std::int64_t block) const {
  return std::min(rows_of_block_, rows_ - block * rows_of_block_);
}

std::optional<at::Tensor> ResumableRows::read_block(std::int64_t block) const {
  if (!fs::exists(block_path(block))) {
    return std::nullopt;
  }
  try {
    const fixtures::SafetensorsFile file(block_path(block));
    const at::Tensor rows = read_tensor(file, "rows", at::kFloat, {rows_of(block), -1});
    const fixtures::Metadata expected{{"schema", schema},
                                      {"settings", settings_},
                                      {"first", std::to_string(block * rows_of_block_)},
                                      {"sha256", digest_of(rows)}};
    return file.metadata() == expected ? std::optional(rows) : std::nullopt;
  } catch (const InputError&) {  // damaged
    return std::nullopt;
  }
}

void ResumableRows::write_block(std::int64_t block, const at::Tensor& rows) const {
  const fs::path path = block_path(block);
  const fs::path aside = path.string() + ".new";
  write_tensors(aside, {{"rows", rows}},
                {{"schema", schema},
                 {"settings", settings_},
                 {"first", std::to_string(block * rows_of_block_)},
                 {"sha256", digest_of(rows)}});
  move_durably(aside, path);
}

std::optional<at::Tensor> ResumableRows::make(const Make& make_block, const std::atomic<bool>& stop,
                                              const Progress& progress) {
  at::Tensor all;
  std::int64_t done = 0;
  const auto add = [&](std::int64_t block, const at::Tensor& rows) {
    if (!all.defined()) {
      all = at::empty({rows_, rows.size(1)}, at::TensorOptions().dtype(at::kFloat));
    }
    all.narrow(0, block * rows_of_block_, rows_of(block)).copy_(rows);
    done += rows_of(block);
  };
  std::vector<std::int64_t> missing;
  for (std::int64_t block = 0; block * rows_of_block_ < rows_; ++block) {
    if (const std::optional<at::Tensor> rows = read_block(block)) {
      add(block, *rows);
    } else {
      missing.push_back(block);
    }
  }
  progress(done);
  for (const std::int64_t block : missing) {
    if (stop) {
      return std::nullopt;
    }
    try {
      const at::Tensor rows = make_block(block * rows_of_block_, rows_of(block));
      write_block(block, rows);
      add(block, rows);
    } catch (const Stopped&) {
      return std::nullopt;
    }
    progress(done);
  }
  return all;
}

void ResumableRows::finish(const std::function<void(const fs::path&)>& write) const {
  write(folder_ / whole_file);
  move_durably(folder_ / whole_file, out_);
  remove_blocks(folder_);
  fs::remove(folder_ / mark_file);
  std::error_code has_more;  // somebody put something of his own into it
  fs::remove(folder_, has_more);
}

}  // namespace straightedge::train
