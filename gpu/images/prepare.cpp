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
#include <memory>
#include <straightedge/error.hpp>
#include <system_error>
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

// Why a file could not be read, if that is the file's fault: an image must not be lost to a machine that fails for a
// while.
NoPicture unread(const std::filesystem::path& path, int error) {
  const std::string what = std::generic_category().message(error);
  switch (error) {
    case ENOENT:
      return {Finding::missing, "is listed, and there is no such file"};
    case EACCES:
    case EPERM:
    case EISDIR:
    case EINVAL:
    case ELOOP:
    case ENOTDIR:
    case ENAMETOOLONG:
      return {Finding::unreadable, "cannot be read: " + what};
    default:
      throw MachineError(path.string() + ": cannot be read: " + what);
  }
}

// Makes chunks in one thread, of the images from `first` on.
class Packer {
 public:
  Packer(const PrepareOptions& options, const ImageList& list, std::int64_t first, const std::atomic<bool>& stop)
      : options_(options), list_(list), first_(first), stop_(stop) {}

  void make(std::int64_t number, Chunk& made) {
    const std::int64_t length = images_to_a_chunk(options_.size);
    const std::int64_t begin = first_ + number * length;
    const auto end = std::min(begin + length, static_cast<std::int64_t>(list_.images.size()));
    made.listed = end - begin;
    made.images.reserve(static_cast<std::size_t>(made.listed * packed_bytes()));
    for (std::int64_t i = begin; i < end && !stop_; ++i) {
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
    const std::filesystem::path path = list_.folder / name(i);
    if (const int error = read_file(path, file_); error != 0) {
      throw unread(path, error);
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
  std::int64_t first_;
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

// Packs what is not packed yet, or as much of it as there is before `stop`.
void pack_rest(const PrepareOptions& options, const ImageList& list, Packing& packing, const std::atomic<bool>& stop,
               const std::function<void(const PrepareProgress&)>& show) {
  const std::int64_t first = packing.listed();
  const auto count = static_cast<std::int64_t>(list.images.size());
  const auto maker = [&]() -> ChunkMaker {
    const auto packer = std::make_shared<Packer>(options, list, first, stop);
    return [packer](std::int64_t number, Chunk& chunk) { packer->make(number, chunk); };
  };
  const std::int64_t length = images_to_a_chunk(options.size);
  Chunks chunks(0, (count - first + length - 1) / length, options.jobs, maker, stop);
  Chunk chunk;
  while (chunks.next(chunk)) {
    packing.append(chunk.listed, chunk.images, chunk.remarks);
    show({first, packing.listed(), count});
  }
}

}  // namespace

Prepared prepare(const PrepareOptions& options, const std::atomic<bool>& stop,
                 const std::function<void(const PrepareProgress&)>& show) {
  const ImageList list = list_images(options.folder);
  const fixtures::Metadata settings = settings_of(options, list);
  Prepared done{PrepareEnd::packed, list.layout, 0, {}};
  if (is_there(options.out, settings, options.is_strict)) {
    done.end = PrepareEnd::was_there;
    done.packed = PackedImages(options.out).count();
    return done;
  }
  Packing packing(options.out, settings, list, options.size);
  pack_rest(options, list, packing, stop, show);
  done.packed = packing.packed();
  done.remarks = packing.remarks();
  done.remarks.insert(done.remarks.end(), list.remarks.begin(), list.remarks.end());
  if (packing.listed() < static_cast<std::int64_t>(list.images.size())) {
    done.end = PrepareEnd::stopped;
  } else if (options.is_strict && !done.remarks.empty()) {
    packing.discard();
    done.end = PrepareEnd::refused;
  } else if (done.packed == 0) {
    packing.discard();
    throw InputError(options.folder.string() + ": none of its " + std::to_string(list.images.size()) +
                     " images can be used; the first, " + done.remarks.front().name + ", " +
                     done.remarks.front().detail);
  } else {
    write_report(options.out, packing, done.remarks);
    packing.finish();
  }
  return done;
}

}  // namespace straightedge::images
