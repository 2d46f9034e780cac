// A folder of face-like images in CelebA's layout: img_align_celeba/000001.jpg, ... (178 x 218, JPEG of quality 95),
// list_eval_partition.txt with CelebA's shares and list_attr_celeba.txt with some of its attributes; and
// synthetic.json, which says that it is none of CelebA's.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>

namespace straightedge::images {

/// Writes images 1, ..., count: number i is face (seed, i), so a smaller count has the same first images. A folder that
/// was made so earlier is replaced. Returns whether it came to its end before `stop` was set. Throws InputError if the
/// folder holds anything else, MachineError when the disk is full.
[[nodiscard]] bool write_synthetic(const std::filesystem::path& folder, std::int64_t count, std::uint64_t seed,
                                   int jobs, const std::atomic<bool>& stop,
                                   const std::function<void(std::int64_t done)>& show);

}  // namespace straightedge::images
