#include <version.hpp>

#include <arb.h>
#include <fmt/format.h>
#include <gmp.h>
#include <mpfi.h>
#include <mpfr.h>
#include <Eigen/Core>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>
#include <nlopt.hpp>

namespace straightedge::proofs {

nlohmann::json library_versions() {
  return {{"Arb", arb_version},
          {"Boost", fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
          {"Eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
          {"FLINT", FLINT_VERSION},
          {"GMP", gmp_version},
          {"MPFI", mpfi_get_version()},
          {"MPFR", mpfr_get_version()},
          {"NLopt", fmt::format("{}.{}.{}", nlopt::version_major(), nlopt::version_minor(), nlopt::version_bugfix())}};
}

}  // namespace straightedge::proofs
