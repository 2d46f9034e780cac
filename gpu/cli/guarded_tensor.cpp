#include <guarded_tensor.hpp>

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <cstring>
#include <utility>

namespace straightedge::train {
namespace {

// A prime: no vector width divides it, so neither end of the elements is aligned to more than an element.
constexpr std::size_t guard_elements = 67;

template <class Value>
void copy_bytes(const std::vector<Value>& values, char* to) {
  if (!values.empty()) {
    std::memcpy(to, values.data(), values.size() * sizeof(Value));
  }
}

void copy_bytes(const fixtures::Tensor& tensor, char* to) {
  std::visit([to](const auto& values) { copy_bytes(values, to); }, tensor.values());
}

std::vector<std::int64_t> sizes(const fixtures::Shape& shape) {
  return {shape.begin(), shape.end()};
}

template <class Value>
fixtures::Tensor read_as(const fixtures::Shape& shape, const char* bytes) {
  std::vector<Value> values(fixtures::element_count(shape));
  if (!values.empty()) {
    std::memcpy(values.data(), bytes, values.size() * sizeof(Value));
  }
  return {shape, std::move(values)};
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

GuardedTensor::GuardedTensor(const fixtures::Tensor& values, const at::Device& device)
    : type_(values.type()), shape_(values.shape()) {
  const auto count = static_cast<std::int64_t>(values.size());
  const auto guard = static_cast<std::int64_t>(guard_elements);
  original_ = at::empty({count + 2 * guard}, at::TensorOptions().dtype(scalar_type(type_)));
  const auto sentinels = fixtures::Tensor::unwritten(type_, {guard_elements});
  char* bytes = static_cast<char*>(original_.data_ptr());
  const auto element = original_.element_size();
  copy_bytes(sentinels, bytes);
  copy_bytes(values, bytes + guard * element);
  copy_bytes(sentinels, bytes + (guard + count) * element);
  buffer_ = original_.clone().to(device);
  view_ = buffer_.narrow(0, guard, count).view(sizes(shape_));
}

GuardedTensor GuardedTensor::unwritten(fixtures::DataType type, const fixtures::Shape& shape,
                                       const at::Device& device) {
  return {fixtures::Tensor::unwritten(type, shape), device};
}

fixtures::Tensor GuardedTensor::values() const {
  const at::Tensor host = view_.cpu().contiguous();
  const char* bytes = static_cast<const char*>(host.data_ptr());
  switch (type_) {
    case fixtures::DataType::fp64:
      return read_as<double>(shape_, bytes);
    case fixtures::DataType::fp32:
      return read_as<float>(shape_, bytes);
    case fixtures::DataType::bf16:
      return read_as<Bfloat16>(shape_, bytes);
    case fixtures::DataType::int64:
      return read_as<std::int64_t>(shape_, bytes);
    default:
      return read_as<std::uint8_t>(shape_, bytes);
  }
}

bool GuardedTensor::guards_are_intact() const {
  // As bytes: the sentinels are NaN, which equal nothing.
  const at::Tensor now = buffer_.cpu().view(at::kByte);
  const at::Tensor before = original_.view(at::kByte);
  const std::int64_t guard = static_cast<std::int64_t>(guard_elements) * original_.element_size();
  return at::equal(now.narrow(0, 0, guard), before.narrow(0, 0, guard)) &&
         at::equal(now.narrow(0, now.numel() - guard, guard), before.narrow(0, before.numel() - guard, guard));
}

bool GuardedTensor::is_unchanged() const {
  return at::equal(buffer_.cpu().view(at::kByte), original_.view(at::kByte));
}

}  // namespace straightedge::train
