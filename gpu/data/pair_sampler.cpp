#include <data/image_data.hpp>
#include <data/pair_sampler.hpp>
#include <data/random.hpp>

namespace straightedge::train {

PairSampler::PairSampler(const Recipe& recipe, const Pairs& pairs, const at::Device& device)
    : recipe_(recipe), x0_(pairs.x0.to(device)), x1_(pairs.x1.to(device)), device_(device) {
  const std::string& kind = recipe.pairs.kind;
  if (kind == "gaussian-ot" || kind == "gaussian-rotated") {
    map_ = gaussian_map(recipe.data, kind == "gaussian-ot" ? 0.0 : recipe.pairs.degrees);
  } else if (kind == "independent" && recipe.data.kind == "gaussian") {
    map_ = gaussian_map(recipe.data, 0.0);
  }
}

PairSampler::Draw PairSampler::draw_on_host(std::int64_t seed, std::int64_t step, const Range& rows) const {
  const bool frozen = recipe_.pairs.mode == "frozen";
  Draw drawn;
  if (!frozen && map_) {
    const at::Tensor x0 = source_normals(recipe_, seed, step, rows);
    const at::Tensor z = recipe_.pairs.kind == "independent" ? target_normals(recipe_, seed, step, rows) : x0;
    drawn.x0 = x0.to(at::kFloat);
    drawn.x1 = (*map_)(z).to(at::kFloat);
    return drawn;
  }
  drawn.rows = integers(seed, offset_of(step, Stream::order), rows, x1_.size(0));
  if (frozen || recipe_.pairs.kind == "brenier") {  // whose partner follows from the source
    return drawn;
  }
  if (has_image_sources(recipe_)) {
    drawn.source_rows = integers(seed, offset_of(step, Stream::source), rows, x0_.size(0));
  } else {
    drawn.x0 = source_normals(recipe_, seed, step, rows).to(at::kFloat);
  }
  return drawn;
}

PairSampler::Batch PairSampler::batch_of(const Draw& drawn) const {
  const at::Tensor& source_rows = drawn.source_rows.defined() ? drawn.source_rows : drawn.rows;
  return {drawn.x0.defined() ? drawn.x0 : as_numbers(x0_.index_select(0, source_rows)),
          drawn.x1.defined() ? drawn.x1 : as_numbers(x1_.index_select(0, drawn.rows))};
}

PairSampler::Batch PairSampler::draw(std::int64_t seed, std::int64_t step, const Range& rows) const {
  Draw drawn = draw_on_host(seed, step, rows);
  for (at::Tensor* tensor : {&drawn.rows, &drawn.source_rows, &drawn.x0, &drawn.x1}) {
    if (tensor->defined()) {
      *tensor = tensor->to(device_);
    }
  }
  return batch_of(drawn);
}

}  // namespace straightedge::train
