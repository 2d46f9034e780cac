// The colours of reports and of their figures, light and dark. Text has at least 4.5 : 1 against the background (WCAG
// AA), lines and marks 3 : 1.
#pragma once

#include <array>
#include <cstdint>

namespace straightedge::report {

/// Each as 0xRRGGBB.
struct Palette {
  std::uint32_t background, surface;   ///< of the page, and of code and table heads
  std::uint32_t ink, muted, link;      ///< text
  std::uint32_t rule;                  ///< borders and grids: decoration alone
  std::uint32_t good, bad, open;       ///< text of verdicts
  std::array<std::uint32_t, 6> lines;  ///< of curves, in this order
};

inline constexpr Palette kLight = {
    0xffffff, 0xf6f8fa, 0x1f2328, 0x59636e, 0x0550ae,
    0xd1d9e0, 0x116329, 0xa40e26, 0x7d4e00, {0x0969da, 0xbc4c00, 0x1a7f37, 0x8250df, 0xbf3989, 0x6e7781}};
inline constexpr Palette kDark = {
    0x0d1117, 0x151b23, 0xe6edf3, 0x9198a1, 0x79c0ff,
    0x3d444d, 0x56d364, 0xff7b72, 0xe3b341, {0x58a6ff, 0xf0883e, 0x3fb950, 0xbc8cff, 0xf778ba, 0x9198a1}};

}  // namespace straightedge::report
