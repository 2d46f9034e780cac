// LibTorch's tensors in safetensors files.
#pragma once

#include <ATen/core/Tensor.h>
#include <safetensors.hpp>
#include <tensor.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace straightedge::train {

[[nodiscard]] at::ScalarType scalar_type(fixtures::DataType type);

/// A copy, on the CPU and contiguous.
[[nodiscard]] at::Tensor to_torch(const fixtures::Tensor& tensor);
/// A copy; from any device. The dtype is one of float64, float32, bfloat16, int64, uint8.
[[nodiscard]] fixtures::Tensor from_torch(const at::Tensor& tensor);

using NamedTensors = std::map<std::string, at::Tensor>;

/// See fixtures::write_safetensors.
void write_tensors(const std::filesystem::path& path, const NamedTensors& tensors, const fixtures::Metadata& metadata);

/// Throws InputError unless a file of this schema may be written there: nothing is there, and its folder is, or a file
/// of the same schema that is to be replaced.
void require_place(const std::filesystem::path& path, const std::string& schema);

/// Throws InputError if the file's metadata names another schema, as one of a newer program does. A file that names
/// none was written by others, and is judged by its tensors alone.
void require_schema(const fixtures::SafetensorsFile& file, const std::string& schema);

/// A tensor of a file, of the given dtype and shape (-1: any). Throws InputError that names file and tensor.
[[nodiscard]] at::Tensor read_tensor(const fixtures::SafetensorsFile& file, const std::string& name,
                                     at::ScalarType type, at::IntArrayRef shape);

}  // namespace straightedge::train
