#include <model/model.hpp>

#include <model/affine.hpp>
#include <model/mlp.hpp>
#include <model/unet.hpp>

#include <numeric>

namespace straightedge::train {

std::int64_t ParameterPart::numbers() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::int64_t Model::size() const {
  return std::accumulate(parts_.begin(), parts_.end(), std::int64_t{0},
                         [](std::int64_t sum, const ParameterPart& part) { return sum + part.numbers(); });
}

std::map<std::string, at::Tensor> Model::views(const at::Tensor& flat) const {
  std::map<std::string, at::Tensor> result;
  std::int64_t begin = 0;
  for (const ParameterPart& part : parts_) {
    result.emplace(part.name, flat.narrow(0, begin, part.numbers()).view(part.shape));
    begin += part.numbers();
  }
  return result;
}

std::unique_ptr<Model> make_model(const Recipe& recipe) {
  const DataRecipe& data = recipe.data;
  if (recipe.model.kind == "affine") {
    return std::make_unique<AffineModel>(recipe.dimension());
  }
  if (recipe.model.kind == "unet") {
    return std::make_unique<Unet>(recipe.model, ImageSize{data.height, data.width, data.colours});
  }
  return std::make_unique<Mlp>(recipe.model, recipe.dimension());
}

}  // namespace straightedge::train
