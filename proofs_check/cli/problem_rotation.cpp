// The rotation of a rotated coupling: an angle in coordinate planes, or a typed matrix.
#include <fmt/format.h>

#include <set>
#include <straightedge/error.hpp>

#include "problem_checks.hpp"
#include "problem_reader.hpp"

namespace straightedge::cli {

void ProblemReader::read_rotation(const toml::table& coupling) {
  const toml::node* typed = coupling.get("rotation");
  const toml::node* degrees = coupling.get("degrees");
  if ((typed != nullptr) == (degrees != nullptr)) {
    values_.fail(coupling,
                 typed != nullptr ? "a rotated coupling has both degrees and rotation" : "[coupling] lacks degrees",
                 "write either degrees = \"120\" or rotation = [[...]]");
  }
  if (typed != nullptr) {
    for (const char* key : {"plane", "planes"}) {
      if (const toml::node* node = coupling.get(key)) {
        values_.fail(*node, fmt::format("coupling.{} belongs to degrees", key), "leave it out beside rotation");
      }
    }
    read_typed_rotation(*typed);
    return;
  }
  if (problem_.dimension() == 1) {
    values_.fail(*degrees, "there is no plane to turn in dimension 1",
                 "write rotation = [[\"1\"]] or rotation = [[\"-1\"]]");
  }
  problem_.rotation.degrees = values_.number(*degrees, "coupling.degrees");
  read_planes(coupling);
}

void ProblemReader::read_planes(const toml::table& coupling) {
  const Eigen::Index d = problem_.dimension();
  const toml::node* plane = coupling.get("plane");
  const toml::node* planes = coupling.get("planes");
  const std::string right = "write plane = [0, 1] or planes = [[0, 1], [2, 3]]";
  if (plane != nullptr && planes != nullptr) {
    values_.fail(*planes, "a rotated coupling has both plane and planes", right);
  }
  if (plane != nullptr) {
    problem_.rotation.planes = {values_.plane(*plane, "coupling.plane", d)};
    return;
  }
  if (planes == nullptr) {
    if (d != 2) {
      values_.fail(coupling, fmt::format("[coupling] lacks the plane to turn in dimension {}", d), right);
    }
    problem_.rotation.planes = {{0, 1}};
    return;
  }
  const auto* list = planes->as_array();
  if (list == nullptr || list->empty()) {
    values_.fail(*planes, "coupling.planes is not a list of planes", right);
  }
  std::set<int> axes;
  for (const toml::node& entry : *list) {
    const auto [i, j] = values_.plane(entry, "coupling.planes", d);
    if (!axes.insert(i).second || !axes.insert(j).second) {
      values_.fail(entry, "an axis is in two of coupling.planes", "give planes without a common axis");
    }
    problem_.rotation.planes.emplace_back(i, j);
  }
}

void ProblemReader::read_typed_rotation(const toml::node& node) {
  const Eigen::Index d = problem_.dimension();
  const Matrix<Rational> r = values_.matrix(node, "coupling.rotation", d);
  const Matrix<Rational> defect = exact_product(r.transpose(), r) - Matrix<Rational>::Identity(d, d);
  const Rational squared = squared_norm<Rational>(defect);
  const Rational limit = Rational(d) / Rational(1'000'000'000'000);
  if (squared > limit * limit) {
    values_.fail(node, fmt::format("coupling.rotation is not orthogonal: |R^T R - I| = {}", norm_text(defect)),
                 fmt::format("it must be at most 1e-12 d = {}e-12", d));
  }
  if (squared != 0) {
    problem_.rotation.needs_polar_factor = true;
    values_.note(node,
                 fmt::format("coupling.rotation is replaced by its polar factor, off by {}", polar_distance_text(r)));
  }
  problem_.rotation.matrix = r;
}

}  // namespace straightedge::cli
