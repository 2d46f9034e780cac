#include "problem.hpp"
#include "problem_numbers.hpp"

namespace straightedge::cli {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Vector<Rational>& v) {
  Json result = Json::array();
  for (Eigen::Index i = 0; i < v.size(); ++i) {
    result.push_back(exact_text(v(i)));
  }
  return result;
}

Json to_json(const Matrix<Rational>& a) {
  Json result = Json::array();
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    result.push_back(to_json(Vector<Rational>(a.row(i).transpose())));
  }
  return result;
}

Json coupling_json(const Problem& problem) {
  Json result{{"kind", to_string(problem.coupling)}};
  switch (problem.coupling) {
    case CouplingKind::rotated:
      if (problem.rotation.matrix) {
        result["rotation"] = to_json(*problem.rotation.matrix);
      } else {
        result["degrees"] = exact_text(problem.rotation.degrees);
        result["planes"] = problem.rotation.planes;
      }
      break;
    case CouplingKind::affine:
      result["matrix"] = to_json(problem.cross);
      break;
    case CouplingKind::gaussian:
      result["cross_covariance"] = to_json(problem.cross);
      break;
    default:
      break;
  }
  return result;
}

}  // namespace

nlohmann::ordered_json to_json(const Problem& problem) {
  Json target;
  target["dimension"] = problem.dimension();
  target["mean"] = to_json(problem.mean);
  target["covariance"] = to_json(problem.covariance);
  if (problem.samples) {
    target["samples"] = {{"file", problem.samples->file}, {"points", problem.samples->points}};
  }
  Json noise{{"kind", to_string(problem.noise.kind)}, {"target", to_string(problem.noise.target)}};
  if (problem.noise.kind != NoiseKind::none) {
    noise["sigma"] = exact_text(problem.noise.sigma);
  }
  Json field{{"kind", to_string(problem.field)}};
  if (problem.field == FieldKind::affine) {
    field["shift"] = to_json(problem.field_shift);
    field["matrix"] = to_json(problem.field_matrix);
  }
  return Json{{"target", target}, {"coupling", coupling_json(problem)}, {"noise", noise}, {"field", field}};
}

}  // namespace straightedge::cli
