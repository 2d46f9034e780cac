// Rows that are made block by block, each block kept on the disk as soon as it is made: what was stopped, killed or cut
// off by a power failure is continued, and ends in the same bits.
//
// For a file OUT the blocks lie in the folder OUT.parts:
//
//   parts.txt                     what marks the folder as ours, and the SHA-256 of the settings that decide the rows
//   block-00000000.safetensors    `rows` [count, d] fp32; its metadata name the settings, the first row and a SHA-256
//
// Each file is written aside, synced and renamed. A block that is damaged, or of other settings, is made anew.
#pragma once

#include <ATen/core/Tensor.h>
#include <processes/processes.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <train/durable.hpp>
#include <vector>

namespace straightedge::train {

struct RowsShape {
  std::int64_t rows, columns;
  std::int64_t rows_of_block;
};

/// Thrown by what makes a block, to give it up half made.
class Stopped {};

class ResumableRows {
 public:
  /// Makes OUT.parts, or takes it up, and keeps other processes out of it. `settings` is whatever decides the rows but
  /// for their number. Throws InputError if another process has the folder, or if what is there is no folder of ours.
  /// Of several processes rank 0 has the folder, and each makes some of the blocks.
  ResumableRows(const std::filesystem::path& out, const std::string& settings, const RowsShape& shape,
                const Processes& processes);

  /// Rows first, ..., first + count - 1, as [count, d] fp32. Other blocks must not change them.
  using Make = std::function<at::Tensor(std::int64_t first, std::int64_t count)>;
  /// Told how many rows there are: at the beginning, and after each block that is made.
  using Progress = std::function<void(std::int64_t done)>;

  /// All rows [rows, d], those that are on the disk from there; nothing if `stop` was set, or a block threw Stopped, at
  /// any process before they were whole. Elsewhere than at rank 0 the rows are undefined. Throws MachineError if a
  /// block cannot be written; those that were there stay.
  [[nodiscard]] std::optional<at::Tensor> make(const Make& make_block, const std::atomic<bool>& stop,
                                               const Progress& progress);

  /// At rank 0: puts OUT in its place, as `write` writes it to the path that it is told, then removes OUT.parts.
  void finish(const std::function<void(const std::filesystem::path&)>& write) const;

 private:
  [[nodiscard]] std::filesystem::path block_path(std::int64_t block) const;
  [[nodiscard]] std::int64_t rows_of(std::int64_t block) const;
  [[nodiscard]] std::int64_t first_of(std::int64_t block) const { return block * shape_.rows_of_block; }
  /// Copies those that are on the disk to their places; returns the others.
  [[nodiscard]] std::vector<std::int64_t> read_blocks(const at::Tensor& all) const;
  [[nodiscard]] std::optional<at::Tensor> read_block(std::int64_t block) const;
  void write_block(std::int64_t block, const at::Tensor& rows) const;

  std::filesystem::path out_;
  std::filesystem::path folder_;
  std::string settings_;  ///< their digest
  RowsShape shape_;
  const Processes& processes_;
  std::optional<FolderLock> lock_;  ///< rank 0's
};

}  // namespace straightedge::train
