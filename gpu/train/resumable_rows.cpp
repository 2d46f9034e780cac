#include <train/resumable_rows.hpp>

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
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

ResumableRows::ResumableRows(const fs::path& out, const std::string& settings, const RowsShape& shape,
                             const Processes& processes)
    : out_(out),
      settings_(fixtures::sha256_hex(settings + "\nrows " + std::to_string(shape.rows) + " in blocks of " +
                                     std::to_string(shape.rows_of_block))),
      shape_(shape),
      processes_(processes) {
  if (!processes.is_first()) {
    return;
  }
  folder_ = parts_folder(out);
  lock_.emplace(folder_);
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
  return std::min(shape_.rows_of_block, shape_.rows - first_of(block));
}

std::optional<at::Tensor> ResumableRows::read_block(std::int64_t block) const {
  if (!fs::exists(block_path(block))) {
    return std::nullopt;
  }
  try {
    const fixtures::SafetensorsFile file(block_path(block));
    const at::Tensor rows = read_tensor(file, "rows", at::kFloat, {rows_of(block), shape_.columns});
    const fixtures::Metadata expected{{"schema", schema},
                                      {"settings", settings_},
                                      {"first", std::to_string(first_of(block))},
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
                 {"first", std::to_string(first_of(block))},
                 {"sha256", digest_of(rows)}});
  move_durably(aside, path);
}

std::vector<std::int64_t> ResumableRows::read_blocks(const at::Tensor& all) const {
  std::vector<std::int64_t> missing;
  for (std::int64_t block = 0; first_of(block) < shape_.rows; ++block) {
    if (const std::optional<at::Tensor> rows = read_block(block)) {
      all.narrow(0, first_of(block), rows_of(block)).copy_(*rows);
    } else {
      missing.push_back(block);
    }
  }
  return missing;
}

std::optional<at::Tensor> ResumableRows::make(const Make& make_block, const std::atomic<bool>& stop,
                                              const Progress& progress) {
  const auto floats = at::TensorOptions().dtype(at::kFloat);
  const bool is_first = processes_.is_first();
  const at::Tensor all = is_first ? at::empty({shape_.rows, shape_.columns}, floats) : at::Tensor();
  const std::vector<std::int64_t> missing =
      processes_.broadcast(is_first ? read_blocks(all) : std::vector<std::int64_t>());
  std::int64_t done = shape_.rows;
  for (const std::int64_t block : missing) {
    done -= rows_of(block);
  }
  progress(done);
  const auto several = static_cast<std::size_t>(processes_.size());
  for (std::size_t begin = 0; begin < missing.size(); begin += several) {
    const std::size_t own = begin + static_cast<std::size_t>(processes_.rank());
    const at::Tensor room = at::zeros({shape_.rows_of_block, shape_.columns}, floats);
    bool stopped = stop;
    try {
      if (!stopped && own < missing.size()) {
        room.narrow(0, 0, rows_of(missing[own])).copy_(make_block(first_of(missing[own]), rows_of(missing[own])));
      }
    } catch (const Stopped&) {
      stopped = true;
    }
    if (processes_.any(stopped)) {
      return std::nullopt;
    }
    const std::vector<at::Tensor> made = processes_.gather(room);
    for (std::size_t k = begin; k < std::min(begin + several, missing.size()); ++k) {
      if (is_first) {
        const at::Tensor rows = made[k - begin].narrow(0, 0, rows_of(missing[k]));
        write_block(missing[k], rows);
        all.narrow(0, first_of(missing[k]), rows_of(missing[k])).copy_(rows);
      }
      done += rows_of(missing[k]);
      progress(done);
    }
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
