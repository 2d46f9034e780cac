#include <images/prepare.hpp>

#include <images/chunks.hpp>
#include <images/decode.hpp>
#include <images/files.hpp>
#include <images/image_list.hpp>
#include <images/packed_images.hpp>
#include <images/packing.hpp>
#include <images/report.hpp>
#include <images/resize.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::images {
namespace {

constexpr std::int64_t celeba_width = 178;
constexpr std::int64_t celeba_height = 218;

// About a MiB, so that memory depends on `jobs` and the size of one image alone.
std::int64_t images_to_a_chunk(std::int64_t size) {
  return std::clamp<std::int64_t>((1 << 20) / (3 * size * size), 1, 256);
}

// Crops are resized several at a time, which stay in the cache.
constexpr std::int64_t most_crop_bytes = 1 << 19;

std::string size_text(const Picture& picture) {
  return std::to_string(picture.width) + " x " + std::to_string(picture.height) + " pixels";
}

bool is_named_as(const std::string& name, bool is_png) {
  const std::string extension = lower_extension(name);
  return is_png ? extension == ".png" : extension == ".jpg" || extension == ".jpeg" || extension == ".jfif";
}

NoPicture unread(int error) {
  return error == ENOENT ? NoPicture{Finding::missing, "is listed, and there is no such file"}
                         : NoPicture{Finding::unreadable, std::string("cannot be read: ") + std::strerror(error)};
}

// Makes chunks in one thread.
class Packer {
 public:
  Packer(const PrepareOptions& options, const ImageList& list, const std::atomic<bool>& stop)
      : options_(options), list_(list), stop_(stop) {}

  void make(std::int64_t number, Chunk& made) {
    const std::int64_t length = images_to_a_chunk(options_.size);
    const auto end = std::min((number + 1) * length, static_cast<std::int64_t>(list_.images.size()));
    made.listed = end - number * length;
    made.images.reserve(static_cast<std::size_t>(made.listed * packed_bytes()));
    for (std::int64_t i = number * length; i < end && !stop_; ++i) {
      try {
        take(i, made);
      } catch (const NoPicture& reason) {
        made.remarks.push_back({name(i), i, reason.finding, reason.detail});
      }
    }
    resize_into(made);
  }

 private:
  [[nodiscard]] const std::string& name(std::int64_t i) const { return list_.images[static_cast<std::size_t>(i)].name; }
  [[nodiscard]] std::int64_t packed_bytes() const { return 3 * options_.size * options_.size; }
  [[nodiscard]] std::int64_t crop_bytes() const { return 3 * options_.crop.width() * options_.crop.height(); }

  // Decodes an image and appends its box to the crops.
  void take(std::int64_t i, Chunk& made) {
    if (const int error = read_file(list_.folder / name(i), file_); error != 0) {
      throw unread(error);
    }
    Picture picture = decoder_.decode(file_);
    const std::optional<Box> box = options_.crop.in(picture.width, picture.height);
    if (!box) {
      throw NoPicture{Finding::too_small,
                      "has " + size_text(picture) + ", and the crop " + options_.crop.text() + " does not fit"};
    }
    remark_on_layout(i, picture);
    for (auto& [finding, detail] : picture.findings) {
      made.remarks.push_back({name(i), i, finding, std::move(detail)});
    }
    for (std::int64_t y = box->y; y < box->y + box->height; ++y) {
      const std::uint8_t* row = picture.rgb + 3 * (y * picture.width + box->x);
      crops_.insert(crops_.end(), row, row + 3 * box->width);
    }
    if (static_cast<std::int64_t>(crops_.size()) + crop_bytes() > most_crop_bytes) {
      resize_into(made);
    }
  }

  void remark_on_layout(std::int64_t i, Picture& picture) const {
    if (list_.layout == Layout::celeba && (picture.width != celeba_width || picture.height != celeba_height)) {
      picture.findings.emplace_back(Finding::other_size, "has " + size_text(picture) + "; CelebA's have 178 x 218");
    }
    if (!is_named_as(name(i), picture.is_png)) {
      picture.findings.emplace_back(Finding::other_format,
                                    picture.is_png ? "is a PNG by its content" : "is a JPEG by its content");
    }
  }

