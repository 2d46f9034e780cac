#include <train/pictures.hpp>

#include <ATen/ops/stack.h>
#include <data/image_data.hpp>
#include <images/picture.hpp>

#include <algorithm>
#include <filesystem>
#include <train/measures.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr std::int64_t most_rows = 12;
constexpr std::int64_t trajectories = 6;
constexpr std::int64_t smallest_side = 64;  // in pixels of the screen

/// A grid whose columns are rows of images.
class Grid {
 public:
  Grid(const RunFolder& folder, std::int64_t rows) : folder_(folder), rows_(rows) {}

  void add(const at::Tensor& images) {
    const DataRecipe& data = folder_.recipe().data;
    columns_.push_back(images::to_pixels(images.narrow(0, 0, rows_), data.height, data.width, data.colours));
  }

  void write(const char* name) const {
    const std::filesystem::path pictures = folder_.path("pictures");
    std::filesystem::create_directories(pictures);
    const std::int64_t side = std::max(folder_.recipe().data.height, folder_.recipe().data.width);
    images::write_grid(pictures / name, at::stack(columns_, 1), std::max<std::int64_t>(1, smallest_side / side));
  }

 private:
  const RunFolder& folder_;
  std::int64_t rows_;
  std::vector<at::Tensor> columns_;
};

}  // namespace

void write_pictures(const RunFolder& folder, const Outputs& outputs, const Pairs& pairs, const TrainedFlow& flow) {
  const std::int64_t colours = folder.recipe().data.colours;
  if (!images::can_write_pictures() || (colours != 1 && colours != 3)) {
    return;
  }
  Grid training(folder, std::min(most_rows, outputs.trained));
  for (const at::Tensor& column : {outputs.source, outputs.partner, outputs.optimal, outputs.generated}) {
    training.add(column);
  }
  training.write("training.png");

  const at::Tensor made = outputs.of_fresh(outputs.generated);
  Grid fresh(folder, std::min(most_rows, made.size(0)));
  fresh.add(outputs.of_fresh(outputs.source));
  fresh.add(outputs.of_fresh(outputs.optimal));
  fresh.add(made);
  const at::Tensor targets = as_numbers(pairs.x1);
  fresh.add(targets.index_select(0, nearest_two(made.narrow(0, 0, std::min(most_rows, made.size(0))), targets).index));
  fresh.write("fresh.png");

  Grid along(folder, std::min(trajectories, outputs.trained));
  for (const at::Tensor& x : flow.trajectory(outputs.source.narrow(0, 0, std::min(trajectories, outputs.trained)),
                                             folder.recipe().evaluate.euler_steps, 8)) {
    along.add(x);
  }
  along.write("trajectories.png");
}

}  // namespace straightedge::train
