#include <images/packed_images.hpp>

#include <ATen/ops/from_blob.h>

#include <digest.hpp>
#include <straightedge/error.hpp>

namespace straightedge::images {
namespace {

using fixtures::SafetensorsHeader;
using fixtures::Shape;

std::string text_of(const fixtures::Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : found->second;
}

void require(const SafetensorsHeader& header, const std::string& tensor, bool fits, const std::string& wanted) {
  const SafetensorsHeader::Entry& entry = header.entry(tensor);
  if (entry.type != "U8" || !fits) {
    throw InputError(header.path() + ": " + tensor + ": is " + entry.type + " " + fixtures::to_string(entry.shape) +
                     "; U8 " + wanted + " is wanted");
  }
}

// N, from a header of the schema with the tensors that it must have.
std::int64_t count_of(const SafetensorsHeader& header) {
  const std::string schema = text_of(header.metadata(), "schema");
  if (schema != packed_schema) {
    throw InputError(header.path() + ": its schema is \"" + schema + "\"; this program reads \"" + packed_schema +
                     "\", as `straightedge-train prepare` writes it");
  }
  const Shape& images = header.entry("images").shape;
  require(header, "images", images.size() == 4 && images[3] == 3, "[N, H, W, 3]");
  require(header, "partition", header.entry("partition").shape == Shape{images[0]}, "[N]");
  require(header, "names", header.entry("names").shape.size() == 1, "[bytes]");
  return static_cast<std::int64_t>(images[0]);
}

}  // namespace

PackedImages::PackedImages(const std::filesystem::path& path)
    : file_(std::make_shared<MappedFile>(path)),
      header_(path.string(), file_->bytes(), file_->bytes().size()),
      count_(count_of(header_)) {}

std::string_view PackedImages::bytes_of(const std::string& tensor) const {
  const SafetensorsHeader::Entry& entry = header_.entry(tensor);
  return file_->bytes().substr(header_.data_begin() + entry.begin, entry.end - entry.begin);
}

at::Tensor PackedImages::view(const std::string& tensor) const {
  const Shape& extents = header_.entry(tensor).shape;
  const std::vector<std::int64_t> shape(extents.begin(), extents.end());
  return at::from_blob(
      const_cast<char*>(bytes_of(tensor).data()), shape, [file = file_](void*) {},
      at::TensorOptions().dtype(at::kByte));
}

at::Tensor PackedImages::images() const {
  return view("images");
}

at::Tensor PackedImages::partition() const {
  return view("partition");
}

std::vector<std::string> PackedImages::names() const {
  std::vector<std::string> names;
  std::string_view rest = bytes_of("names");
  while (names.size() < static_cast<std::size_t>(count_)) {
    const std::size_t end = rest.find('\0');
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return names;
}

void PackedImages::verify() const {
  const std::string found = fixtures::sha256_hex(bytes_of("images"));
  const std::string stated = text_of(metadata(), "sha256");
  if (found != stated) {
    throw InputError(header_.path() + ": images: SHA-256 is " + found + ", and the header says " + stated +
                     "; the file is damaged, prepare it again");
  }
}

}  // namespace straightedge::images
