#include <data/pair_files.hpp>

#include <ATen/ops/arange.h>
#include <ATen/ops/isfinite.h>
#include <data/image_data.hpp>
#include <data/tensor_files.hpp>

#include <digest.hpp>
#include <optional>
#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr const char* schema = "straightedge/pairs/1";

/// Reads the tensors of one file.
class PairReader {
 public:
  explicit PairReader(const Recipe& recipe) : recipe_(recipe), file_(recipe.pairs.file) {
    require_schema(file_, schema);
  }

  Pairs read() {
    Pairs pairs;
    pairs.x0 = rows_or_images("x0", pairs.x0_image, -1);
    const std::int64_t n = pairs.x0.size(0);
    if (n < 2) {
      throw InputError(file_.path() + ": x0: has " + std::to_string(n) + " rows; two or more are wanted");
    }
    pairs.x1 = rows_or_images("x1", pairs.x1_image, n);
    pairs.images_sha256 = metadata("images_sha256");
    pairs.optimal = file_.has("optimal") ? as_numbers(rows("optimal", n)) : at::Tensor();
    pairs.index = file_.has("index") ? read_tensor(file_, "index", at::kLong, {n})
                                     : at::arange(n, at::TensorOptions().dtype(at::kLong));
    pairs.fresh = file_.has("fresh") ? rows("fresh", -1) : at::Tensor();
    if (file_.has("fresh_optimal") && pairs.fresh.defined()) {
      pairs.fresh_optimal = as_numbers(rows("fresh_optimal", pairs.fresh.size(0)));
    }
    return pairs;
  }

  [[nodiscard]] std::string metadata(const std::string& key) const {
    const auto found = file_.metadata().find(key);
    return found == file_.metadata().end() ? "" : found->second;
  }
  [[nodiscard]] const std::string& path() const { return file_.path(); }

 private:
  at::Tensor rows(const std::string& name, std::int64_t count) const {
    const std::string& text = file_.type_text(name);
    const at::ScalarType type = text == "U8" ? at::kByte : text == "F64" ? at::kDouble : at::kFloat;
    const DataRecipe& data = recipe_.data;
    const std::optional<fixtures::Tensor> stored = file_.tensor(name);
    const bool is_image = stored && stored->shape().size() == 4 && data.kind == "images";
    at::Tensor values = is_image
                            ? read_tensor(file_, name, type, {count, data.height, data.width, data.colours}).flatten(1)
                            : read_tensor(file_, name, type, {count, recipe_.dimension()});
    if (type != at::kByte) {
      values = values.to(at::kFloat);
      if (!at::isfinite(values).all().item<bool>()) {
        throw InputError(file_.path() + ": " + name + ": holds a NaN or an infinity");
      }
    }
    return values;
  }

  at::Tensor rows_or_images(const std::string& name, at::Tensor& numbers, std::int64_t count) const {
    const std::string reference = name + "_image";
    if (file_.has(reference)) {
      numbers = read_tensor(file_, reference, at::kLong, {count});
    }
    if (file_.has(name) || !numbers.defined()) {
      return rows(name, count);
    }
    if (recipe_.data.file.empty()) {
      throw InputError(file_.path() + ": " + reference + ": refers to packed images; name them as data.file");
    }
    const ImageData images(recipe_);
    if (images.sha256() != metadata("images_sha256")) {
      throw InputError(file_.path() + ": " + reference + ": refers to images with SHA-256 " +
                       metadata("images_sha256") + ", and those of " + recipe_.data.file + " have " + images.sha256());
    }
    images.verify();
    return images.rows(numbers);
  }

  const Recipe& recipe_;
  fixtures::SafetensorsFile file_;
};

}  // namespace

std::string digest_of(const Pairs& pairs) {
  fixtures::Sha256 digest;
  for (const at::Tensor& tensor : {pairs.x0, pairs.x1}) {
    for (const at::Tensor& rows : tensor.split(1024)) {
      const at::Tensor numbers = as_numbers(rows).contiguous();
      digest.update({static_cast<const char*>(numbers.const_data_ptr()), numbers.nbytes()});
    }
  }
  return digest.hex();
}

std::string settings_of_pairs(const Recipe& recipe, const std::string& teacher) {
  Recipe of;
  of.data = recipe.data;
  of.pairs = recipe.pairs;
  of.data.file = has_image_file(recipe) ? ImageData(recipe).sha256() : "";
  of.pairs.file = "";
  of.pairs.mode = "";
  of.pairs.run = teacher;
  return fixtures::sha256_hex(to_toml(of));
}

void require_place_of_pairs(const std::filesystem::path& path) {
  require_place(path, schema);
}

void write_pairs(const std::filesystem::path& path, const Pairs& pairs, const Recipe& recipe,
                 const std::string& settings, ImagesWritten images) {
  NamedTensors tensors{{"index", pairs.index}};
  const auto add = [&tensors](const char* name, const at::Tensor& tensor) {
    if (tensor.defined()) {
      tensors.emplace(name, as_numbers(tensor));
    }
  };
  const bool by_reference = images == ImagesWritten::by_reference;
  add("x0", by_reference && pairs.x0_image.defined() ? at::Tensor() : pairs.x0);
  add("x1", by_reference && pairs.x1_image.defined() ? at::Tensor() : pairs.x1);
  add("x0_image", pairs.x0_image);
  add("x1_image", pairs.x1_image);
  add("optimal", pairs.optimal);
  add("fresh", pairs.fresh);
  add("fresh_optimal", pairs.fresh_optimal);
  fixtures::Metadata metadata{
      {"schema", schema}, {"kind", recipe.pairs.kind}, {"sha256", digest_of(pairs)}, {"settings_sha256", settings}};
  if (!pairs.images_sha256.empty()) {
    metadata.emplace("images_sha256", pairs.images_sha256);
  }
  write_tensors(path, tensors, metadata);
}

Pairs read_pairs(const Recipe& recipe) {
  return PairReader(recipe).read();
}

Pairs read_made_pairs(const Recipe& recipe, const std::string& settings) {
  PairReader reader(recipe);
  if (reader.metadata("settings_sha256") != settings) {
    throw InputError(reader.path() +
                     ": its pairs are not those of this recipe's data and pairs; make them again with " +
                     "`straightedge-train pairs`, or leave pairs.file out");
  }
  return reader.read();
}

}  // namespace straightedge::train
