#include <model/model.hpp>

#include <model/affine.hpp>
#include <model/mlp.hpp>

#include <numeric>

namespace straightedge::train {
namespace {

std::int64_t count(const ParameterPart& part) {
  return std::accumulate(part.shape.begin(), part.shape.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

std::int64_t Model::size() const {
  return std::accumulate(parts_.begin(), parts_.end(), std::int64_t{0},
                         [](std::int64_t sum, const ParameterPart& part) { return sum + count(part); });
}

std::map<std::string, at::Tensor> Model::views(const at::Tensor& flat) const {
  std::map<std::string, at::Tensor> result;
  std::int64_t begin = 0;
  for (const ParameterPart& part : parts_) {
    result.emplace(part.name, flat.narrow(0, begin, count(part)).view(part.shape));
    begin += count(part);
  }
  return result;
}

std::unique_ptr<Model> make_model(const ModelRecipe& recipe, std::int64_t dimension) {
  if (recipe.kind == "affine") {
    return std::make_unique<AffineModel>(dimension);
  }
  return std::make_unique<Mlp>(recipe, dimension);
}

}  // namespace straightedge::train
