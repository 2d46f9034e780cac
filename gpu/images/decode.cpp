#include <images/decode.hpp>

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <straightedge/error.hpp>

namespace straightedge::images {
namespace {

constexpr std::int64_t most_pixels = std::int64_t{1} << 27;  // 400 MB of RGB

constexpr std::array<std::uint8_t, 3> jpeg_begin = {0xff, 0xd8, 0xff};
constexpr std::array<std::uint8_t, 8> png_begin = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

template <std::size_t n>
bool begins_with(std::span<const std::uint8_t> file, const std::array<std::uint8_t, n>& begin) {
  return file.size() >= n && std::equal(begin.begin(), begin.end(), file.begin());
}

// In place, from 4 bytes a pixel to 3. Files hold 255 less the ink, as Adobe's programs write them; PIL reads them so
// too.
void cmyk_to_rgb(std::uint8_t* pixels, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint8_t* from = pixels + 4 * i;
    const int k = from[3];
    const std::array<int, 3> inks = {from[0], from[1], from[2]};
    for (std::size_t c = 0; c < inks.size(); ++c) {
      pixels[3 * i + static_cast<std::int64_t>(c)] = static_cast<std::uint8_t>((inks[c] * k + 127) / 255);
    }
  }
}

// Frees what libpng holds, on every way out.
struct PngImage {
  png_image image{};
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&image); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

}  // namespace

Decoder::Decoder() : jpeg_(nullptr, &tjDestroy) {
  start_jpeg();
}

void Decoder::start_jpeg() {
  jpeg_.reset(tjInitDecompress());
  if (jpeg_ == nullptr) {
    throw MachineError(std::string("libjpeg-turbo does not start: ") + tjGetErrorStr2(nullptr));
  }
}

std::uint8_t* Decoder::buffer(std::int64_t width, std::int64_t height, std::int64_t channels) {
  if (width * height > most_pixels) {
    throw NoPicture{Finding::too_large, "has " + std::to_string(width) + " x " + std::to_string(height) +
                                            " pixels; at most " + std::to_string(most_pixels) + " are taken"};
  }
  pixels_.resize(static_cast<std::size_t>(width * height * channels));
  return pixels_.data();
}

Picture Decoder::decode(std::span<const std::uint8_t> file) {
  if (file.empty()) {
    throw NoPicture{Finding::empty, "has no bytes"};
  }
  if (begins_with(file, jpeg_begin)) {
    return decode_jpeg(file);
  }
  if (begins_with(file, png_begin)) {
    return decode_png(file);
  }
  throw NoPicture{Finding::not_an_image, "is neither a JPEG nor a PNG by its first bytes"};
}

Picture Decoder::decode_jpeg(std::span<const std::uint8_t> file) {
  const auto require = [&](int code) {
    if (code != 0) {
      const std::string why = tjGetErrorStr2(jpeg_.get());
      start_jpeg();  // TurboJPEG 2 goes on inside a header that failed: the next image would fail too
      throw NoPicture{Finding::damaged, "libjpeg-turbo: " + why};
    }
  };
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  require(tjDecompressHeader3(jpeg_.get(), file.data(), file.size(), &width, &height, &subsampling, &colours));
  const bool is_cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const int format = is_cmyk ? TJPF_CMYK : TJPF_RGB;
  std::uint8_t* pixels = buffer(width, height, tjPixelSize[format]);
  // A warning, such as a premature end, is an error here too: the rest of the image would be made up.
  require(tjDecompress2(jpeg_.get(), file.data(), file.size(), pixels, width, 0, height, format, TJFLAG_LIMITSCANS));
  Picture picture{width, height, pixels, false, {}};
  if (is_cmyk) {
    cmyk_to_rgb(pixels, picture.width * picture.height);
    picture.findings.emplace_back(Finding::cmyk, "is CMYK; made RGB without its colour profile");
  } else if (colours == TJCS_GRAY) {
    picture.findings.emplace_back(Finding::greyscale, "is greyscale; its channel is repeated");
  }
  return picture;
}

Picture Decoder::decode_png(std::span<const std::uint8_t> file) {
  PngImage png;
  const auto require = [&](int succeeded) {
    if (succeeded == 0 || PNG_IMAGE_FAILED(png.image)) {
      throw NoPicture{Finding::damaged, std::string("libpng: ") + png.image.message};
    }
  };
  require(png_image_begin_read_from_memory(&png.image, file.data(), file.size()));
  const bool is_transparent = (png.image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  const bool is_grey = (png.image.format & (PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_COLORMAP)) == 0;
  png.image.format = PNG_FORMAT_RGB;
  std::uint8_t* pixels = buffer(png.image.width, png.image.height, 3);
  const png_color black{0, 0, 0};
  require(png_image_finish_read(&png.image, &black, pixels, 0, nullptr));
  Picture picture{png.image.width, png.image.height, pixels, true, {}};
  if (is_grey) {
    picture.findings.emplace_back(Finding::greyscale, "is greyscale; its channel is repeated");
  }
  if (is_transparent) {
    picture.findings.emplace_back(Finding::transparent, "has transparent pixels; shown on black");
  }
  return picture;
}

}  // namespace straightedge::images
