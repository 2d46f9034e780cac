// Grids of images of a run, to be looked at: PNG files in RUN/pictures.
//
//   training.png      a training source a row: source, partner, optimal image, what the flow makes of it
//   fresh.png         a fresh source a row: source, optimal image, what the flow makes of it, the nearest training
//   target trajectories.png  a training source a row, from t = 0 on the left to t = 1 on the right
//
// Grey where there is no image, as an optimal one that is not known.
#pragma once

#include <train/outputs.hpp>

namespace straightedge::train {

/// Of runs on images; throws MachineError where the disk fails. Nothing in a build without libpng.
void write_pictures(const RunFolder& folder, const Outputs& outputs, const Pairs& pairs, const TrainedFlow& flow);

}  // namespace straightedge::train
