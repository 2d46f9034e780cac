// Figures of training runs: what their metrics.jsonl and outputs show, a set for each group of runs that differ in
// noise and seed alone; and our means beside the paper's.
#pragma once

#include <certify/certification.hpp>

#include <report/figure.hpp>
#include <string>
#include <vector>

namespace straightedge::report {

/// "mlp on frozen gaussian-rotated pairs (1000), d = 2".
[[nodiscard]] std::string describe(const certify::Group& group);

/// Loss and gradient variance against steps, where the runs have a metrics.jsonl as `straightedge-train` writes it (a
/// line that is none is passed over); how far the flow ends from the partner and from the optimal image. `number`: of
/// the group, for names. `claims`: those that the page has a section for.
[[nodiscard]] std::vector<Figure> group_figures(const certify::Group& group, std::size_t number,
                                                const std::vector<std::string>& claims);

/// Our means and the paper's; nothing where no part has both.
[[nodiscard]] std::vector<Figure> figures_beside_paper(const certify::Certification& certification);

/// The grids of images in the `pictures` folder of each noise's first run, as HTML; "" where there are none.
[[nodiscard]] std::string picture_grids(const certify::Group& group);

}  // namespace straightedge::report