  // Appends the crops, resized, to the chunk.
  void resize_into(Chunk& made) {
    const auto count = static_cast<std::int64_t>(crops_.size()) / crop_bytes();
    if (count == 0) {
      return;
    }
    const std::size_t before = made.images.size();
    made.images.resize(before + static_cast<std::size_t>(count * packed_bytes()));
    resize(crops_.data(), count, options_.crop.height(), options_.crop.width(), options_.size,
           reinterpret_cast<std::uint8_t*>(made.images.data()) + before);
    crops_.clear();
  }

  const PrepareOptions& options_;
  const ImageList& list_;
  const std::atomic<bool>& stop_;
  Decoder decoder_;
  std::vector<std::uint8_t> file_;
  std::vector<std::uint8_t> crops_;  // [n, height, width, 3], not resized yet
};

fixtures::Metadata settings_of(const PrepareOptions& options, const ImageList& list) {
  return {{"schema", packed_schema},     {"layout", list.layout_text()},         {"list_sha256", list.digest()},
          {"crop", options.crop.text()}, {"size", std::to_string(options.size)}, {"filter", "bilinear, antialiased"}};
}

// Whether `out` is made of the same list with the same settings. Throws InputError if it is there and is not ours.
bool is_there(const std::filesystem::path& out, fixtures::Metadata settings, bool is_strict) {
  std::error_code ignored;
  if (out.has_parent_path() && !std::filesystem::is_directory(out.parent_path(), ignored)) {
    throw InputError(out.string() + ": there is no folder " + out.parent_path().string() + "; make it first");
  }
  if (!std::filesystem::exists(out, ignored)) {
    return false;
  }
  fixtures::Metadata found;
  try {
    found = PackedImages(out).metadata();
  } catch (const InputError& error) {
    throw InputError(std::string(error.what()) + "; it is left as it is, choose another --out");
  }
  if (is_strict) {
    settings.insert_or_assign("remarks", std::to_string(0));
  }
  return std::all_of(settings.begin(), settings.end(), [&](const auto& setting) {
    const auto at = found.find(setting.first);
    return at != found.end() && at->second == setting.second;
  });
}

}  // namespace

Prepared prepare(const PrepareOptions& options, const std::atomic<bool>& stop,
                 const std::function<void(const PrepareProgress&)>& show) {
  const ImageList list = list_images(options.folder);
  const fixtures::Metadata settings = settings_of(options, list);
  if (is_there(options.out, settings, options.is_strict)) {
    return {PrepareEnd::was_there, list.layout_text(), PackedImages(options.out).count(), {}};
  }
  Packing packing(options.out, settings, list, options.size);
  const std::int64_t length = images_to_a_chunk(options.size);
  const auto count = static_cast<std::int64_t>(list.images.size());
  PrepareProgress progress{packing.listed(), packing.listed(), count};
  if (packing.listed() < count) {
    const auto maker = [&]() -> ChunkMaker {
      return [packer = std::make_shared<Packer>(options, list, stop)](std::int64_t number, Chunk& chunk) {
        packer->make(number, chunk);
      };
    };
    Chunks chunks(packing.listed() / length, (count + length - 1) / length, options.jobs, maker, stop);
    Chunk chunk;
    while (chunks.next(chunk)) {
      packing.append(chunk.listed, chunk.images, chunk.remarks);
      progress.listed = packing.listed();
      show(progress);
    }
  }
  std::vector<Remark> remarks = packing.remarks();
  remarks.insert(remarks.end(), list.remarks.begin(), list.remarks.end());
  if (packing.listed() < count) {
    return {PrepareEnd::stopped, list.layout_text(), packing.packed(), std::move(remarks)};
  }
  if (options.is_strict && !remarks.empty()) {
    packing.discard();
    return {PrepareEnd::refused, list.layout_text(), 0, std::move(remarks)};
  }
  if (packing.packed() == 0) {
    packing.discard();
    throw InputError(options.folder.string() + ": none of its " + std::to_string(count) +
                     " images can be used; the first, " + remarks.front().name + ", " + remarks.front().detail);
  }
  write_report(options.out, list, packing);
  packing.finish();
  return {PrepareEnd::packed, list.layout_text(), packing.packed(), std::move(remarks)};
}

}  // namespace straightedge::images
