// Images of a folder, cropped and resized, into one packed file (packed_images.hpp) with a report beside it.
#pragma once

#include <images/crop.hpp>
#include <images/image_list.hpp>
#include <images/remark.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace straightedge::images {

struct PrepareOptions {
  std::filesystem::path folder;
  std::filesystem::path out;
  std::int64_t size = 64;  // of the packed images, in pixels each way
  Crop crop = Crop::parse("148");
  bool is_strict = false;  // any remark on an image is an error
  int jobs = 1;
};

struct PrepareProgress {
  std::int64_t begun_at;  // images that an earlier run had dealt with
  std::int64_t listed;    // images dealt with
  std::int64_t of;
};

enum class PrepareEnd {
  packed,
  was_there,  // `out` is already made of this list with these settings
  stopped,    // the same call continues
  refused     // is_strict, and there are remarks; nothing is left
};

struct Prepared {
  PrepareEnd end;
  Layout layout;
  std::int64_t packed = 0;
  std::vector<Remark> remarks;
};

/// Packs the images. The bytes of the file do not depend on `jobs`, nor on how often it was stopped or killed on the
/// way. Throws InputError for a folder without images, if no image can be kept, and if `out` is there and is no packed
/// file; MachineError when the disk is full.
[[nodiscard]] Prepared prepare(const PrepareOptions& options, const std::atomic<bool>& stop,
                               const std::function<void(const PrepareProgress&)>& show);

}  // namespace straightedge::images
