#include <data/tensor_files.hpp>

#include <ATen/ops/empty.h>

#include <cstring>
#include <sstream>
#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::train {
namespace {

template <class Value>
fixtures::Tensor copy_as(const fixtures::Shape& shape, const at::Tensor& host) {
  std::vector<Value> values(fixtures::element_count(shape));
  if (!values.empty()) {
    std::memcpy(values.data(), host.const_data_ptr(), values.size() * sizeof(Value));
  }
  return {shape, std::move(values)};
}

std::string text_of(at::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

}  // namespace

at::ScalarType scalar_type(fixtures::DataType type) {
  switch (type) {
    case fixtures::DataType::fp64:
      return at::kDouble;
    case fixtures::DataType::fp32:
      return at::kFloat;
    case fixtures::DataType::bf16:
      return at::kBFloat16;
    case fixtures::DataType::int64:
      return at::kLong;
    default:
      return at::kByte;
  }
}

at::Tensor to_torch(const fixtures::Tensor& tensor) {
  const std::vector<std::int64_t> shape(tensor.shape().begin(), tensor.shape().end());
  at::Tensor result = at::empty(shape, at::TensorOptions().dtype(scalar_type(tensor.type())));
  std::visit(
      [&](const auto& values) {
        if (!values.empty()) {
          std::memcpy(result.mutable_data_ptr(), values.data(), values.size() * sizeof values[0]);
        }
      },
      tensor.values());
  return result;
}

fixtures::Tensor from_torch(const at::Tensor& tensor) {
  const at::Tensor host = tensor.detach().cpu().contiguous();
  const fixtures::Shape shape(host.sizes().begin(), host.sizes().end());
  switch (host.scalar_type()) {
    case at::kDouble:
      return copy_as<double>(shape, host);
    case at::kFloat:
      return copy_as<float>(shape, host);
    case at::kBFloat16:
      return copy_as<Bfloat16>(shape, host);
    case at::kLong:
      return copy_as<std::int64_t>(shape, host);
    case at::kByte:
      return copy_as<std::uint8_t>(shape, host);
    default:
      throw Error("a tensor of this dtype has no place in a safetensors file of ours");
  }
}

void write_tensors(const std::filesystem::path& path, const NamedTensors& tensors, const fixtures::Metadata& metadata) {
  std::map<std::string, fixtures::Tensor> copies;
  for (const auto& [name, tensor] : tensors) {
    copies.emplace(name, from_torch(tensor));
  }
  fixtures::write_safetensors(path, copies, metadata);
}

void require_place(const std::filesystem::path& path, const std::string& schema) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::file_status there = fs::symlink_status(path, ignored);
  if (!fs::exists(there)) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
    if (!fs::is_directory(folder, ignored)) {
      throw InputError(path.string() + ": its folder is not there; make it first");
    }
    return;
  }
  bool is_ours = false;
  if (fs::is_regular_file(there)) {
    try {
      const fixtures::SafetensorsFile file(path);
      const auto found = file.metadata().find("schema");
      is_ours = found != file.metadata().end() && found->second == schema;
    } catch (const InputError&) {  // something else
    }
  }
  if (!is_ours) {
    throw InputError(path.string() + ": is there already, and no file of schema \"" + schema +
                     "\", which alone would be replaced; name another");
  }
}

void require_schema(const fixtures::SafetensorsFile& file, const std::string& schema) {
  const auto found = file.metadata().find("schema");
  if (found != file.metadata().end() && found->second != schema) {
    throw InputError(file.path() + ": its schema is \"" + found->second + "\"; this program reads \"" + schema + "\"");
  }
}

at::Tensor read_tensor(const fixtures::SafetensorsFile& file, const std::string& name, at::ScalarType type,
                       at::IntArrayRef shape) {
  const std::optional<fixtures::Tensor> stored = file.tensor(name);
  const std::string place = file.path() + ": " + name;
  if (!stored || scalar_type(stored->type()) != type) {
    throw InputError(place + ": is of type " + file.type_text(name) + ", and must be " + c10::toString(type));
  }
  at::Tensor tensor = to_torch(*stored);
  bool fits = tensor.dim() == static_cast<std::int64_t>(shape.size());
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = shape[i] == -1 || tensor.size(static_cast<std::int64_t>(i)) == shape[i];
  }
  if (!fits) {
    throw InputError(place + ": has shape " + text_of(tensor.sizes()) + ", and must have " + text_of(shape) +
                     " (-1: any)");
  }
  return tensor;
}

}  // namespace straightedge::train
