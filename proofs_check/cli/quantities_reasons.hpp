// Why a quantity does not exist, as printed.
#pragma once

namespace straightedge::cli {

inline constexpr const char* kNoPairField = "the coupling is not deterministic, so that it has no pair field";
inline constexpr const char* kMinimiserHasNoParameters = "the minimiser is not a field with parameters (th, Th)";
inline constexpr const char* kInfiniteTarget =
    "infinite: the target holds f' Z, whose second moment grows like 1/t at both ends";
inline constexpr const char* kInfinitePole = "infinite: the field has a pole at a singular time";
inline constexpr const char* kInfiniteAtTime = "infinite at this time";
inline constexpr const char* kSingularAtTime = "the field does not exist at this time";
inline constexpr const char* kSingularInside = "the field has a singular time inside (0, 1)";
inline constexpr const char* kSingularInterpolant = "the covariance of X_t is singular at a time in [0, 1]";
inline constexpr const char* kSingularInterpolantAtTime = "the covariance of X_t is singular at this time";
inline constexpr const char* kNotAPlane = "it is defined in dimension 2 only";
inline constexpr const char* kTiersDisagree = "undecided: the two tiers of arithmetic disagree on whether it exists";

}  // namespace straightedge::cli
