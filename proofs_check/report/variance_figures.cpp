#include <report/variance_figures.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>
#include <straightedge/gradient_variance.hpp>
#include <straightedge/linalg.hpp>
#include <straightedge/reflow.hpp>
#include <straightedge/residual.hpp>
#include <variance_table.hpp>

namespace straightedge::report {
namespace {

using proofs::table_coupling;
using proofs::TableCoupling;

constexpr double kNoise = 0.05;

struct Mismatched {
  const char* name;
  PairField<double> field;
  Coupling<double> coupling;
};

std::array<Mismatched, 4> mismatches() {
  const auto rotated = table_coupling<double>(TableCoupling::rotated);
  const auto optimal = table_coupling<double>(TableCoupling::optimal);
  const PairField<double> ot = pair_field<double>(optimal);
  return {{{"OT field under rotated pairs", ot, rotated},
           {"OT field under independent pairs", ot, table_coupling<double>(TableCoupling::independent)},
           {"pair field under rotated pairs", pair_field<double>(rotated), rotated},
           {"OT field under OT pairs", ot, optimal}}};
}

std::string heading(const char* first, const char* remark) {
  std::string text =
      fmt::format("# M = [[2, 1/2], [1/2, 1]], mu = (7/10, -3/10), rotation by 120 degrees, {}\n{}", remark, first);
  for (const Mismatched& each : mismatches()) {
    text += fmt::format(",{}", each.name);
  }
  return text + "\n";
}

double variance_at(const Mismatched& of, double t) {
  const NoiseSchedule<double> noise{NoiseKind::constant, kNoise, RegressionTarget::displacement};
  const auto gap = mismatch<double>(of.coupling, of.field);
  const auto moments = gradient_moments_at_time<double>(noise, of.field, gap, t);
  return moments.second_moment - moments.mean_shift.squaredNorm() - moments.mean_matrix.squaredNorm();
}

}  // namespace

Figure variance_over_time() {
  std::string table = heading("t", "constant noise s = 0.05; E|g_t|^2 - |E g_t|^2 for the parameters (th, Th)");
  for (int k = 0; k <= 100; ++k) {
    const double t = k / 100.0;
    table += fmt::format("{}", t);
    for (const Mismatched& each : mismatches()) {
      table += fmt::format(",{:.8g}", variance_at(each, t));
    }
    table += "\n";
  }
  return {.name = "variance-over-time",
          .title = "Gradient variance at each time",
          .text =
              "Constant noise s = 0.05, d = 2. Where field and pairs differ the gradient varies at all times. The pair "
              "field under its own rotated pairs is quiet at both ends and varies where the lines come close: without "
              "noise that curve and the lowest one would be zero.",
          .claims = {"prop-1", "figure-4/own", "figure-5"},
          .table = table,
          .narrow_height = 400};
}

Figure variance_over_noise() {
  std::string table = heading("s", "constant noise s; the gradient variance for the parameters (th, Th)");
  std::array<VarianceInNoise<double>, 4> variances{};
  for (std::size_t i = 0; i < variances.size(); ++i) {
    variances[i] = variance_in_constant_noise<double>(mismatches()[i].coupling, mismatches()[i].field);
  }
  for (int k = 0; k <= 80; ++k) {
    const double s = 0.01 * std::pow(10.0, k / 40.0);
    table += fmt::format("{:.6g}", s);
    for (const VarianceInNoise<double>& variance : variances) {
      table += fmt::format(",{:.8g}", variance.at(s * s));
    }
    table += "\n";
  }
  const double crossover = std::sqrt(variance_crossover<double>(table_coupling<double>(TableCoupling::rotated)));
  return {
      .name = "variance-over-noise",
      .title = "Gradient variance against noise",
      .text = fmt::format(
          "The same problem. Under its own pairs each field's variance vanishes with the noise, and the OT field's is "
          "the lower one (figure 4). Under rotated pairs the OT field has the lower variance only right of the "
          "dashed line at s* = {:.4f}, F* = s*^2. Independent pairs are below rotated ones at the OT field "
          "(figure 5).",
          crossover),
      .claims = {"figure-4/own", "figure-4/rotated", "figure-5", "crossover"},
      .table = table,
      .variables = {{"crossover", fmt::format("{:.8g}", crossover)}},
      .narrow_height = 400};
}

namespace {

constexpr double kDegree = std::numbers::pi / 180;

double crossing_noise(int d, double degrees) {
  return std::sqrt(isotropic_crossover<double>(d, degrees * kDegree));
}

}  // namespace

Figure phase_diagram(const std::vector<proofs::Range>& proved) {
  std::string table =
      "# M = I, rotation by phi in every plane, constant noise s, F = s^2. Rows `curve`: phi (degrees), sqrt(F*) for d "
      "= 2, "
      "8, 32, sqrt(sin phi / phi). Rows `box`: phi from and to, s from and to\nkind,a,b,c,d,e\n";
  for (int k = 1; k < 180; ++k) {
    const double angle = k * kDegree;
    table += fmt::format("curve,{},{:.8g},{:.8g},{:.8g},{:.8g}\n", k, crossing_noise(2, k), crossing_noise(8, k),
                         crossing_noise(32, k), std::sqrt(std::sin(angle) / angle));
  }
  table += "\n";
  for (const auto& [low, high] : proved) {  // F* falls with phi, so that a box's curve runs from corner to corner
    table += fmt::format("box,{},{},{:.8g},{:.8g},\n", low, high, crossing_noise(2, high), crossing_noise(2, low));
  }
  return {
      .name = "phase-diagram",
      .title = "Which field has the lower variance, and which the lower loss",
      .text = fmt::format(
          "M = I under a rotation by phi in every plane, constant noise s. Above a solid curve (F = F*) the OT field "
          "has the lower gradient variance, above the dashed one (F = sin phi/phi) the lower loss: between them loss "
          "and variance disagree.{}",
          proved.empty() ? ""
                         : " The rectangles are the boxes of phi on which F* of d = 2 is proved, to 5e-13, by interval "
                           "arithmetic."),
      .claims = {"crossover", "loss-against-variance", "figure-4/rotated"},
      .table = table,
      .variables = {{"boxes", proved.empty() ? "0" : "1"}},
      .height = 480,
      .narrow_height = 420};
}

}  // namespace straightedge::report
